"""What other rules would say: which parcels enter the idle list and leave it, by park and by enterprise."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, select

import data.rules as rule_packs
from data.identity import by_system
from data.models import IdleVerdict, IntensityVerdict, Parcel
from data.session import transaction
from etl.analysis.compute import Found, compute
from etl.analysis.run import store
from etl.numbers import text_of
from gis import trace
from gis.rulings import FIRES, idle_rulings, tell_ruling
from gis.trace_text import idle_trace

SUSPECTED = ("IDLE_NOT_COMMENCED", "MAY_BE_IDLE")


def what_if(
    run_id: int,
    as_of: dt.date,
    known_on: dt.datetime | None,
    park_code: str | None,
    rules: list[Path],
    save_as: str | None,
    lang: str = "zh",
) -> dict[str, Any]:
    """Return the differences from a stored run by other rules; store them only for a person.

    Returns
    -------
    dict
        ``entered`` and ``left`` (the list of suspected idle land), ``changed`` (another verdict, band or limb
        without entering or leaving), each parcel with park, holder, area in square metres (exact text), both
        verdicts; an entered one with its ``why`` and its whole ``trace`` in words. ``by_park`` and
        ``by_enterprise`` count and add them up, ``intensity`` lists the terms with another verdict, ``changes``
        every parcel with another verdict. All empty where the rules say the same.

    Raises
    ------
    InvalidRule
        A rule file is wrong.
    """
    found = compute(as_of, known_on, park_code, rules)
    cited = found.rules.cited()
    stored = None if save_as is None else _keep(found, as_of, park_code, save_as, rules)
    with transaction() as connection:
        before = _before(connection, run_id)
        terms = _terms(connection, run_id)
    pairs = [_pair(before[row["parcel_code"]], row) for row in _rows(found.findings["idle_verdict"])]
    differing = [pair for pair in pairs if pair["from"] != pair["to"]]
    entered = [
        pair | _why(idle_trace(pair["row"], cited, as_of), lang)
        for pair in differing
        if _listed(pair) == (False, True)
    ]
    left = [pair for pair in differing if _listed(pair) == (True, False)]
    changed = [pair for pair in differing if _listed(pair)[0] == _listed(pair)[1]]
    named = {"entered": entered, "left": left, "changed": changed}
    return {
        "rules_version": rule_packs.version(rules),
        "run_id": stored,
        **{name: [_document(pair) for pair in found] for name, found in named.items()},
        "by_park": _totals(named, "park_code"),
        "by_enterprise": _totals(named, "holder"),
        "intensity": _changed_terms(terms, found.findings["intensity_verdict"]),
        "changes": [{name: pair[name] for name in ("parcel_code", "from", "to")} for pair in differing],
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


@by_system
def _keep(found: Found, as_of: dt.date, park_code: str | None, person: str, rules: list[Path]) -> int:
    with transaction() as connection:
        return store(connection, found, as_of, park_code, person, rules)


def _before(connection: Connection, run_id: int) -> dict[str, dict[str, Any]]:
    area = func.coalesce(Parcel.registered_area_m2, Parcel.drawn_area_m2)
    statement = (
        select(
            IdleVerdict.parcel_code, IdleVerdict.verdict, IdleVerdict.band, IdleVerdict.limbs, IdleVerdict.park_code,
            Parcel.holder, Parcel.holder_credit_code, area.label("area_m2"),
        )
        .join(Parcel, Parcel.version_id == IdleVerdict.version_id)
        .where(IdleVerdict.run_id == run_id)
    )  # fmt: skip
    return {row["parcel_code"]: dict(row) for row in connection.execute(statement).mappings()}


def _code(row: dict[str, Any]) -> str:
    return " ".join(filter(None, (row["verdict"], row["band"], *row["limbs"])))


def _pair(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return before | {"from": _code(before), "to": _code(after), "after": after["verdict"], "row": after}


def _listed(pair: dict[str, Any]) -> tuple[bool, bool]:
    return pair["verdict"] in SUSPECTED, pair["after"] in SUSPECTED


def _why(idle: dict[str, Any], lang: str) -> dict[str, Any]:
    told = [tell_ruling(ruling, lang) for ruling in idle_rulings(idle) if ruling.answer == FIRES]
    words = trace.explain_idle(idle, lang)
    return {
        "why": [ruling["why"] for ruling in told],
        "facts": words["facts"],
        "arithmetic": words["arithmetic"],
    }


def _document(pair: dict[str, Any]) -> dict[str, Any]:
    names = (
        "parcel_code",
        "park_code",
        "holder",
        "holder_credit_code",
        "from",
        "to",
        "why",
        "facts",
        "arithmetic",
    )
    return {name: pair[name] for name in names if name in pair} | {"area_m2": text_of(pair["area_m2"])}


def _totals(named: dict[str, list[dict[str, Any]]], by: str) -> dict[str, dict[str, dict[str, Any]]]:
    """Return number and area of each list by park or by holder; parcels and their areas, nothing else, are added."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name, pairs in named.items():
        for key, own in _grouped(pairs, by).items():
            area = sum((pair["area_m2"] for pair in own), Decimal(0))
            found.setdefault(key, {})[name] = {"n": len(own), "area_m2": text_of(area)}
    return dict(sorted(found.items()))


def _grouped(pairs: Iterable[dict[str, Any]], by: str) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for pair in pairs:
        groups.setdefault(str(pair[by] or ""), []).append(pair)
    return groups


def _terms(connection: Connection, run_id: int) -> dict[tuple[str, str], str]:
    statement = select(IntensityVerdict.contract_no, IntensityVerdict.term, IntensityVerdict.verdict)
    return {
        (no, term): code
        for no, term, code in connection.execute(statement.where(IntensityVerdict.run_id == run_id))
    }


def _changed_terms(before: dict[tuple[str, str], str], after: pd.DataFrame) -> list[dict[str, Any]]:
    rows = zip(after["contract_no"], after["term"], after["verdict"], strict=True)
    return [
        {"contract_no": number, "term": term, "from": before.get((number, term)), "to": verdict}
        for number, term, verdict in rows
        if before.get((number, term)) != verdict
    ]
