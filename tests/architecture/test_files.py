"""What is tracked, what is locked, and what the wheel holds."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
ROOMS = ("api", "gis", "etl", "maps", "data")
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-installer.lock")
# Put together from parts, so that this file doesn't hold what it looks for.
HOSTS = re.compile(
    "|".join(
        [r"pypi\." + "org", r"pythonhosted\." + "org", r"npmjs\." + "(?:org|com)", r"registry\." + "npm"]
    )
)
MACHINE = re.compile(r"(?<![\w./~-])/(?:work|root|home/\w+)/")


def _tracked(*under: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *under], cwd=TOP, capture_output=True, text=True, check=True
    )
    return [name for name in listed.stdout.split("\0") if name and (TOP / name).is_file()]


def _texts() -> dict[str, str]:
    """Return the tracked files that are text and written here."""
    found = {}
    for name in _tracked():
        if "/vendor/" in name or name.startswith("data/samples/jinzhou"):
            continue
        try:
            found[name] = (TOP / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_hashes_and_no_address(lock: str) -> None:
    text = (TOP / lock).read_text(encoding="utf-8")
    assert "://" not in text and "--index" not in text and "--find-links" not in text
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert pins and all("==" in pin and pin.endswith("\\") for pin in pins)


def test_the_lock_for_tests_holds_all_of_the_other() -> None:
    # The launcher takes an environment made for tests as good for the program.
    first, second = (
        {line for line in (TOP / lock).read_text().splitlines() if "==" in line} for lock in LOCKS[:2]
    )
    assert first - second == set()


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for lock, wanted in (
        (LOCKS[0], project["dependencies"]),
        (LOCKS[1], project["dependencies"] + project["optional-dependencies"]["test"]),
    ):
        pinned = {
            line.split("==")[0].lower() for line in (TOP / lock).read_text().splitlines() if "==" in line
        }
        names = {re.split(r"[<>=!~\[; ]", item)[0].lower() for item in wanted}
        assert names - pinned == set()


def test_no_tracked_file_names_a_registry_or_a_place_on_a_machine() -> None:
    found = [
        f"{name}:{number}"
        for name, text in _texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if HOSTS.search(line) or MACHINE.search(line)
    ]
    assert found == []


def test_what_is_ignored_is_named_from_the_top() -> None:
    # A pattern such as `data/` would leave a room out of the wheel, with exit status 0.
    lines = (TOP / ".gitignore").read_text(encoding="utf-8").split()
    assert [line for line in lines if line.rstrip("/") in {*ROOMS, "tests"}] == []
    ignored = subprocess.run(
        ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ignored.stdout == ""


def test_the_wheel_holds_what_is_tracked(tmp_path: Path) -> None:
    # Built from a copy of the tracked files, with the build back end of the lock: no network.
    archive = tmp_path / "tracked"
    archive.mkdir()
    for name in _tracked():
        target = archive / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((TOP / name).read_bytes())
    subprocess.run(
        [sys.executable, "-P", "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")],
        cwd=archive, capture_output=True, check=True,
    )  # fmt: skip
    (wheel,) = (tmp_path / "dist").glob("landstock-*.whl")
    with zipfile.ZipFile(wheel) as file:
        held = {name for name in file.namelist() if ".dist-info/" not in name}
        (points,) = (name for name in file.namelist() if name.endswith("entry_points.txt"))
        assert "landstock = api.cli:main" in file.read(points).decode()
    assert held == set(_tracked(*ROOMS))


def test_the_launcher_starts_on_an_old_python() -> None:
    # So that it can say which one is needed, it holds nothing that Python 3.7 can't parse.
    import ast

    ast.parse((TOP / "landstock").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_continuous_integration_runs_exactly_the_tests() -> None:
    lines = (TOP / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "landstock" in line] == ["exec ./landstock test"]
