"""What a layer is made of: its key and its canonical columns, read off the models."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Table

from data.models import Base
from data.models.staging import STAGING

KEYS: dict[str, tuple[str, ...]] = {
    "park": ("park_code", "boundary_version"),
    "parcel": ("parcel_code",),
    "building": ("building_id",),
    "contract": ("contract_no",),
    "contract_phase": ("contract_no", "phase"),
    "enterprise": ("credit_code",),
    "park_statistics": ("park_code", "year"),
}
SNAPSHOTS = ("builtup", "land_state")  # publication replaces their own observed_on
_ROW = {"file_id", "row_no", "content_hash", "extra", "geom"}


@dataclass(frozen=True, slots=True)
class LayerColumn:
    """One canonical column. ``kind`` is the Python type of its values."""

    name: str
    kind: type
    required: bool
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a delivery. ``key`` is empty where whole rows are compared."""

    name: str
    columns: tuple[LayerColumn, ...]
    key: tuple[str, ...]
    geometry: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the canonical columns, in order."""
        return tuple(column.name for column in self.columns)


def _kind(column: Any) -> type:
    kind: type = column.type.python_type
    return kind if kind in (str, bool, int, Decimal, dt.date, list) else str


def _layer(name: str, table: Table) -> Layer:
    columns = tuple(
        LayerColumn(
            c.name, _kind(c), not c.nullable and c.server_default is None, tuple(c.info.get("choices", ()))
        )
        for c in table.columns
        if c.name not in _ROW and not c.info.get("derived")
    )
    return Layer(name, columns, KEYS.get(name, ()), "geom" in table.columns)


LAYERS: dict[str, Layer] = {name: _layer(name, table) for name, table in STAGING.items()}


def published_table(layer: str) -> Table:
    """Return the table that holds the published versions of a layer."""
    return Base.metadata.tables[layer]
