"""The demo: everything from an empty database, then from what is there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl

from data.locks import exclusive

TOP = Path(__file__).parents[2]
DAY = "2026-11-01"


def demo(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "api.cli", "demo", "--no-serve", "--as-of", DAY, *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(TOP)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_demo_twice(empty_database: str, tmp_path: Path) -> None:
    first = demo("--out", tmp_path, "--json")
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    assert told["imported"]
    files = {"idle-list.xlsx", "idle-list.geojson", "idle-list.geojson.meta.json", "parcels.geojson",
             "parcels.geojson.meta.json", "map.html"}  # fmt: skip
    assert {path.name for path in tmp_path.iterdir()} == files

    summary = told["summary"]
    assert len(summary["parks"]) == 4
    idle = summary["verdicts"]["IDLE_NOT_COMMENCED"]["n"] + summary["verdicts"]["MAY_BE_IDLE"]["n"]
    assert idle == len(json.loads((tmp_path / "idle-list.geojson").read_text())["features"])
    assert summary["parcels"] == len(json.loads((tmp_path / "parcels.geojson").read_text())["features"])
    numbers = [
        row[0].value for row in openpyxl.load_workbook(tmp_path / "idle-list.xlsx").worksheets[0].iter_rows()
    ]
    assert idle in numbers
    assert idle + 1 not in numbers

    second = demo("--out", tmp_path)
    assert second.returncode == 0, second.stderr
    assert "已在库中" in second.stdout
    assert f"运行 {summary['run_id']}" in second.stdout


def test_a_second_demo_is_refused_while_one_runs(database: str, tmp_path: Path) -> None:
    with exclusive("demo"):
        done = demo("--out", tmp_path)
    assert done.returncode == 1
    assert str(os.getpid()) in done.stderr
    assert list(tmp_path.iterdir()) == []
