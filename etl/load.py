"""Write rows by COPY: the accepted rows into staging, findings into their table."""

import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from data.layers import LAYERS
from etl.binary import Bytes, Column, hashes, json_objects, lay_out, numbers, of_kind, shapes, stream, whole
from etl.checks.parallel import spread
from etl.coded import values_of
from etl.issues import Issue
from etl.readers.crs import STORAGE
from etl.streams import Stream, ahead
from etl.work import Work

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})
_ODD = re.compile(r"[\\\t\n\r\x00]")
_BATCH = 20_000
_JSON = json.JSONEncoder(ensure_ascii=False, default=str).encode
_CHUNK = 1 << 20  # bytes handed to the driver at once


def _content(work: Work, part: slice | NDArray[np.int64]) -> list[Column]:
    """Return what the rows say, in the form of their types; this is what a row's hash is made of.

    In layers with a key the columns without a canonical one count too, so
    that a change there makes a version. Where rows have no key they do not: a
    running number in a ledger would make every old row a new one.
    """
    layer = LAYERS[work.layer or ""]
    columns = [of_kind(c.kind, values_of(work.frame[c.name])[part]) for c in layer.columns]
    if layer.key:
        columns.append(json_objects(work.extra[part]))
    if work.shapes is not None:
        columns.append(shapes(work.shapes.wkb(part).cast(pa.binary()), STORAGE))
    return columns


def _content_names(work: Work) -> list[str]:
    layer = LAYERS[work.layer or ""]
    shape = ["geom"] if work.shapes is not None else []
    return [*layer.names, *(["extra"] if layer.key else []), *shape]


def _parts(work: Work) -> Iterator[slice]:
    """Cut the rows into parts that bound memory."""
    count = len(work.row_no)
    return (slice(start, min(start + _BATCH, count)) for start in range(0, count, _BATCH))


def fingerprints(work: Work) -> Bytes:
    """Return the content hash of each row, sixteen bytes: its values and its shape."""

    def of_part(start: int, stop: int) -> Bytes:
        return hashes(lay_out(_content(work, slice(start, stop)), stop - start))

    return np.concatenate([np.zeros((0, 16), dtype=np.uint8), *spread(of_part, len(work.row_no), _BATCH)])


def hash_again(work: Work, places: NDArray[np.int64]) -> None:
    """Renew the content hash of some rows, whose values have changed."""
    for start in range(0, len(places), _BATCH):
        some = places[start : start + _BATCH]
        work.hashes[some] = hashes(lay_out(_content(work, some), len(some)))


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
    odd = _ODD.search  # most texts have nothing to escape, and looking is quicker than translating
    return [
        "\\N" if value is None else value.translate(_ESCAPES) if odd(value) else value for value in values
    ]


def stage(connection: Connection, work: Work) -> None:
    """Put the accepted rows of one file into its staging table."""
    if not len(work.row_no):
        return
    layer = LAYERS[work.layer or ""]
    drawn = layer.name == "parcel" and work.drawn_m2 is not None
    names = [*_content_names(work), "content_hash", "row_no", "file_id"]
    names += [*(["drawn_area_m2"] if drawn else []), *([] if layer.key else ["extra"])]

    def batches() -> Iterator[Any]:
        for part in _parts(work):
            count = part.stop - part.start
            more = [
                Column(work.hashes[part]),
                whole(work.row_no[part], ">i4"),
                whole(np.full(count, work.file_id), ">i8"),
            ]
            if drawn and work.drawn_m2 is not None:
                more.append(numbers(np.rint(work.drawn_m2[part] * 10_000).astype(np.int64), 4))
            if not layer.key:
                more.append(json_objects(work.extra[part]))
            yield stream(lay_out(_content(work, part), count), more, len(names))

    copy_binary(connection, f"staging.{layer.name}", names, batches())


def copy_binary(connection: Connection, table: str, columns: Sequence[str], batches: Iterable[Any]) -> None:
    """Write batches of rows in COPY's binary form; the next batch is made while one is sent."""
    names = ", ".join(f'"{name}"' for name in columns)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, closing(ahead(batches)) as made:
        source = Stream(made)
        cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN (FORMAT binary)", source, _CHUNK)


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
        "params": [_JSON(i.params).replace("\\u0000", "") for i in issues],
        "point": list(shapely.to_wkb(points, hex=True, include_srid=True)) if len(issues) else [],
    }
    copy(connection, "public.issue", list(values), list(values.values()))
