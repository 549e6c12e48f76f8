"""The analysis in parts: the same findings to the last digit, whatever the number of parts, also when a worker is killed."""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data.models import Base
from etl.analysis import processes
from etl.analysis.compute import _of_park
from etl.analysis.facts import of_park, read_facts
from etl.analysis.judging import judge
from etl.analysis.part_files import joined, judged, shelve, write_part
from etl.analysis.partitions import Part, parts
from etl.analysis.places import rules_on
from etl.analysis.processes import ProcessLost, judge_in_processes
from etl.analysis.rows import Shelf, ready
from etl.scale import NoScheduler, ScaleMissing, judge_by_dask

DAY = dt.date(2026, 11, 1)


@pytest.fixture(scope="module")
def world(sample_database: str) -> Any:
    """The facts of the sample, their rules, and what judging the whole at once says."""
    _, facts = read_facts(None, None)
    rules = rules_on(DAY, (), facts.parks)
    return facts, rules, judge(facts, rules, DAY)


class Kept(Shelf):
    """A shelf that keeps what it is to store."""

    def __init__(self, folder: Path) -> None:
        rows: dict[str, list[Any]] = {}
        super().__init__(folder, lambda name, table: rows.setdefault(name, []).extend(table.to_pylist()))
        object.__setattr__(self, "rows", rows)

    rows: dict[str, list[Any]]


def stored(rows: list[Any]) -> list[str]:
    """Return rows as they would be stored, in no order."""
    return sorted(str(sorted(row.items())) for row in rows)


def same(found: dict[str, pd.DataFrame], shelf: Kept, expected: dict[str, pd.DataFrame]) -> None:
    """Compare every table, row by row and cell by cell, as it is stored: to the last digit."""
    assert not set(found) & set(shelf.rows)
    assert set(found) | set(shelf.rows) == set(expected)
    for name, table in expected.items():
        target = Base.metadata.tables[name]
        mine = shelf.rows[name] if name in shelf.rows else ready(target, found[name]).to_pylist()
        assert stored(mine) == stored(ready(target, table).to_pylist()), name


@pytest.mark.parametrize("count", [1, 2, 7])
def test_parts_come_to_the_same_findings(world: Any, count: int, tmp_path: Path) -> None:
    facts, rules, whole = world
    cut = parts(facts, count)
    assert len(cut) == min(count, facts.parks["park_code"].nunique())
    assert sum(len(part.parcels) for part in cut) == len(facts.tables.parcel)
    folders = [write_part(part, tmp_path / str(number)) for number, part in enumerate(cut)]
    found = [judged(folder, rules, DAY) for folder in folders]
    shelf = Kept(tmp_path)
    for folder in folders:
        shelve(shelf, folder)
    same(joined(facts, rules, DAY, folders, found, shelf), shelf, whole)


@pytest.fixture(scope="module")
def revised(world: Any) -> Any:
    """The same facts with an older, wider boundary of one park that reaches into others, and what the whole says."""
    facts, rules, _ = world
    parks = facts.parks
    older = parks.iloc[[0]].copy()
    older["boundary_version"], older["valid_from"] = "旧版", pd.Timestamp("1999-01-01")
    older["geometry"] = parks.geometry.union_all().buffer(0.0005)
    more = replace(facts, parks=pd.concat([parks, older], ignore_index=True))
    return more, rules, judge(more, rules, DAY)


@pytest.mark.parametrize("count", [2, 4])
def test_a_boundary_that_reaches_into_other_parks_counts_the_same_in_parts(
    revised: Any, count: int, tmp_path: Path
) -> None:
    facts, rules, whole = revised
    counts = whole["boundary_count"].set_index("boundary_version")
    assert (
        counts.loc["旧版", "parcels"] == len(facts.parcels) - 1
    )  # one of the planted faults lies far outside
    assert counts.loc["旧版", "entered"] > 0
    shelf = Kept(tmp_path)
    same(judge_in_processes(facts, rules, DAY, None, shelf, count=count), shelf, whole)


def test_a_run_of_one_park_is_that_part_of_the_whole(revised: Any) -> None:
    """Also what parcels of other parks add to its land, its ledger and the counts of its older boundary."""
    facts, rules, whole = revised
    code = facts.parks["park_code"].iloc[0]
    alone = _of_park(judge(of_park(facts, code), rules, DAY), code)
    expected = _of_park(whole, code)
    assert len(expected["boundary_count"]) == 2 and len(expected["parcel_builtup"]) > 0
    for name in sorted(
        set(whole) - {"disagreement", "reporter_index"}
    ):  # numbered, and counted, over the whole
        target = Base.metadata.tables[name]
        assert stored(ready(target, alone[name]).to_pylist()) == stored(
            ready(target, expected[name]).to_pylist()
        ), name


