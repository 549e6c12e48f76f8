"""Read GeoParquet, row group by row group; a plain Parquet table is one without shapes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from etl.errors import Refused
from etl.readers.raw import Raw

MAX_BYTES = 8_000_000_000  # unpacked, by what the file says of itself
MAX_ROWS = 10_000_000
CRS84 = "OGC:CRS84"  # what the standard says where nothing is stated
_FAULTS = (pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError, MemoryError)


def read_parquet(path: Path) -> Raw:
    """Return the table.

    Raises
    ------
    Refused
        It is no Parquet, or larger than the limit.
    """
    try:
        with pq.ParquetFile(path) as opened:
            size = sum(
                opened.metadata.row_group(i).total_byte_size for i in range(opened.metadata.num_row_groups)
            )
            if size > MAX_BYTES:
                raise Refused("ARCHIVE_UNSAFE", value=f"{size} bytes unpacked", limit=MAX_BYTES)
            if opened.metadata.num_rows > MAX_ROWS:  # one word repeated takes no bytes to speak of
                raise Refused("ARCHIVE_UNSAFE", value=f"{opened.metadata.num_rows} rows", limit=MAX_ROWS)
            geo = _geo(opened)
            primary = geo.get("primary_column") or _likely(opened.schema_arrow)
            shapes = [str(name) for name in geo.get("columns", {})] or ([primary] if primary else [])
            groups = [
                _group(opened.read_row_group(i), primary, shapes)
                for i in range(opened.metadata.num_row_groups)
            ]
            stated = _crs(geo, primary)
            names = [name for name in opened.schema_arrow.names if name not in shapes and name != "bbox"]
    except _FAULTS as error:
        raise Refused("UNREADABLE", value=str(error).replace(str(path), path.suffix)[:300]) from error
    frames = [frame for frame, _ in groups]
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=names, dtype=object)
    wkb = np.concatenate([w for _, w in groups]) if groups and primary else None
    if primary and wkb is None:
        wkb = np.zeros(0, dtype=object)
    return Raw(frame, np.arange(1, len(frame) + 1, dtype=np.int64), wkb, stated if primary else None)


def _geo(opened: pq.ParquetFile) -> dict[str, Any]:
    """Return what a GeoParquet says about its shapes; nothing for a plain table."""
    said = (opened.schema_arrow.metadata or {}).get(b"geo")
    loaded = json.loads(said) if said else {}
    return loaded if isinstance(loaded, dict) else {}


def _likely(schema: pa.Schema) -> str | None:
    """Return the column of WKB in a table that says nothing of shapes."""
    for name in ("geometry", "geom", "wkb_geometry", "shape"):
        place = schema.get_field_index(name)
        if place >= 0 and (
            pa.types.is_binary(schema.field(place).type) or pa.types.is_large_binary(schema.field(place).type)
        ):
            return name
    return None


def _crs(geo: dict[str, Any], primary: str | None) -> str | None:
    """Return the stated system: PROJ's JSON as text; without one, that of the standard; an explicit null is none."""
    said = geo.get("columns", {}).get(primary)
    if said is None:
        return None
    crs = said.get("crs", CRS84)
    return None if crs is None else crs if isinstance(crs, str) else json.dumps(crs)


def _group(table: pa.Table, primary: str | None, shapes: list[str]) -> tuple[pd.DataFrame, Any]:
    columns = {
        name: _texts(table.column(name))
        for name in table.column_names
        if name not in shapes and name != "bbox"
    }
    frame = pd.DataFrame(columns, index=range(table.num_rows), dtype=object)
    if primary is None:
        return frame, None
    values = table.column(primary).to_pylist()
    wkb = np.empty(len(values), dtype=object)
    wkb[:] = [_wkb(value) for value in values]
    return frame, wkb


def _wkb(value: Any) -> bytes | None:
    """Return a shape as WKB; the native form is a list of polygons, of rings, of points."""
    if value is None or isinstance(value, bytes):
        return value or None
    if not isinstance(value, list) or not value:
        return None
    parts = value if isinstance(value[0][0], list) else [value]
    polygons = [[[(p["x"], p["y"]) for p in ring] for ring in part] for part in parts]
    shape = shapely.MultiPolygon([(rings[0], rings[1:]) for rings in polygons])
    return bytes(shapely.to_wkb(shape))


def _texts(column: pa.ChunkedArray) -> list[str | None]:
    return [_text(value) for value in column.to_pylist()]


def _text(value: Any) -> str | None:
    """Return a value as text: whole numbers without a decimal point, days in ISO form, lists joined."""
    if value is None or value != value:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, list):
        return ";".join(_text(part) or "" for part in value) or None
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bytes):
        return value.hex() or None
    return str(value).removesuffix(" 00:00:00").strip(" \u3000") or None
