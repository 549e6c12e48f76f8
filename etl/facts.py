"""Published rows as known at a time, as the tables that ``gis`` judges."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import TIMESTAMP, ColumnElement, Connection, FromClause, Select, cast, func, literal, select

from data.layers import LAYERS, published_table
from data.models import STORAGE_SRID, Delivery, DeliveryFile, Publication
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
    rows = connection.execute(_select(layer, names, state)).fetchall()
    columns = list(zip(*rows, strict=True)) or [()] * (len(names) + 3)
    frame = {
        name: _series(values, table.c[name].type.python_type)
        for name, values in zip(names, columns[:-3], strict=True)
    }
    frame["origin"] = _origins(columns[-3], columns[-2])
    frame["supplier"] = pd.Series(list(columns[-1]), dtype=object)
    return pd.DataFrame(frame)


def read_polygons(
    connection: Connection, layer: str, state: DataState, columns: Sequence[str]
) -> gpd.GeoDataFrame:
    """Return the polygons of a layer in EPSG:4490 with some of its columns."""
    table = published_table(layer)
    statement = (
        select(func.ST_AsBinary(table.c.geom), *(table.c[name] for name in columns))
        .where(known_at(layer, state))
        .order_by(*_order(layer))
    )
    rows = connection.execute(statement).fetchall()
    values = list(zip(*rows, strict=True)) or [()] * (len(columns) + 1)
    frame = {
        name: _series(column, table.c[name].type.python_type)
        for name, column in zip(columns, values[1:], strict=True)
    }
    shapes = from_wkb(values[0])
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=_STORED_CRS)


def from_wkb(values: Sequence[Any]) -> Any:
    """Return an array of shapes from the driver's binary values."""
    return shapely.from_wkb(np.array([bytes(value) for value in values], dtype=object))


def _select(layer: str, names: Sequence[str], state: DataState) -> Select[Any]:
    table = published_table(layer)
    return (
        select(*(table.c[name] for name in names), DeliveryFile.path, table.c.row_no, Delivery.supplier)
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


def _series(values: Sequence[Any], kind: type) -> pd.Series:
    """Return a column: days as ``datetime64[us]``, counts as ``int64``, all else as it is."""
    if kind is dt.date:
        return pd.Series(np.array(values, dtype="datetime64[D]").astype("datetime64[us]"))
    if kind is int and None not in values:
        return pd.Series(values, dtype="int64")
    return pd.Series(list(values), dtype=object)


def _origins(paths: Sequence[str], numbers: Sequence[int]) -> pd.Series:
    names = {path: path.replace("\\", "/").rsplit("/", 1)[-1] for path in set(paths)}
    texts = [f"{names[path]} 第{number}行" for path, number in zip(paths, numbers, strict=True)]
    return pd.Series(texts, dtype=object)
