"""What the analysis expects of a table, and empty tables of the right form."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gis.errors import DuplicateKey, MissingColumns

CONTRACT_TERMS = (
    "delivery_by", "delivered_on", "commence_by", "complete_by", "invest_by", "price_wan",
    "granted_area_m2", "area_basis", "total_investment_wan", "planned_investment_ex_land_wan",
    "intensity_wan_per_ha", "due_area_m2", "far_min", "industry_code", "industry_code_version",
    "shortfall_clause", "cure_days",
)  # fmt: skip

COLUMNS: dict[str, tuple[str, ...]] = {
    "parcel": (
        "entity_id", "version_id", "parcel_code", "park_code", "holder", "holder_credit_code",
        "registered_area_m2", "landuse_code", "landuse_scheme", "ownership", "in_monitoring_system",
    ),
    "contract": ("contract_no", "contract_type", "amends", "parcel_codes", "signed_on", *CONTRACT_TERMS),
    "contract_phase": ("contract_no", "phase", "area_m2", "investment_wan", "due_on"),
    "construction_event": (
        "parcel_code", "event", "happened_on", "foundation_type", "done", "of", "developed_area_m2",
    ),
    "investment_report": (
        "contract_no", "reported_on", "basis", "building_wan", "equipment_wan", "land_price_wan",
        "land_tax_wan", "other_wan", "total_wan",
    ),
    "idle_cause": ("parcel_code", "cause", "from_on", "to_on", "verified_on", "verified_by"),
    "building": ("building_id", "parcel_code", "floor_area_m2", "storeys", "completed_on"),
    "enterprise": ("credit_code", "enterprise_name"),
}  # fmt: skip

_DATES = frozenset(
    {"signed_on", "delivery_by", "delivered_on", "commence_by", "complete_by", "invest_by", "due_on",
     "happened_on", "reported_on", "from_on", "to_on", "verified_on", "completed_on"}
)  # fmt: skip


def empty(layer: str) -> pd.DataFrame:
    """Return an empty table with the columns of a layer."""
    kinds = {name: "datetime64[us]" if name in _DATES else "object" for name in COLUMNS[layer]}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def frame_of(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Return rows as a table with some columns, of Python objects: no figure becomes a float."""
    found = {name: pd.Series([row[name] for row in rows], dtype=object) for name in columns}
    return pd.DataFrame(found, columns=list(columns))


def require_columns(table: pd.DataFrame, columns: Iterable[str], called: str) -> None:
    """Refuse a table that lacks columns.

    Raises
    ------
    MissingColumns
        Naming the table as ``called`` and every absent column.
    """
    absent = [column for column in columns if column not in table.columns]
    if absent:
        raise MissingColumns(called, absent)


def require_unique(table: pd.DataFrame, column: str, called: str) -> None:
    """Refuse a table with two rows of one key.

    Raises
    ------
    DuplicateKey
        A value occurs more than once: two versions of a thing, or a join that went wrong.
    """
    twice = table[column].duplicated()
    if twice.any():
        raise DuplicateKey(called, column, table.loc[twice, column].unique())


def origin(table: pd.DataFrame, rows: np.ndarray) -> list[str]:
    """Return where some rows come from: their ``source``, else ``origin``; "" where neither is known.

    A negative row number means that there is no row.
    """
    return _last_of(table, rows, ("origin", "source"))


def reporter(table: pd.DataFrame, rows: np.ndarray) -> list[str]:
    """Return who says what stands in some rows: their ``source``, else who delivered them (``supplier``); "" for nobody known."""
    return _last_of(table, rows, ("supplier", "source"))


def _last_of(table: pd.DataFrame, rows: np.ndarray, columns: Sequence[str]) -> list[str]:
    rows = np.asarray(rows)
    there = rows >= 0
    known = np.full(len(rows), "", dtype=object)
    for column in columns:
        if column in table.columns:
            text = table[column].iloc[rows[there]].to_numpy(dtype=object)
            said = ~pd.isna(text) & (text != "")
            known[np.flatnonzero(there)[said]] = text[said]
    return [str(text) for text in known]
