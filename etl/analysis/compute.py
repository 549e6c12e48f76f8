"""What one run finds: facts judged by the rules of a day. Nothing is stored here."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

import data.rules as rule_packs
from etl.analysis.facts import Facts, read_facts
from etl.analysis.judging import Progress, judge, tell
from etl.analysis.places import Rules, rules_on
from etl.analysis.processes import MANY_PARCELS, judge_in_processes
from etl.analysis.rows import Prepared
from etl.facts import DataState

Judge = Callable[[Facts, Rules, dt.date, Progress | None, Path], Mapping[str, pd.DataFrame | Prepared]]
"""What turns facts into findings; the folder holds what is too much for memory until it is stored."""


class Found(NamedTuple):
    """What a run is made of."""

    state: DataState
    findings: Mapping[str, pd.DataFrame | Prepared]
    rules: Rules

    def table(self, name: str) -> pd.DataFrame:
        """Return a table that was judged in memory.

        Raises
        ------
        TypeError
            It was put into files: a mistake in the program.
        """
        found = self.findings[name]
        if isinstance(found, Prepared):
            raise TypeError(name)
        return found


def compute(
    as_of: dt.date,
    known_on: dt.datetime | None = None,
    park_code: str | None = None,
    rules: list[Path] | None = None,
    progress: Progress | None = None,
    how: Judge | None = None,
    *,
    folder: Path,
) -> Found:
    """Return the state of the data, what the rules say about it, and the rules.

    ``rules`` are files that stand in for the project's own (a what-if); ``how`` is another way to judge. A large
    city is judged in parts by several processes; ``folder`` holds findings until they are stored.

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
    findings = (how or _way(facts))(facts, placed, as_of, progress, folder)
    return Found(state, findings if park_code is None else _of_park(findings, park_code), placed)


def here(
    facts: Facts, rules: Rules, as_of: dt.date, progress: Progress | None, _: Path
) -> Mapping[str, pd.DataFrame]:
    """Judge in this process, in memory."""
    return judge(facts, rules, as_of, progress)


def _way(facts: Facts) -> Judge:
    return here if len(facts.parcels) < MANY_PARCELS else judge_in_processes


def _of_park(
    findings: Mapping[str, pd.DataFrame | Prepared], park_code: str
) -> Mapping[str, pd.DataFrame | Prepared]:
    """Keep what concerns one park: what has no park was read for that park alone.

    All parcels are judged first: a contract may hold parcels of two parks and its
    ratios need them all.
    """
    return {
        name: table.of_park(park_code)
        if isinstance(table, Prepared)
        else table[table["park_code"] == park_code]
        if "park_code" in table
        else table
        for name, table in findings.items()
    }
