"""The columns that the table of parcels may show, and what is read for them beside the row itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, RowMapping

from data.sql import load


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column of the table of parcels.

    Attributes
    ----------
    sort
        The order of ``data.queries.SORTS`` that it gives; empty where it gives none.
    number
        Whether it stands at the right.
    wide
        Whether it is among the columns of everybody that only broad screens show.
    beside
        What is read for it beside the row: a query ``data/sql/list_<beside>.sql``.
    withheld
        Roles that don't get it, since they don't read what it is made of.
    """

    name: str
    sort: str = ""
    number: bool = False
    wide: bool = False
    beside: str = ""
    withheld: tuple[str, ...] = ()


_ALL = (
    ListColumn("status", "status"),
    ListColumn("holder", "holder"),
    ListColumn("finding", "verdict"),
    ListColumn("idle_from", "idle_from", number=True),
    ListColumn("days", "days", number=True),
    ListColumn("area", "area", number=True),
    ListColumn("intensity", number=True, beside="intensity"),
    ListColumn("park", "park"),
    ListColumn("commence_by", number=True, wide=True, beside="contracts"),
    ListColumn("landuse", "landuse", wide=True),
    ListColumn("location", "location", wide=True),
    ListColumn("cause", "cause"),
    ListColumn("missing"),
    ListColumn("next_due_on", "next_due_on", number=True),
    ListColumn("contract_no", beside="contracts"),
    ListColumn("signed_on", number=True, beside="contracts"),
    ListColumn("delivered_on", number=True, beside="contracts"),
    ListColumn("complete_by", number=True, beside="contracts"),
    ListColumn("builtup", number=True, beside="builtup"),
    ListColumn("drawn_area", "drawn_area", number=True),
    ListColumn("supervision_no", "supervision_no"),
    ListColumn("credit_code", "credit_code"),
    ListColumn("supply_mode", "supply_mode"),
    ListColumn("ownership", "ownership"),
    ListColumn("fee", "fee", number=True, withheld=("planner",)),
)
COLUMNS: Final[Mapping[str, ListColumn]] = {column.name: column for column in _ALL}
DEFAULT: Final = ("status", "holder", "finding", "idle_from", "days", "area", "intensity", "park",
                  "commence_by", "landuse", "location")  # fmt: skip


def allowed(role: str) -> list[ListColumn]:
    """Return the columns that a role may choose."""
    return [column for column in _ALL if role not in column.withheld]


def chosen(names: Sequence[str], role: str) -> list[ListColumn]:
    """Return the columns of some names in their order, each once; unknown and withheld ones are left out.

    Nothing that is left is answered with the columns of everybody.
    """
    found = [COLUMNS[name] for name in dict.fromkeys(names) if name in COLUMNS]
    kept = [column for column in found if role not in column.withheld]
    return kept or [COLUMNS[name] for name in DEFAULT]


def beside(
    connection: Connection, run_id: int, columns: Sequence[ListColumn], codes: Sequence[str]
) -> dict[str, dict[str, RowMapping]]:
    """Return what some columns need beside the rows of a page: by query, by parcel code."""
    found: dict[str, dict[str, RowMapping]] = {}
    for name in {column.beside for column in columns if column.beside}:
        params: dict[str, Any] = {"run_id": run_id, "codes": list(codes)}
        rows = connection.execute(load(f"list_{name}"), params).mappings()
        found[name] = {row["parcel_code"]: row for row in rows}
    return found
