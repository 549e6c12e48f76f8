"""Why a parcel is judged as it is: the stored verdict with its facts and arithmetic."""

import datetime as dt
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, any_, literal, select

from data.disagreements import about_parcel
from data.land import uses
from data.models import AnalysisRun, ContractAccount, IdleVerdict, IntensityVerdict, Parcel, ParcelBuiltup
from data.session import transaction
from etl.analysis.agreements import contracts_of, enterprise_of
from etl.analysis.judging import Progress
from etl.analysis.run import ensure_run
from etl.facts import data_state, known_at
from etl.numbers import quotient_text, text_of
from gis import trace
from gis.errors import LandStockError
from gis.phrases.crosscheck import tell_disagreement
from gis.rulings import idle_rulings, tell_ruling, term_ruling
from gis.term_trace import term_trace
from gis.trace_text import idle_trace
from gis.words import WARNINGS, word
from gis.words_land import STATES

_NEAR = 5


class ParcelNotFound(LandStockError):
    """No parcel has this code."""

    code = "parcel-not-found"

    def __init__(self, parcel_code: str, near: list[str]) -> None:
        advice = f"Codes like it: {', '.join(near)}." if near else "No parcels have been published yet."
        advice_zh = f"相近的宗地号：{'、'.join(near)}。" if near else "尚未发布任何宗地。"
        super().__init__(
            f"There is no parcel {parcel_code}. {advice}", f"没有宗地 {parcel_code}。{advice_zh}"
        )


