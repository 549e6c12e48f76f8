"""Rows out of the database a column at a time, by COPY: exact numbers stay exact, texts of few kinds are kept once.

What :mod:`etl.binary` is for writing. A statement is run in the connection's own
transaction, so everything that one transaction reads is of one moment.
"""

import datetime as dt
import io
import json
import struct
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import shapely
from sqlalchemy import Connection, Select, Text, cast, func

from etl.binary import HEAD

PLACES = 6
"""Decimals that a number is read with; a column with longer ones is read number by number."""
_EXACT = pa.decimal128(38, PLACES)
_MOST_DIGITS = 30  # of a number as text: with six decimals it fits 38
_LIST = pa.list_(pa.string())
_AS = {dt.date: pa.date32(), int: pa.int64(), bool: pa.bool_()}
_BATCH_BYTES = 32 * 2**20
_ROW = struct.Struct(">hi")


def copied(connection: Connection, statement: Select[Any], kinds: Mapping[str, type]) -> pa.Table:
    """Return the rows of a statement as an Arrow table.

    Parameters
    ----------
    statement
        Selects columns named as ``kinds``; lists of text are selected by :func:`joined`.
    kinds
        The Python type of each column, in order. ``Decimal`` comes as text, to be read by :func:`column`.
    """
    sink = io.BytesIO()
    _copy(connection, statement, "FORMAT csv", sink)
    sink.seek(0)
    if not sink.getbuffer().nbytes:
        return pa.table({name: pa.array([], _AS.get(kind, pa.string())) for name, kind in kinds.items()})
    return pa_csv.read_csv(
        sink,
        read_options=pa_csv.ReadOptions(column_names=list(kinds), block_size=_BATCH_BYTES),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types={name: _AS.get(kind, pa.string()) for name, kind in kinds.items()},
            null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False,
            true_values=["t"], false_values=["f"],
        ),
    )  # fmt: skip


def joined(column: Any) -> Any:
    """Return a list of texts as one text (JSON), for :func:`copied`."""
    return cast(func.array_to_json(column), Text)


def column(values: pa.ChunkedArray, kind: type) -> pd.Series:
    """Return a column as :mod:`gis.columns` reads it: texts by kind, exact Arrow decimals, Arrow lists, days."""
    if kind is str:
        return texts(values)
    if kind is Decimal:
        return _decimals(values)
    if kind is list:
        lists = pa.array([None if text is None else json.loads(text) for text in values.to_pylist()], _LIST)
        return pd.Series(lists, dtype=pd.ArrowDtype(_LIST))
    if kind is dt.date:
        return pd.Series(values.cast(pa.timestamp("us")).to_numpy())
    if kind is int and not values.null_count:
        return pd.Series(values.to_numpy())
    return pd.Series(values.to_pylist(), dtype=object)


def _decimals(values: pa.ChunkedArray) -> pd.Series:
    """Return numbers given as text, exactly."""
    # Arrow takes a number with too many digits for another one, without a word.
    if (pc.max(pc.utf8_length(values)).as_py() or 0) <= _MOST_DIGITS:
        try:
            return pd.Series(values.cast(_EXACT), dtype=pd.ArrowDtype(_EXACT))
        except pa.ArrowInvalid:  # more decimals than are kept, or not a number
            pass
    return pd.Series([None if text is None else Decimal(text) for text in values.to_pylist()], dtype=object)


def texts(values: pa.ChunkedArray) -> pd.Series:
    """Return texts with each different one kept once."""
    coded = values.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    categories = pd.Index(coded.dictionary.to_numpy(zero_copy_only=False), dtype=object)
    return pd.Series(pd.Categorical.from_codes(codes, categories))


def copied_shapes(connection: Connection, statement: Select[Any]) -> Any:
    """Return the shapes of a statement that selects WKB alone, as an array; None where there is none."""
    sink = _Shapes()
    _copy(connection, statement, "FORMAT binary", sink)
    return sink.all()


def _copy(connection: Connection, statement: Select[Any], how: str, sink: Any) -> None:
    text = statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    # No parameters are sent, so the driver's doubled signs are single ones again.
    plain = str(text).replace("%%", "%")
    connection.connection.cursor().copy_expert(f"COPY ({plain}) TO STDOUT ({how})", sink)


class _Shapes:
    """Takes the stream of a COPY of one column and makes shapes of it, some megabytes at a time."""

    def __init__(self) -> None:
        self.rest = bytearray()
        self.parts: list[Any] = []
        self.begun = False

    def write(self, data: bytes) -> int:
        """Take some bytes of the stream."""
        self.rest += data
        if len(self.rest) > _BATCH_BYTES:
            self._take()
        return len(data)

    def _take(self) -> None:
        """Make shapes of the rows that are whole."""
        raw, place, found = bytes(self.rest), 0 if self.begun else len(HEAD), []
        while place + _ROW.size <= len(raw):
            fields, size = _ROW.unpack_from(raw, place)
            if fields != 1:
                break  # the mark of the end
            stop = place + _ROW.size + max(size, 0)
            if stop > len(raw):
                break
            found.append(raw[place + _ROW.size : stop] if size >= 0 else None)
            place = stop
        self.begun, self.rest = True, bytearray(raw[place:])
        if found:
            self.parts.append(shapely.from_wkb(np.array(found, dtype=object)))

    def all(self) -> Any:
        """Return every shape in order."""
        self._take()
        return np.concatenate(self.parts) if self.parts else np.array([], dtype=object)


def origins(paths: pa.ChunkedArray, rows: pa.ChunkedArray) -> pd.Series:
    """Return where rows come from, as "file 第n行"."""
    files = paths.combine_chunks().dictionary_encode()
    if isinstance(files, pa.ChunkedArray):
        files = files.combine_chunks()
    names = [path.replace("\\", "/").rsplit("/", 1)[-1] for path in files.dictionary.to_pylist()]
    short = pa.array(names, pa.string()).take(files.indices)
    numbers = rows.combine_chunks().cast(pa.string())
    made = pc.binary_join_element_wise(short, " 第", numbers, "行", "")
    return pd.Series(made, dtype=pd.ArrowDtype(pa.string()))