def test_processes_come_to_the_same_findings(world: Any, tmp_path: Path) -> None:
    facts, rules, whole = world
    told: list[Any] = []
    shelf = Kept(tmp_path)
    found = judge_in_processes(facts, rules, DAY, lambda *step: told.append(step), shelf, count=3)
    same(found, shelf, whole)
    assert ("judge the parts", 3, 3) in told


def test_a_process_that_is_ended_is_said_and_nothing_is_stored(
    world: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    facts, rules, _ = world
    monkeypatch.setattr(processes, "judged", _ended)
    shelf = Kept(tmp_path)
    with pytest.raises(ProcessLost) as told:
        judge_in_processes(facts, rules, DAY, None, shelf, count=2)
    assert told.value.exit_code == 3 and "内存" in told.value.text("zh")
    assert shelf.rows == {}


def _ended(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_contracts_across_parks_stay_whole(world: Any) -> None:
    """Parcels of two parks in one contract belong to one part, with all that the contract names."""
    facts, _, _ = world
    moved = facts.tables.parcel["park_code"].astype(object).copy()
    pairs = [codes for codes in facts.tables.contract["parcel_codes"] if codes is not None and len(codes) > 1]
    first, second = pairs[0][:2]
    place = facts.tables.parcel["parcel_code"].astype(object)
    other = next(code for code in sorted(set(moved)) if code != moved[place == first].iloc[0])
    moved[place == second] = other
    facts.tables.parcel["park_code"], kept = moved, facts.tables.parcel["park_code"]
    try:
        for part in parts(facts, 4):
            assert (first in part.parcels) == (second in part.parcels)
    finally:
        facts.tables.parcel["park_code"] = kept


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers on this machine, each a process of its own."""
    where = tmp_path / "scheduler.json"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
               "--no-dashboard", "--scheduler-file", str(where)]  # fmt: skip
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(["", *sys.path])}
    running = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)]
    until = time.monotonic() + 60
    while not where.exists() or not where.read_text():
        assert time.monotonic() < until, "the scheduler did not start"
        time.sleep(0.1)
    address = __import__("json").loads(where.read_text())["address"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny",
              "--no-dashboard", "--local-directory", str(tmp_path)]  # fmt: skip
    running += [subprocess.Popen(worker, env=environment, stderr=subprocess.DEVNULL) for _ in range(2)]
    yield address, running[1:]
    for process in running:
        process.kill()
        process.wait()


def test_a_killed_worker_costs_time_not_results(world: Any, scheduler: Any, tmp_path: Path) -> None:
    facts, rules, whole = world
    address, workers = scheduler
    killed = threading.Event()

    def kill() -> None:
        time.sleep(3)  # both workers are in the middle of their first part
        workers[0].send_signal(signal.SIGKILL)
        killed.set()

    def begun(step: str, done: int, total: int) -> None:
        if step == "idle land":
            threading.Thread(target=kill, daemon=True).start()

    shelf = Kept(tmp_path)
    found = judge_by_dask(facts, rules, DAY, begun, shelf, scheduler=address, count=4)
    assert killed.is_set() and workers[0].wait(10) == -signal.SIGKILL
    same(found, shelf, whole)


def test_nobody_at_the_address_is_said(world: Any, tmp_path: Path) -> None:
    facts, rules, _ = world
    with pytest.raises(NoScheduler) as told:
        judge_by_dask(facts, rules, DAY, None, Kept(tmp_path), scheduler="tcp://127.0.0.1:9", count=1)
    assert told.value.exit_code == 3 and "tcp://127.0.0.1:9" in str(told.value)


def test_without_the_extra_the_message_says_what_to_install(
    world: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    facts, rules, _ = world
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ScaleMissing) as told:
        judge_by_dask(facts, rules, DAY, None, Kept(tmp_path))
    assert told.value.exit_code == 3 and "landstock[scale]" in str(told.value)


def test_a_contract_of_an_unknown_parcel_is_some_parts_own() -> None:
    """A parcel that is not on record belongs to no part; the contract that names it does."""
    rows = pd.DataFrame(
        {"suspicion": ["MISMATCH"] * 3, "parcel_code": ["P9", "P1", "P1"], "contract_no": ["C9", "", "C1"]}
    )
    part = Part(None, frozenset(), frozenset(["P1"]), frozenset(["C1", "C9"]))  # type: ignore[arg-type]
    assert len(part.own({"disagreement": rows})["disagreement"]) == 3
    other = Part(None, frozenset(), frozenset(["P2"]), frozenset(["C2"]))  # type: ignore[arg-type]
    assert other.own({"disagreement": rows})["disagreement"].empty