def explain(
    parcel_code: str,
    as_of: dt.date,
    known_on: dt.datetime | None = None,
    lang: str = "zh",
    person: str = "system",
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Return every rule's verdict on a parcel with article, facts and arithmetic, as plain values.

    Amounts are exact decimal strings; quotients have six decimals.

    Raises
    ------
    ParcelNotFound
        No parcel has this code as known then; the message names codes like it.
    """
    with transaction() as connection:
        _require(connection, parcel_code, known_on)
    run_id = ensure_run(as_of, known_on, None, person, progress)
    with transaction() as connection:
        run = _one(connection, AnalysisRun, AnalysisRun.run_id == run_id)
        found = _one(
            connection, IdleVerdict, IdleVerdict.run_id == run_id, IdleVerdict.parcel_code == parcel_code
        )
        parcel = _one(connection, Parcel, Parcel.version_id == found["version_id"])
        known = known_on or run["known_on"]
        idle = idle_trace(found, run["cited"], as_of)
        terms = [
            (row, term_trace(row, row["facts"], run["cited"], as_of))
            for row in connection.execute(_terms_of(run_id, parcel_code)).mappings()
        ]
        return {
            "parcel_code": parcel_code,
            "as_of": as_of.isoformat(),
            "known_on": known.isoformat(),
            "parcel": _parcel(parcel),
            "idle": _idle(found, idle, lang),
            "rulings": _rulings(idle, terms, lang),
            "intensity": [_term(row, term, lang) for row, term in terms],
            "contracts": contracts_of(connection, run_id, parcel_code, lang),
            "enterprise": enterprise_of(connection, run_id, parcel["holder_credit_code"]),
            "disagreements": _disagreements(connection, run_id, parcel_code, lang),
            "builtup": _builtup(connection, run_id, parcel_code),
            "land_use": _uses(connection, run_id, parcel_code, lang),
            "run": {
                "run_id": run_id,
                "publication": run["publication_id"],
                "computed_at": run["computed_at"].isoformat(),
                "program_version": run["program_version"],
            },
            "rules": {"version": run["rules_version"]},
        }


def _one(connection: Connection, model: Any, *conditions: Any) -> RowMapping:
    return connection.execute(select(*model.__table__.c).where(*conditions)).mappings().one()


def _require(connection: Connection, parcel_code: str, known_on: dt.datetime | None) -> None:
    state = data_state(connection, known_on)
    here = known_at("parcel", state)
    known = select(Parcel.parcel_code).where(here, Parcel.parcel_code == parcel_code)
    if connection.execute(known).first() is None:
        codes = connection.execute(select(Parcel.parcel_code).where(here)).scalars()
        raise ParcelNotFound(parcel_code, near_codes(parcel_code, list(codes)))


def near_codes(wanted: str, codes: list[str]) -> list[str]:
    """Return the codes most like one: by the longest common beginning, then by likeness."""
    by_start = sorted(codes, key=lambda code: (-_same_start(wanted, code), code))
    ends_alike = [code for code in codes if wanted and code.endswith(wanted[-6:])]
    candidates = dict.fromkeys([*ends_alike[:50], *by_start[:200]])
    likeness = sorted(candidates, key=lambda code: (-SequenceMatcher(None, wanted, code).ratio(), code))
    return likeness[:_NEAR]


def _same_start(one: str, other: str) -> int:
    """Return how many letters two codes have in common at the beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _parcel(parcel: RowMapping) -> dict[str, Any]:
    names = ("park_code", "holder", "location", "landuse_code", "supply_mode", "ownership", "supervision_no")
    areas = {name: text_of(parcel[name]) for name in ("registered_area_m2", "drawn_area_m2")}
    return {**{name: parcel[name] for name in names}, **areas}


def _idle(found: RowMapping, idle: dict[str, Any], lang: str) -> dict[str, Any]:
    told = trace.explain_idle(idle, lang)
    return {
        "verdict": found["verdict"],
        "band": found["band"],
        "limbs": found["limbs"],
        "cause": found["cause"],
        "consequence": {
            "path": found["path"],
            "fee_wan": text_of(found["fee_wan"]),
            "blocked": found["blocked"],
        },
        "by_reference": found["by_reference"],
        "article": found["article"],
        "idle_from": _day(found["idle_from"]),
        "days": found["days"],
        "next_due_on": _day(found["next_due_on"]),
        "warning": _warning(found, lang),
        "stage": found["stage"],
        "confidence": found["confidence"],
        "missing": found["missing"],
        "missing_words": told["missing"],
        "facts": told["facts"],
        "arithmetic": told["arithmetic"],
        "could_overturn": told["could_overturn"],
    }


def _warning(found: RowMapping, lang: str) -> dict[str, Any] | None:
    """Return the warning that holds on the day: its level, the last day before the change, and what changes."""
    if found["warning_days"] is None:
        return None
    date = found["next_due_on"] - dt.timedelta(1)
    return {
        "level": found["warning_days"],
        "date": date.isoformat(),
        "what": word(WARNINGS, found["verdict"], lang),
    }


def _rulings(idle: dict[str, Any], terms: list[Any], lang: str) -> list[dict[str, Any]]:
    """Return one answer for each rule: those of idle land, then each term of each contract."""
    answers = [
        *idle_rulings(idle),
        *(term_ruling(row["contract_no"], row["term"], term) for row, term in terms),
    ]
    return [tell_ruling(answer, lang) for answer in answers]


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _terms_of(run_id: int, parcel_code: str) -> Select[Any]:
    """Return the verdicts on the contracts of a parcel with the facts they were read from."""
    here = literal(parcel_code) == any_(IntensityVerdict.parcel_codes)
    same = (ContractAccount.run_id == IntensityVerdict.run_id) & (
        ContractAccount.contract_no == IntensityVerdict.contract_no
    )
    return (
        select(*IntensityVerdict.__table__.c, ContractAccount.facts)
        .join(ContractAccount, same)
        .where(IntensityVerdict.run_id == run_id, here)
        .order_by(IntensityVerdict.contract_no.collate("C"), IntensityVerdict.term)
    )


def _term(row: RowMapping, term: dict[str, Any], lang: str) -> dict[str, Any]:
    told = trace.explain_intensity(term, lang)
    return {
        "contract_no": row["contract_no"],
        "term": row["term"],
        "verdict": row["verdict"],
        "actual": text_of(row["actual"]),
        "required": text_of(row["required"]),
        "unit": row["unit"],
        "rate": quotient_text(row["rate"]),
        "basis": row["basis"],
        "threshold_source": row["threshold_source"],
        "binding": row["binding"],
        "shortfall": text_of(row["shortfall"]),
        "shortfall_share": quotient_text(row["shortfall_share"]),
        "damages_wan": text_of(row["damages_wan"]),
        "no_damages": row["no_damages"],
        "cure": row["cure"],
        "cure_until": _day(row["cure_until"]),
        "missing": row["missing"],
        "missing_words": told["missing"],
        "facts": told["facts"],
        "arithmetic": told["arithmetic"],
        "could_overturn": told["could_overturn"],
    }


def _disagreements(connection: Connection, run_id: int, parcel_code: str, lang: str) -> list[dict[str, Any]]:
    """Return where sources disagree about the parcel; the contracts that name it included."""
    return [
        {
            **{name: row[name] for name in ("kind", "suspicion", "explanation", "direction", "slip", "reporter",
                                            "contract_no", "unit", "days", "rule_ref")},
            **{name: text_of(row[name]) for name in ("said", "found", "size")}, "ratio": quotient_text(row["ratio"]),
            **{name: _day(row[name]) for name in ("said_on", "found_on")},
            "said_source": row["said_source"], "found_source": row["found_source"], "text": tell_disagreement(dict(row), lang),
        }
        for row in about_parcel(connection, run_id, parcel_code)
    ]  # fmt: skip


def _uses(connection: Connection, run_id: int, parcel_code: str, lang: str) -> list[dict[str, Any]]:
    """Return the land states inside the parcel: one parcel may be in several."""
    return [
        {
            "construction_state": row["construction_state"], "supply_state": row["supply_state"],
            "text": " · ".join(word(STATES, row[name], lang) for name in ("construction_state", "supply_state") if row[name]),
            "area_m2": text_of(row["area_m2"]), "observed_on": row["observed_on"].isoformat(),
        }
        for row in uses(connection, run_id, parcel_code)
    ]  # fmt: skip


def _builtup(connection: Connection, run_id: int, parcel_code: str) -> list[dict[str, Any]]:
    statement = (
        select(ParcelBuiltup.year, ParcelBuiltup.builtup_m2, ParcelBuiltup.share)
        .where(ParcelBuiltup.run_id == run_id, ParcelBuiltup.parcel_code == parcel_code)
        .order_by(ParcelBuiltup.year)
    )
    return [
        {"year": year, "builtup_m2": text_of(area), "share": quotient_text(share)}
        for year, area, share in connection.execute(statement)
    ]
