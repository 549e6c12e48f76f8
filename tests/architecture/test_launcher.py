"""The launcher: what it installs, what it refuses, and what it says then."""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

TOP = Path(__file__).resolve().parents[2]


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the launcher as a module, with a data folder of its own."""
    monkeypatch.setenv("LANDSTOCK_HOME", str(tmp_path))
    monkeypatch.delenv("LANDSTOCK_DATABASE_URL", raising=False)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = SourceFileLoader("launcher", str(TOP / "landstock"))
    spec = importlib.util.spec_from_loader("launcher", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def bare(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the launcher on a Debian machine that has nothing, as an ordinary user."""
    monkeypatch.setattr(launcher, "PROBES", dict.fromkeys(launcher.PROBES, ("/nowhere/*",)))
    monkeypatch.setattr(
        launcher.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None
    )
    monkeypatch.setattr(launcher.os, "geteuid", lambda: 1000)
    return launcher


def test_an_ordinary_user_gets_the_one_line_for_an_administrator(bare: ModuleType) -> None:
    with pytest.raises(bare.Refusal) as refusal:
        bare.system_packages(["demo"], testing=False)
    lines = [line.strip() for line in str(refusal.value).splitlines() if "apt-get" in line]
    assert len(lines) == 1
    assert lines[0].endswith('apt-get install -y --no-install-recommends postgresql postgresql-postgis"')
    # Before the packages: no database server of the system's own.
    assert lines[0].index("create_main_cluster = false") < lines[0].index("apt-get")


def test_the_refusal_ends_with_exit_code_3(
    bare: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["landstock", "demo"])
    with pytest.raises(SystemExit) as end:
        bare.main()
    assert end.value.code == 3
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("Error: ")


def test_tests_need_a_browser_fonts_and_poppler_too(bare: ModuleType) -> None:
    with pytest.raises(bare.Refusal, match="chromium, fonts-noto-cjk, poppler-utils, libatomic1"):
        bare.system_packages(["test"], testing=True)


@pytest.mark.parametrize("arguments", [[], ["--help"], ["doctor"], ["export", "--help"]])
def test_help_and_doctor_need_no_database(bare: ModuleType, arguments: list[str]) -> None:
    bare.system_packages(arguments, testing=False)


def test_an_existing_database_needs_no_packages(bare: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDSTOCK_DATABASE_URL", "postgresql://somebody@127.0.0.1/some")
    bare.system_packages(["demo"], testing=False)


def test_a_system_without_apt_is_told_of_homebrew(bare: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bare.shutil, "which", lambda name: None)
    with pytest.raises(bare.Refusal, match="brew install postgis"):
        bare.system_packages(["demo"], testing=False)


def test_an_old_python_is_told_which_one_is_needed(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launcher.sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit) as end:
        launcher.main()
    assert end.value.code == 3
    assert "This is Python 3.9; Python 3.11 or newer is expected" in capsys.readouterr().err


def test_an_environment_counts_only_when_it_is_whole(launcher: ModuleType) -> None:
    lock = "requirements.lock"
    assert not launcher.installed(lock)
    python = Path(launcher.PYTHON)
    python.parent.mkdir(parents=True)
    python.touch()
    stamp = Path(launcher.STAMP)
    stamp.write_text(
        json.dumps({"python": list(sys.version_info[:2]), "locks": [launcher.fingerprint(lock)]})
    )
    assert launcher.installed(lock)
    assert not launcher.installed("requirements-test.lock")
    Path(launcher.BEGUN).touch()  # an installation was killed
    assert not launcher.installed(lock)
    Path(launcher.BEGUN).unlink()
    stamp.write_text(
        json.dumps({"python": [3, 10], "locks": [launcher.fingerprint(lock)]})
    )  # Python was replaced
    assert not launcher.installed(lock)


def test_settings_of_pip_reach_uv_and_back(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "pip_settings", lambda environment: {"cert": "/of/a/file.pem"})
    both = launcher.with_both_settings({"PIP_INDEX_URL": "mirror", "PIP_FIND_LINKS": "one two"})
    assert both["UV_DEFAULT_INDEX"] == "mirror"
    assert both["UV_FIND_LINKS"] == "one,two"  # uv separates by commas, pip by blanks
    assert both["SSL_CERT_FILE"] == "/of/a/file.pem"
    back = launcher.with_both_settings({"UV_INDEX_URL": "mirror", "UV_FIND_LINKS": "one,two"})
    assert back["PIP_INDEX_URL"] == "mirror" and back["PIP_FIND_LINKS"] == "one two"


def test_the_whole_suite_runs_on_several_cores(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher.os, "cpu_count", lambda: 2)
    assert launcher.side_by_side([]) == ["-n", "2", "--dist", "loadscope"]
    assert launcher.side_by_side(["-m", "slow"]) == ["-n", "2", "--dist", "loadscope"]
    assert launcher.side_by_side([f"{__file__}::test"]) == []
    assert launcher.side_by_side(["-n", "0"]) == []


def test_it_starts_from_another_folder_and_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(TOP / "landstock")
    home = tmp_path / "home"
    (home / "venv" / "bin").mkdir(parents=True)
    python = home / "venv" / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$@" "$PYTHONPATH" "$PWD"\n')
    python.chmod(0o755)
    (home / "venv" / "landstock-installed.json").write_text(
        json.dumps(
            {
                "python": list(sys.version_info[:2]),
                "locks": [hashlib.sha256((TOP / "requirements.lock").read_bytes()).hexdigest()],
            }
        )
    )
    done = subprocess.run(
        [sys.executable, str(tmp_path / "link"), "doctor", "--json"],
        cwd=tmp_path / "elsewhere", capture_output=True, text=True, check=True,
        env=dict(os.environ, LANDSTOCK_HOME=str(home), PYTHONPATH="/nowhere"),
    )  # fmt: skip
    # The caller's folder stays the working folder; only our rooms are on the path.
    assert done.stdout.split() == [
        "-P",
        "-m",
        "api.cli",
        "doctor",
        "--json",
        str(TOP),
        str(tmp_path / "elsewhere"),
    ]
