"""What one run finds: facts judged by the rules of a day. Nothing is stored here."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import data.rules as rule_packs
from etl.analysis.facts import Facts, read_facts
from etl.analysis.judging import Findings, Progress, judge, tell
from etl.analysis.places import Rules, rules_on
from etl.analysis.processes import MANY_PARCELS, judge_in_processes
from etl.analysis.rows import Shelf
from etl.facts import DataState

Judge = Callable[[Facts, Rules, dt.date, Progress | None, Shelf], Findings]
"""What turns facts into findings in parts, and puts what is too much for memory on the shelf."""


class Found(NamedTuple):
    """What a run is made of, but for what is stored already."""

    state: DataState
    findings: Findings
    rules: Rules


def compute(
    as_of: dt.date,
    known_on: dt.datetime | None = None,
    park_code: str | None = None,
    rules: list[Path] | None = None,
    progress: Progress | None = None,
    how: Judge | None = None,
    shelf: Shelf | None = None,
) -> Found:
    """Return the state of the data, what the rules say about it, and the rules.

    ``rules`` are files that stand in for the project's own (a what-if). With a ``shelf`` a large city is judged in
    parts by several processes, or by ``how``, which comes to the same findings; without one, and for one park, all
    of it in memory.

    Raises
    ------
    ParkNotFound
        No park has this code.
    RuleNotInForce
        The law has no rule for this day.
    InvalidRule
        A rule file is wrong.
    """
    rule_packs.idle_land_rule(as_of, rules or ())  # a wrong file or a day without law is said before reading
    tell(progress, "read what is published", 0)
    state, facts = read_facts(known_on, park_code)
    placed = rules_on(as_of, rules or (), facts.parks)
    if park_code is not None:
        return Found(state, _of_park(judge(facts, placed, as_of, progress), park_code), placed)
    if shelf is None or (how is None and len(facts.parcels) < MANY_PARCELS):
        return Found(state, judge(facts, placed, as_of, progress), placed)
    return Found(state, (how or judge_in_processes)(facts, placed, as_of, progress, shelf), placed)


def _of_park(findings: Findings, park_code: str) -> Findings:
    """Keep what concerns one park: rows of the park, and of its parcels where rows name no park.

    All parcels are judged first: a contract may hold parcels of two parks and its
    ratios need them all.
    """
    parcels = findings["idle_verdict"]
    own = set(parcels["parcel_code"][parcels["park_code"] == park_code])
    return {
        name: table[table["park_code"] == park_code]
        if "park_code" in table
        else table[table["parcel_code"].isin(own)]
        for name, table in findings.items()
    }
