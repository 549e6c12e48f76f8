"""Rows in the binary form of PostgreSQL's COPY, and their hashes: laid out by whole columns, without a loop over rows.

Every field becomes a length and its bytes as Arrow columns; Arrow joins them
row by row, and the buffer of the result is the stream. The hash of a row is
that of its bytes, so whoever fills the columns alike gets the same hash.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TAIL = b"\xff\xff"
_EPOCH_DAYS = 10_957  # from 1970-01-01 to PostgreSQL's 2000-01-01
_TEXT_OID = 25
_PLACES = 4  # decimals in one group of digits of a numeric
_MOST = 900_000_000_000_000  # what fits a whole number of 64 bits with four decimals
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Column:
    """The bytes of one field in each row: a table of bytes of one width, or an Arrow column of bytes.

    ``valid`` says which rows have a value; ``None`` means all.
    """

    values: Any
    valid: NDArray[np.bool_] | None = None


def whole(values: Any, form: str, valid: NDArray[np.bool_] | None = None) -> Column:
    """Return numbers of one width, ``form`` as numpy writes it: ``>i4``."""
    raw = np.ascontiguousarray(values).astype(form)
    return Column(raw.view(np.uint8).reshape(len(raw), raw.dtype.itemsize), _some(valid))


def texts(values: Any) -> Column:
    """Return texts; ``values`` is an Arrow column of texts or a sequence with ``None``. NUL is left out."""
    column = values if isinstance(values, pa.Array) else pa.array(values, pa.string(), from_pandas=True)
    if pc.any(pc.match_substring(column, "\x00")).as_py():
        column = pc.replace_substring(column, "\x00", "")
    valid = None if not column.null_count else np.asarray(column.is_valid())
    return Column(
        column.fill_null("").cast(pa.binary()) if column.null_count else column.cast(pa.binary()), valid
    )


def json_texts(values: Any) -> Column:
    """Return texts of JSON as ``jsonb`` takes them: after a byte with the version."""
    column = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    return Column(pc.binary_join_element_wise(pa.scalar(b"\x01", pa.binary()), column.cast(pa.binary()), b""))


def blobs(values: Any) -> Column:
    """Return bytes as they are, such as EWKB."""
    return Column(values if isinstance(values, pa.Array) else pa.array(values, pa.binary()))


def days(values: Any) -> Column:
    """Return dates; ``values`` is an Arrow column of days or a sequence with ``None``."""
    column = values if isinstance(values, pa.Array) else pa.array(values, pa.date32(), from_pandas=True)
    valid = None if not column.null_count else np.asarray(column.is_valid())
    return whole(np.asarray(column.cast(pa.int32()).fill_null(0)) - _EPOCH_DAYS, ">i4", valid)


def truths(values: Any) -> Column:
    """Return yes and no."""
    column = pa.array(values, pa.bool_(), from_pandas=True)
    valid = None if not column.null_count else np.asarray(column.is_valid())
    return whole(np.asarray(column.fill_null(False)), ">u1", valid)


def numbers(scaled: NDArray[np.int64], places: Any, valid: NDArray[np.bool_] | None = None) -> Column:
    """Return exact numbers from ten thousand times their value; ``places`` is how many decimals each is written with."""
    size = np.abs(scaled)
    raw = np.zeros((len(size), 9), dtype=">u2")
    raw[:, 0], raw[:, 1] = 5, 3  # five groups of four digits, the first of which counts 10000**3
    raw[:, 2] = np.where(scaled < 0, 0x4000, 0)
    raw[:, 3] = places
    for group in range(5):
        raw[:, 8 - group] = size % 10_000
        size = size // 10_000
    return Column(raw.view(np.uint8).reshape(len(raw), 18), _some(valid))


def decimals(values: Any) -> Column:
    """Return a sequence of ``Decimal`` or ``None`` as exact numbers, with the decimals that each one has.

    The bytes of a number depend on it alone, never on the other rows.
    """
    codes, different = pd.factorize(np.asarray(values, dtype=object))
    found = [Decimal(value) for value in different]
    places = [max(0, -int(value.as_tuple().exponent)) for value in found]
    fits = np.array([p <= _PLACES and abs(v) < _MOST for v, p in zip(found, places, strict=True)] + [True])
    scaled = np.zeros(len(fits), dtype=np.int64)
    scaled[:-1] = [int(v.scaleb(_PLACES)) if fit else 0 for v, fit in zip(found, fits, strict=False)]
    made = numbers(scaled, np.array([*places, 0], dtype=np.int64)).values
    if fits.all():
        return Column(made[codes], _some(codes >= 0))
    ragged = [made[place].tobytes() if fit else _numeric(found[place]) for place, fit in enumerate(fits)]
    ragged[-1] = b""  # of a row without a number
    return Column(pa.array(np.array(ragged, dtype=object)[codes], pa.binary()), _some(codes >= 0))


def _numeric(value: Decimal) -> bytes:
    """Return a number of any size in groups of four digits."""
    places = max(0, -int(value.as_tuple().exponent))
    before, _, after = format(value.copy_abs(), "f").partition(".")
    before = before.zfill(-(-len(before) // 4) * 4)
    after = after.ljust(-(-len(after) // 4) * 4, "0")
    groups = [int((before + after)[at : at + 4]) for at in range(0, len(before + after), 4)]
    head = (len(groups), len(before) // 4 - 1, 0x4000 if value < 0 else 0, places)
    return b"".join(number.to_bytes(2, "big") for number in (*head, *groups))


def lists(values: Sequence[list[str] | None]) -> Column:
    """Return lists of texts; ``None`` is an empty one."""
    return Column(pa.array([_list(value or []) for value in values], pa.binary()))


def _list(parts: list[str]) -> bytes:
    def number(value: int) -> bytes:
        return value.to_bytes(4, "big")

    head = number(1 if parts else 0) + number(0) + number(_TEXT_OID)
    if not parts:
        return head
    coded = [part.replace("\x00", "").encode() for part in parts]
    return head + number(len(parts)) + number(1) + b"".join(number(len(part)) + part for part in coded)


def of_kind(kind: type, values: Any) -> Column:
    """Return a canonical column of Python values (``None`` for nothing) in the form of its type."""
    made: Any = {Decimal: decimals, bool: truths, dt.date: days, list: lists}.get(kind)
    if made is not None:
        return made(values)  # type: ignore[no-any-return]
    if kind is int:
        column = pa.array(values, pa.int64(), from_pandas=True)
        valid = None if not column.null_count else np.asarray(column.is_valid())
        return whole(np.asarray(column.fill_null(0)), ">i4", valid)
    return texts(values)


def _some(valid: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    return None if valid is None or valid.all() else valid


def _fixed(table: Bytes) -> Any:
    count, width = table.shape
    offsets = pa.py_buffer(np.arange(0, (count + 1) * width, width, dtype=np.int32))
    return pa.Array.from_buffers(
        pa.binary(), count, [None, offsets, pa.py_buffer(np.ascontiguousarray(table))]
    )


def lay_out(columns: Sequence[Column], count: int) -> Any:
    """Return one Arrow column of bytes with the fields of each row, each after its length."""
    parts: list[Any] = []
    waiting: list[Bytes] = []  # bytes of one width that go before the next column of different widths

    def flush() -> None:
        if waiting:
            parts.append(_fixed(np.concatenate(waiting, axis=1)))
            waiting.clear()

    for column in columns:
        if isinstance(column.values, np.ndarray):
            width = column.values.shape[1]
            if column.valid is None:
                waiting += [_lengths(np.full(count, width)), column.values]
                continue
            waiting.append(_lengths(np.where(column.valid, width, -1)))
            flush()
            parts.append(
                pc.if_else(pa.array(column.valid), _fixed(column.values), pa.scalar(b"", pa.binary()))
            )
            continue
        lengths = np.asarray(pc.binary_length(column.values))
        waiting.append(_lengths(lengths if column.valid is None else np.where(column.valid, lengths, -1)))
        flush()
        parts.append(column.values)
    flush()
    return pc.binary_join_element_wise(*parts, pa.scalar(b"", pa.binary()))


def _lengths(values: Any) -> Bytes:
    raw: Bytes = np.ascontiguousarray(values).astype(">i4").view(np.uint8).reshape(len(values), 4)
    return raw


def stream(content: Any, more: Sequence[Column], fields: int) -> memoryview:
    """Return the rows as COPY takes them: the count of fields, the content laid out, then more columns."""
    count = len(content)
    head = whole(np.full(count, fields), ">i2").values
    laid = [_fixed(head), content, *([lay_out(more, count)] if more else [])]
    rows = pc.binary_join_element_wise(*laid, pa.scalar(b"", pa.binary()))
    offsets = offsets_of(rows)
    return memoryview(rows.buffers()[2])[offsets[0] : offsets[-1]]


def offsets_of(column: Any) -> NDArray[np.int32]:
    """Return where each value of an Arrow column of bytes begins in its buffer, and where the last one ends."""
    found = np.frombuffer(column.buffers()[1], np.int32, len(column) + 1 + column.offset)
    return found[column.offset :]


def hashes(content: Any) -> Bytes:
    """Return the MD5 of each row's bytes: sixteen bytes a row."""
    if not len(content):
        return np.zeros((0, 16), dtype=np.uint8)
    raw = memoryview(content.buffers()[2])
    offsets = offsets_of(content).tolist()
    new = hashlib.md5
    found = b"".join([new(raw[a:b], usedforsecurity=False).digest() for a, b in pairwise(offsets)])
    return np.frombuffer(found, dtype=np.uint8).reshape(-1, 16)
