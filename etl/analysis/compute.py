"""What one run finds: facts judged by the rules of a day. Nothing is stored here."""

import datetime as dt
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pandas as pd

import data.rules as rule_packs
from etl.analysis.facts import Facts, read_facts
from etl.analysis.land import boundary_findings, land_findings
from etl.analysis.places import Rules, rules_on
from etl.facts import DataState
from gis import builtup, idle, intensity
from gis.accounts import lone_accounts
from gis.crosscheck import in_order, lone_disagreements, repeated_amounts, reporters
from gis.peers import with_peers
from gis.promises import Promises

__all__ = [
    "STEPS",
    "Findings",
    "Found",
    "Judge",
    "Progress",
    "Rules",
    "compute",
    "judge",
    "judge_parts",
    "judge_whole",
    "rules_on",
    "tell",
]

Progress = Callable[[str, int, int], None]
Findings = dict[str, pd.DataFrame]
"""The tables of one run by their name in the database, with the columns of the models."""
STEPS = 6
Judge = Callable[[Facts, Rules, dt.date, Progress | None], Findings]
"""What turns facts into findings: :func:`judge` here, or the same in parts elsewhere."""


class Found(NamedTuple):
    """What a run is made of."""

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
) -> Found:
    """Return the state of the data, what the rules say about it, and the rules.

    ``rules`` are files that stand in for the project's own (a what-if); ``how`` is another way to judge.

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
    with _without_collection():
        findings = (how or judge)(facts, placed, as_of, progress)
    return Found(state, findings if park_code is None else _of_park(findings, park_code), placed)


def judge(facts: Facts, rules: Rules, as_of: dt.date, progress: Progress | None = None) -> Findings:
    """Return what the rules say about some facts: no database, no clock."""
    return judge_whole(facts, rules, as_of, judge_parts(facts, rules, as_of, progress))


def judge_parts(facts: Facts, rules: Rules, as_of: dt.date, progress: Progress | None = None) -> Findings:
    """Return what can be said about some parks and contracts without all others."""
    tell(progress, "built-up area and land stock of parks", 1)
    findings = land_findings(facts, rules.builtup, as_of)
    tell(progress, "built-up area by parcel", 2)
    shares = builtup.by_parcel_and_year(facts.patches, facts.parcels, as_of, facts.parks)
    tell(progress, "idle land", 3)
    verdicts = rules.idle.judge(lambda rule: idle.judge(facts.tables, rule, as_of, shares))
    tell(progress, "investment intensity", 4)
    promises = Promises(facts.tables, as_of)
    terms = rules.intensity.judge(lambda rule: intensity.judge(facts.tables, rule, as_of, promises))
    sides = rules.intensity.judge(
        lambda rule: lone_accounts(
            promises, facts.tables, rule, as_of, terms, rules.standards, rules.divisions
        )
    )
    tell(progress, "sources against each other", 5)
    growth = findings["builtup_growth"]
    apart = rules.crosscheck.collect(
        lambda rule: lone_disagreements(facts.tables, rule, rules.idle.default, as_of, shares, growth, sides)
    )
    idle_verdicts = verdicts.reset_index(names="parcel_code")
    return findings | {
        "boundary_count": boundary_findings(facts, rules.builtup, idle_verdicts, as_of),
        "disagreement": apart,
        "idle_verdict": idle_verdicts,
        "intensity_verdict": terms,
        "contract_account": sides,
        "parcel_builtup": shares,
    }


def judge_whole(facts: Facts, rules: Rules, as_of: dt.date, parts: Findings) -> Findings:
    """Return findings with what needs all contracts: peers, repeated amounts, the index of reporters."""
    tables, terms, alone = facts.tables, parts["intensity_verdict"], parts["contract_account"]
    sides = rules.intensity.judge(lambda rule: with_peers(alone, tables, rule, as_of, terms))
    again = rules.crosscheck.collect(
        lambda rule: repeated_amounts(tables, rule, rules.idle.default, as_of, sides)
    )
    apart = in_order(parts["disagreement"], again)
    told = rules.crosscheck.collect(lambda rule: reporters(tables, rule, as_of, apart))
    return parts | {
        "contract_account": sides,
        "disagreement": apart.assign(number=range(1, len(apart) + 1)),
        "reporter_index": told,
    }


@contextmanager
def _without_collection() -> Iterator[None]:
    """Hold the search for cycles: millions of findings stay, and looking through them again and again takes long."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def tell(progress: Progress | None, step: str, done: int, total: int = STEPS) -> None:
    """Report a step to whoever wants to know."""
    if progress is not None:
        progress(step, done, total)


def _of_park(findings: Findings, park_code: str) -> Findings:
    """Keep what concerns one park: what has no park was read for that park alone.

    All parcels are judged first: a contract may hold parcels of two parks and its
    ratios need them all.
    """
    return {
        name: table[table["park_code"] == park_code] if "park_code" in table else table
        for name, table in findings.items()
    }
