"""Findings of a run into their tables, by COPY."""

import datetime as dt
import io
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

_BLOCK_ROWS = 5_000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_IN_ARRAY = str.maketrans({"\\": "\\\\", '"': '\\"'})


def copy_frame(connection: Connection, table: Table, frame: pd.DataFrame, **constants: Any) -> int:
    """Append a table of findings to a database table and return the number of rows.

    Parameters
    ----------
    frame
        Columns named as in the table; others are ignored, absent ones take their default.
    constants
        Values that are the same in every row, as ``run_id``.
    """
    names = [c.name for c in table.columns if c.name in constants or c.name in frame.columns]
    columns = [
        [constants[name]] * len(frame) if name in constants else frame[name].tolist() for name in names
    ]
    writers = [_writer(table.c[name].type) for name in names]
    cursor = connection.connection.cursor()
    quoted = ", ".join(f'"{name}"' for name in names)
    command = f'COPY "{table.name}" ({quoted}) FROM STDIN'
    rows = zip(*columns, strict=True)
    for block in _blocks(rows):
        text = "".join(
            "\t".join(write(value) for write, value in zip(writers, row, strict=True)) + "\n" for row in block
        )
        cursor.copy_expert(command, io.StringIO(text))
    return len(frame)


def _blocks(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    block: list[tuple[Any, ...]] = []
    for row in rows:
        block.append(row)
        if len(block) == _BLOCK_ROWS:
            yield block
            block = []
    if block:
        yield block


def _writer(kind: Any) -> Any:
    if isinstance(kind, ARRAY):
        return _array
    return _json if isinstance(kind, JSONB) else _plain


def _missing(value: Any) -> bool:
    return (
        value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))
    )


def _plain(value: Any) -> str:
    """Return a value in the text form of COPY; a missing one as NULL."""
    if _missing(value):
        return "\\N"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).translate(_ESCAPES)


def _array(values: Sequence[Any] | None) -> str:
    items = ('"' + str(value).translate(_IN_ARRAY) + '"' for value in (values or ()))
    return ("{" + ",".join(items) + "}").translate(_ESCAPES)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_as_text, separators=(",", ":")).translate(_ESCAPES)


def _as_text(value: Any) -> Any:
    """Return days and exact numbers as text; JSON has neither."""
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if hasattr(value, "item"):
        return value.item()
    return str(value)
