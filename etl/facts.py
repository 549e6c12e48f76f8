"""Published rows as known at a time, as the tables that ``gis`` judges."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import (
    TIMESTAMP,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    cast,
    func,
    literal,
    select,
)

from data.layers import LAYERS, published_table
from data.models import STORAGE_SRID, Delivery, DeliveryFile, Publication
from etl.copied import column, copied, copied_shapes, joined, origins, texts
from gis.columns import objects
from gis.facts import Tables

_STORED_CRS = f"EPSG:{STORAGE_SRID}"


@dataclass(frozen=True, slots=True)
class DataState:
    """What was published at a time: ``publication_id`` is the newest one then, if any.

    ``known_on`` is the time asked about; ``None`` means now.
    """

    publication_id: int | None
    published_at: dt.datetime | None
    known_on: dt.datetime | None = None

    @property
    def moment(self) -> str:
        """The time at which versions of rows are looked up, as text for the database.

        An open range contains ``infinity``, so the current state needs no clock.
        """
        return "infinity" if self.known_on is None else self.known_on.isoformat()


def data_state(connection: Connection, known_on: dt.datetime | None = None) -> DataState:
    """Return the state of the data at a time; now if no time is given."""
    newest = select(Publication.publication_id, Publication.published_at)
    if known_on is not None:
        newest = newest.where(Publication.published_at <= known_on)
    row = connection.execute(newest.order_by(Publication.publication_id.desc()).limit(1)).first()
    return DataState(row[0], row[1], known_on) if row else DataState(None, None, known_on)


def known_at(layer: str, state: DataState) -> ColumnElement[bool]:
    """Return the condition that a version of a row was the published one then."""
    return known_in(published_table(layer), state)


def known_in(table: FromClause, state: DataState) -> ColumnElement[bool]:
    """Return the condition of :func:`known_at` for a table under any name."""
    moment = cast(literal(state.moment), TIMESTAMP(timezone=True))
    return table.c.known.op("@>", is_comparison=True)(moment)


def read_tables(connection: Connection, state: DataState) -> Tables:
    """Return every layer without geometry as known then, unfiltered by day.

    ``parcel`` also has ``entity_id``, ``version_id`` and ``drawn_area_m2`` in
    square metres. ``origin`` names the file and the row that a row came from, ``supplier`` who delivered it.
    """
    wanted = [field.name for field in fields(Tables) if field.name in LAYERS]
    return Tables(**{layer: read_layer(connection, layer, state) for layer in wanted})


def read_layer(connection: Connection, layer: str, state: DataState) -> pd.DataFrame:
    """Return one layer without geometry: canonical columns, ``origin`` and ``supplier``."""
    table = published_table(layer)
    names = list(LAYERS[layer].names)
    if layer == "parcel":
        names += ["entity_id", "version_id", "drawn_area_m2"]
    kinds = {name: table.c[name].type.python_type for name in names}
    rows = copied(
        connection, _select(layer, names, state), kinds | {"path": str, "row_no": int, "supplier": str}
    )
    frame = {name: column(rows[name], kind) for name, kind in kinds.items()}
    frame |= {"origin": origins(rows["path"], rows["row_no"]), "supplier": texts(rows["supplier"])}
    return pd.DataFrame(frame)


def read_polygons(
    connection: Connection, layer: str, state: DataState, columns: Sequence[str]
) -> gpd.GeoDataFrame:
    """Return the polygons of a layer in EPSG:4490 with some of its columns."""
    table = published_table(layer)
    here, order = known_at(layer, state), _order(layer)
    kinds = {name: table.c[name].type.python_type for name in columns}
    rows = copied(
        connection, select(*(table.c[name] for name in columns)).where(here).order_by(*order), kinds
    )
    shapes = copied_shapes(connection, select(func.ST_AsBinary(table.c.geom)).where(here).order_by(*order))
    frame = {name: _plain(column(rows[name], kind)) for name, kind in kinds.items()}
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=_STORED_CRS)


def _plain(values: pd.Series) -> pd.Series:
    """Return texts and numbers as Python objects: tables of shapes are read row by row here and there."""
    return values if values.dtype.kind in "iM" else pd.Series(objects(values), dtype=object)


def from_wkb(values: Sequence[Any]) -> Any:
    """Return an array of shapes from the driver's binary values."""
    return shapely.from_wkb(np.array([bytes(value) for value in values], dtype=object))


def _select(layer: str, names: Sequence[str], state: DataState) -> Select[Any]:
    table = published_table(layer)
    chosen = [
        joined(table.c[name]) if table.c[name].type.python_type is list else table.c[name] for name in names
    ]
    return (
        select(*chosen, DeliveryFile.path, table.c.row_no, Delivery.supplier)
        .join(DeliveryFile, DeliveryFile.file_id == table.c.file_id)
        .join(Delivery, Delivery.delivery_id == DeliveryFile.delivery_id)
        .where(known_at(layer, state))
        .order_by(*_order(layer))
    )


def _order(layer: str) -> list[ColumnElement[Any]]:
    """Return an order that depends on what is said, not on when it was loaded."""
    table = published_table(layer)
    key = [table.c[name].collate("C") if table.c[name].type.python_type is str else table.c[name]
           for name in LAYERS[layer].key]  # fmt: skip
    return [*key, table.c.content_hash, table.c.version_id]
