"""Findings of a run into their tables, a column at a time, by COPY."""

import datetime as dt
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
from sqlalchemy import JSON, Boolean, Connection, Date, Integer, Table
from sqlalchemy.dialects.postgresql import ARRAY

_BLOCK_ROWS = 50_000
_CSV = pa_csv.WriteOptions(include_header=False, quoting_style="needed")
_IN_ARRAY = str.maketrans({"\\": "\\\\", '"': '\\"'})


def copy_frame(connection: Connection, table: Table, frame: pd.DataFrame, **constants: Any) -> int:
    """Append a table of findings to a database table and return the number of rows.

    Parameters
    ----------
    frame
        Columns named as in the table; others are ignored, absent ones take their default. JSON is given as
        Python values or as text that is JSON.
    constants
        Values that are the same in every row, as ``run_id``.
    """
    names = [c.name for c in table.columns if c.name in constants or c.name in frame.columns]
    cursor = connection.connection.cursor()
    quoted = ", ".join(f'"{name}"' for name in names)
    command = f'COPY "{table.name}" ({quoted}) FROM STDIN (FORMAT csv)'
    for start in range(0, len(frame), _BLOCK_ROWS):
        block = frame.iloc[start : start + _BLOCK_ROWS]
        columns = [
            pa.repeat(constants[name], len(block))
            if name in constants
            else _column(block[name], table.c[name].type)
            for name in names
        ]
        sink = io.BytesIO()
        pa_csv.write_csv(pa.table(columns, names), sink, _CSV)
        sink.seek(0)
        cursor.copy_expert(command, sink)
    return len(frame)


def _column(values: pd.Series, kind: Any) -> Any:
    """Return a column as Arrow writes it for the database; what is missing is null, which is not an empty text."""
    if isinstance(kind, ARRAY):
        return pa.array(_arrays(values.tolist()), pa.string())
    if isinstance(kind, JSON):
        return pa.array([_json(value) for value in values], pa.string())
    if values.dtype != object:
        return pa.array(values, from_pandas=True)
    listed = values.where(values.notna(), None).tolist()
    if isinstance(kind, Date):
        return pa.array([day if day is None else _day(day) for day in listed], pa.date32())
    if isinstance(kind, Boolean | Integer):
        return pa.array(listed)
    return pa.array([v if v is None or type(v) is str else str(v) for v in listed], pa.string())


def _day(value: Any) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _arrays(lists: list[Sequence[Any] | None]) -> list[str]:
    """Return lists as PostgreSQL writes arrays of text; a list that many rows share is written once."""
    made: dict[int, str] = {}
    for values in lists:
        if id(values) not in made:
            items = (
                '"' + str(value).translate(_IN_ARRAY) + '"' for value in (() if values is None else values)
            )
            made[id(values)] = "{" + ",".join(items) + "}"
    return [made[id(values)] for values in lists]


def _json(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=_as_text, separators=(",", ":"))


def _as_text(value: Any) -> Any:
    """Return days and exact numbers as text; JSON has neither."""
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
