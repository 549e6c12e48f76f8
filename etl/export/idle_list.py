"""The suspected idle parcels: order, words and the three area units."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, case, func, select

from data.models import Contract, IdleVerdict, Parcel
from etl.export.columns import IDLE_LIST
from etl.export.dataset import Question
from etl.facts import DataState, known_at
from gis import words
from gis.words import word

LISTED = ("IDLE_NOT_COMMENCED", "MAY_BE_IDLE")
MU_PER_M2 = Decimal("0.0015")  # 15 mu = 1 hectare
_MEASURES = "《闲置土地处置办法》"
_CONTRACTS = ("GRANT", "ALLOCATION", "LEASE")


def idle_list_rows(
    connection: Connection,
    state: DataState,
    question: Question,
    run_id: int,
    parks: Mapping[str, str],
) -> tuple[list[list[Any]], list[Any]]:
    """Return the rows in the columns ``IDLE_LIST`` and the shapes in WKB.

    By park, the longest idle first by kind (Y2, Y1, suspended), then by code.
    """
    kind = case((IdleVerdict.band == "Y2", 0), (IdleVerdict.band == "Y1", 1), else_=2)
    area = func.coalesce(Parcel.registered_area_m2, Parcel.drawn_area_m2)
    statement = (
        select(IdleVerdict, Parcel, area.label("area_m2"), func.ST_AsBinary(Parcel.geom).label("shape"))
        .join(Parcel, Parcel.version_id == IdleVerdict.version_id)
        .where(IdleVerdict.run_id == run_id, IdleVerdict.verdict.in_(LISTED))
        .order_by(IdleVerdict.park_code.collate("C"), kind, Parcel.parcel_code.collate("C"))
    )
    if question.park_code is not None:
        statement = statement.where(IdleVerdict.park_code == question.park_code)
    found = connection.execute(statement.with_only_columns(*_needed(), area.label("area_m2"),
        func.ST_AsBinary(Parcel.geom).label("shape"))).mappings().all()  # fmt: skip
    contracts = _governing(connection, state, question)
    rows = [
        listed_row(
            number, row, parks.get(row["park_code"] or ""), contracts.get(row["parcel_code"]), question.lang
        )
        for number, row in enumerate(found, start=1)
    ]
    return rows, [row["shape"] for row in found]


def _needed() -> list[Any]:
    verdicts, parcels = IdleVerdict.__table__, Parcel.__table__
    names = [column.name for column in IDLE_LIST]
    own = [verdicts.c[name] for name in names if name in verdicts.c]
    return own + [parcels.c[name] for name in names if name in parcels.c and name not in verdicts.c]


def listed_row(number: int, row: Any, park_name: str | None, contract_no: str | None, lang: str) -> list[Any]:
    """Return one parcel in the columns ``IDLE_LIST``, from its verdict and its own columns."""
    area: Decimal = row["area_m2"]
    made = {
        "no": number,
        "park_name": park_name,
        "contract_no": contract_no,
        "area_ha": area.scaleb(-4),
        "area_mu": area * MU_PER_M2,
        "finding": finding(row["verdict"], row["band"], row["limbs"], lang),
        "cause_text": word(words.CAUSES, row["cause"], lang),
        "provision": row["article"].removeprefix(_MEASURES),
        "path_text": word(words.PATHS, row["path"], lang),
    }
    return [made[c.name] if c.name in made else row[c.name] for c in IDLE_LIST]


def finding(verdict: str, band: str, limbs: list[str], lang: str) -> str:
    """Return the finding in words: how long land is not commenced, which limbs suspended land meets."""
    zh = lang == "zh"
    if band:
        return ("未动工，" if zh else "Not commenced. ") + word(words.BANDS, band, lang)
    named = ("、" if zh else ", ").join(word(words.LIMBS, limb, lang) for limb in limbs)
    return ("中止开发满一年，" if zh else "Suspended for a year. ") + named


def _governing(connection: Connection, state: DataState, question: Question) -> dict[str, str]:
    """Return the newest signed contract of each parcel on the day (tie: the larger number)."""
    statement = (
        select(func.unnest(Contract.parcel_codes), Contract.contract_no)
        .where(
            known_at("contract", state),
            Contract.contract_type.in_(_CONTRACTS),
            Contract.signed_on <= question.as_of,
        )
        .order_by(Contract.signed_on, Contract.contract_no.collate("C"))
    )
    return {row[0]: row[1] for row in connection.execute(statement)}
