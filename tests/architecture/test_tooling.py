"""The tools that hold the code together find nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-8000:]}\n{done.stderr[-2000:]}"


def test_ruff_finds_nothing() -> None:
    _run(str(BIN / "ruff"), "check", "--output-format=concise", ".")


def test_everything_is_formatted() -> None:
    _run(str(BIN / "ruff"), "format", "--check", "--output-format=concise", ".")


def test_types_agree() -> None:
    _run(sys.executable, "-P", "-m", "mypy")


def test_rooms_only_look_downwards() -> None:
    _run(str(BIN / "lint-imports"))


@pytest.mark.parametrize(
    "module",
    [
        "data.queries",
        "data.rules",
        "data.doctor",
        "etl.importer",
        "etl.analysis.run",
        "maps.tiles",
        "gis.idle",
        "api.main",
        "api.cli",
    ],
)
def test_a_room_can_be_entered_by_any_door(module: str) -> None:
    # A cycle of imports shows only when its modules are loaded in another order than usual.
    _run(sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(TOP)!r}); import {module}")
