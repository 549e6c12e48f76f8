"""Facts judged by rules: no database, no clock, nothing stored."""

import datetime as dt
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pandas as pd

from etl.analysis.facts import Facts
from etl.analysis.land import boundary_findings, land_findings
from etl.analysis.places import Rules
from gis import builtup, idle, intensity
from gis.accounts import lone_accounts
from gis.crosscheck import in_order, lone_disagreements, repeated_amounts, reporters
from gis.peers import with_peers
from gis.promises import Promises

Progress = Callable[[str, int, int], None]
Findings = dict[str, pd.DataFrame]
"""The tables of one run by their name in the database, with the columns of the models."""
STEPS = 6


def judge(facts: Facts, rules: Rules, as_of: dt.date, progress: Progress | None = None) -> Findings:
    """Return what the rules say about some facts: no database, no clock."""
    with without_collection():
        parts = judge_parts(facts, rules, as_of, progress)
        return parts | judge_whole(facts, rules, as_of, with_actual(parts), parts["disagreement"])


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


def with_actual(parts: Findings) -> pd.DataFrame:
    """Return the accounts of contracts with the intensity that each reached: what :func:`judge_whole` reads."""
    terms = parts["intensity_verdict"]
    reached = terms["actual"][(terms["term"] == "INTENSITY").to_numpy()]
    return parts["contract_account"].assign(intensity=reached.to_numpy(dtype=object))


def judge_whole(
    facts: Facts, rules: Rules, as_of: dt.date, accounts: pd.DataFrame, apart: pd.DataFrame
) -> Findings:
    """Return what needs all contracts: accounts with peers, disagreements with repeated amounts, the index of reporters.

    Parameters
    ----------
    accounts
        The accounts of all contracts, as :func:`with_actual` gives them; ``WHOLE_READS`` of their columns are read.
    apart
        All disagreements that were found without other contracts.
    """
    tables = facts.tables
    again = rules.crosscheck.collect(
        lambda rule: repeated_amounts(tables, rule, rules.idle.default, as_of, accounts)
    )
    sides = rules.intensity.judge(lambda rule: with_peers(accounts, tables, rule, as_of))
    found = in_order(apart, again)
    told = rules.crosscheck.collect(lambda rule: reporters(tables, rule, as_of, found))
    return {
        "contract_account": sides.drop(columns="intensity"),
        "disagreement": found.assign(number=range(1, len(found) + 1)),
        "reporter_index": told,
    }


WHOLE_READS = (
    "contract_no",
    "kind",
    "park_code",
    "holder",
    "holder_credit_code",
    "parcel_codes",
    "intensity",
)
"""The columns of accounts that :func:`judge_whole` reads."""


@contextmanager
def without_collection() -> Iterator[None]:
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
