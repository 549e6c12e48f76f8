"""Built-up area, its growth, and the land stock of parks."""

from decimal import Decimal
from typing import Any

from fastapi import APIRouter

from api.deps import AskedDep, ConnectionDep, VisitorDep
from data import land
from gis.definitions import DEFINITIONS, described
from gis.exact import plain
from gis.words import word
from gis.words_land import BASES, STATES, ZONE_PARTS, reason_words

router = APIRouter(tags=["land of parks"])


def _document(row: Any, lang: str) -> dict[str, Any]:
    """Return a row with exact figures as text, and why one is missing in words."""
    made = {name: plain(value, 4) if isinstance(value, Decimal) else value for name, value in row.items()}
    if "reason" in made:
        made["reason_word"] = reason_words(str(made["reason"]), lang)
    return made


@router.get("/growth")
def growth(asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep) -> dict[str, Any]:
    """Return built-up area by park and year, the ledger between surveys, and land consumption."""
    run_id, park, lang = asked.run(), asked.query.park, visitor.lang
    tables = {"years": "builtup_growth", "ledger": "growth_ledger", "consumption": "land_consumption"}
    return {
        "run_id": run_id,
        "as_of": asked.as_of,
        **{
            name: [_document(row, lang) for row in land.rows(connection, table, run_id, park)]
            for name, table in tables.items()
        },
    }


@router.get("/stock")
def stock(asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep) -> dict[str, Any]:
    """Return the land states and rates of each park, what each of its boundaries counts, and the definition of every figure."""
    run_id, park, lang = asked.run(), asked.query.park, visitor.lang
    states = [
        _document(row, lang)
        | {"name": word(STATES, row["code"], lang), "basis_word": word(BASES, row["basis"], lang) if row["basis"] else "",
           "zone_part_word": word(ZONE_PARTS, row["zone_part"], lang) if row["zone_part"] else ""}
        for row in land.rows(connection, "land_stock", run_id, park)
    ]  # fmt: skip
    found = [_document(row, lang) for row in land.rows(connection, "park_rate", run_id, park)]
    return {
        "run_id": run_id,
        "as_of": asked.as_of,
        "states": states,
        "rates": found,
        "boundaries": [_document(row, lang) for row in land.rows(connection, "boundary_count", run_id, park)],
        "definitions": definitions(lang),
    }


def definitions(lang: str) -> dict[str, dict[str, str]]:
    """Return what each figure means: name, formula, unit, what it counts, source."""
    return {name: described(name, lang) | {"thing": kind.thing} for name, kind in DEFINITIONS.items()}
