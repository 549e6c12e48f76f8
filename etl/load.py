"""Write rows by COPY: the accepted rows into staging, findings into their table."""

import datetime as dt
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from data.layers import LAYERS, LayerColumn
from etl.issues import Issue
from etl.work import Work

Texts = NDArray[np.object_]
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})
_BATCH = 20_000


def texts_of(column: LayerColumn, values: pd.Series) -> Texts:
    """Return a column as the texts that PostgreSQL reads, ``None`` for empty; each different value once."""
    if column.kind is list:
        return np.array([_array(value) for value in values], dtype=object)
    codes, different = pd.factorize(values.to_numpy(dtype=object))
    return np.array([*(_text(value) for value in different), None], dtype=object)[codes]


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bool):
        return "t" if value else "f"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _array(value: list[str] | None) -> str:
    quoted = ('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in value or ())
    return f"{{{','.join(quoted)}}}"


def fingerprints(work: Work) -> Texts:
    """Return the content hash of each row: its values and its shape.

    In layers with a key the columns without a canonical one count too, so
    that a change there makes a version. Where rows have no key they do not: a
    running number in a ledger would make every old row a new one.
    """
    layer = LAYERS[work.layer or ""]
    columns = [texts_of(column, work.frame[column.name]) for column in layer.columns]
    if layer.key:
        columns.append(work.extra)
    shapes = shapely.to_wkb(work.shapes) if work.shapes is not None else [b""] * len(work.row_no)
    rows: Iterable[tuple[Any, ...]] = zip(*columns, strict=True)
    found = [
        hashlib.md5(
            "\x1f".join(["" if v is None else v for v in row]).encode() + shape, usedforsecurity=False
        )
        for row, shape in zip(rows, shapes, strict=True)
    ]
    return np.array([h.hexdigest() for h in found], dtype=object)


def copy(connection: Connection, table: str, columns: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
    """Write columns of texts (``None`` is NULL) into a table by COPY, in batches that bound memory."""
    if not values or not len(values[0]):
        return
    names = ", ".join(f'"{name}"' for name in columns)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        for start in range(0, len(values[0]), _BATCH):
            part = [_escaped(column[start : start + _BATCH]) for column in values]
            lines = "\n".join(map("\t".join, zip(*part, strict=True)))
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", io.StringIO(f"{lines}\n"))


def _escaped(values: Sequence[Any]) -> list[str]:
    return ["\\N" if value is None else value.translate(_ESCAPES) for value in values]


def stage(connection: Connection, work: Work) -> None:
    """Put the accepted rows of one file into its staging table."""
    layer = LAYERS[work.layer or ""]
    count = len(work.row_no)
    values: dict[str, Any] = {
        column.name: texts_of(column, work.frame[column.name]) for column in layer.columns
    }
    values["file_id"] = [str(work.file_id)] * count
    values["row_no"] = [str(number) for number in work.row_no]
    values["content_hash"] = work.hashes
    values["extra"] = work.extra
    if work.shapes is not None:
        shapely.set_srid(work.shapes, 4490)
        values["geom"] = shapely.to_wkb(shapely.set_srid(work.shapes, 4490), hex=True, include_srid=True)
    if layer.name == "parcel" and work.drawn_m2 is not None:
        values["drawn_area_m2"] = [f"{area:.4f}" for area in work.drawn_m2]
    copy(connection, f"staging.{layer.name}", list(values), list(values.values()))


def write_issues(connection: Connection, delivery_id: int, file_id: int | None, issues: list[Issue]) -> None:
    """Write the findings about one file."""
    points = shapely.set_srid(np.array([issue.point for issue in issues], dtype=object), 4490)
    values: dict[str, Any] = {
        "delivery_id": [str(delivery_id)] * len(issues),
        "file_id": [None if file_id is None else str(file_id)] * len(issues),
        "layer": [i.layer for i in issues],
        "row_no": [None if i.row_no is None else str(i.row_no) for i in issues],
        "supplier_key": [None if i.supplier_key is None else str(i.supplier_key) for i in issues],
        "field": [i.field for i in issues],
        "value": [i.value for i in issues],
        "code": [i.code for i in issues],
        "severity": [i.severity.value for i in issues],
        "params": [
            json.dumps(i.params, ensure_ascii=False, default=str).replace("\\u0000", "") for i in issues
        ],
        "point": list(shapely.to_wkb(points, hex=True, include_srid=True)) if len(issues) else [],
    }
    copy(connection, "public.issue", list(values), list(values.values()))
