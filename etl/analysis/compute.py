"""What one run finds: facts judged by the rules of a day. Nothing is stored here."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import data.rules as rule_packs
from etl.analysis.facts import Facts, ParkNotFound, read_facts
from etl.analysis.land import land_findings
from etl.facts import DataState
from gis import builtup, idle, intensity
from gis.rules import BuiltupRule, IdleLandRule, IntensityRule

__all__ = ["STEPS", "Findings", "ParkNotFound", "Progress", "Rules", "compute", "judge", "rules_on", "tell"]

Progress = Callable[[str, int, int], None]
Findings = dict[str, pd.DataFrame]
"""The tables of one run by their name in the database, with the columns of the models."""
STEPS = 5


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a day."""

    idle: IdleLandRule
    intensity: IntensityRule
    builtup: BuiltupRule


def rules_on(as_of: dt.date, files: list[Path] | None = None) -> Rules:
    """Return the rules in force on a day; ``files`` stand in for the project's own (a what-if).

    Raises
    ------
    RuleNotInForce
        The law has no rule for this day.
    InvalidRule
        A file is wrong.
    """
    chosen = files or []
    return Rules(
        rule_packs.idle_land_rule(as_of, chosen),
        rule_packs.intensity_rule(as_of, chosen),
        rule_packs.builtup_rule(as_of, chosen),
    )


def compute(
    as_of: dt.date,
    known_on: dt.datetime | None = None,
    park_code: str | None = None,
    rules: list[Path] | None = None,
    progress: Progress | None = None,
) -> tuple[DataState, Findings]:
    """Return the state of the data and what the rules say about it."""
    chosen = rules_on(as_of, rules)
    tell(progress, "read what is published", 0)
    state, facts = read_facts(known_on, park_code)
    findings = judge(facts, chosen, as_of, progress)
    return state, findings if park_code is None else _of_park(findings, park_code)


def judge(facts: Facts, rules: Rules, as_of: dt.date, progress: Progress | None = None) -> Findings:
    """Return what the rules say about some facts: no database, no clock."""
    tell(progress, "built-up area and land stock of parks", 1)
    findings = land_findings(facts, rules.builtup, as_of)
    tell(progress, "built-up area by parcel", 2)
    shares = builtup.by_parcel_and_year(facts.patches, facts.parcels, as_of, facts.parks)
    tell(progress, "idle land", 3)
    verdicts = idle.judge(facts.tables, rules.idle, as_of, shares)
    tell(progress, "investment intensity", 4)
    terms = intensity.judge(facts.tables, rules.intensity, as_of)
    return findings | {
        "idle_verdict": verdicts.reset_index(names="parcel_code"),
        "intensity_verdict": terms,
        "parcel_builtup": shares,
    }


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
