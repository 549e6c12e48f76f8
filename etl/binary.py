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

from etl.coded import Coded
from etl.extra import Extra

HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TAIL = b"\xff\xff"
_EPOCH_DAYS = 10_957  # from 1970-01-01 to PostgreSQL's 2000-01-01
_TEXT_OID = 25
_PLACES = 4  # decimals in one group of digits of a numeric
_MOST = 10**14  # below it a number fits 18 digits with four decimals
_EXACT = pa.decimal128(18, _PLACES)
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Column:
    """The bytes of one field in each row: a table of bytes of one width, or an Arrow column of bytes.

    ``valid`` says which rows have a value; ``None`` means all. ``laid`` says that each value stands after its
    length already.
    """

    values: Any
    valid: NDArray[np.bool_] | None = None
    laid: bool = False


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


def json_objects(values: Extra) -> Column:
    """Return JSON objects as ``jsonb`` takes them: after a byte with the version."""
    return Column(values.texts(head=b"\x01"))


def shapes(wkb: Any, srid: int) -> Column:
    """Return shapes given as little-endian WKB of one kind with the number of their system (EWKB)."""
    column = pa.array(wkb, pa.binary())
    kinds = pc.unique(pc.binary_slice(column, 0, 5)).to_pylist()
    parts = [(kind, kind[:4] + b"\x20" + srid.to_bytes(4, "little")) for kind in kinds]
    body = pc.binary_slice(column, 5, 2**31 - 1)
    if len(parts) == 1:
        return Column(pc.binary_join_element_wise(pa.scalar(parts[0][1], pa.binary()), body, b""))
    made = dict(parts)
    heads = pa.array([made[kind] for kind in pc.binary_slice(column, 0, 5).to_pylist()], pa.binary())
    return Column(pc.binary_join_element_wise(heads, body, b""))


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
    """Return ``Decimal`` or ``None``, coded or one by one, as exact numbers without zeros at their end.

    The bytes of a number depend on it alone, never on the other rows nor on
    how it was written: a row read back from the database has the same hash.
    """
    try:
        column = (
            values.arrow().cast(_EXACT)
            if isinstance(values, Coded)
            else pa.array(values, _EXACT, from_pandas=True)
        )
    except pa.ArrowInvalid:  # some have more digits
        return _long_decimals(np.asarray(values, dtype=object))
    valid = None if not column.null_count else np.asarray(column.is_valid())
    low = np.frombuffer(column.fill_null(0).buffers()[1], np.int64)[0 : 2 * len(column) : 2]
    return _scaled(low, valid)


def _scaled(scaled: NDArray[np.int64], valid: NDArray[np.bool_] | None) -> Column:
    places = np.full(len(scaled), _PLACES)
    for step in range(_PLACES, 0, -1):
        places[scaled % 10**step == 0] -= 1
    return numbers(scaled, places, valid)


def _long_decimals(values: NDArray[np.object_]) -> Column:
    valid = ~pd.isna(values)
    found = [_tidy(value) if there else Decimal(0) for value, there in zip(values, valid, strict=True)]
    fits = np.array([-int(v.as_tuple().exponent) <= _PLACES and abs(v) < _MOST for v in found], dtype=bool)
    scaled = np.array(
        [int(v.scaleb(_PLACES)) if fit else 0 for v, fit in zip(found, fits, strict=True)], np.int64
    )
    made = _scaled(scaled, None).values
    ragged = [made[n].tobytes() if fit else _numeric(found[n]) for n, fit in enumerate(fits)]
    return Column(
        pa.array([r if v else b"" for r, v in zip(ragged, valid, strict=True)], pa.binary()), _some(valid)
    )


def _tidy(value: Decimal) -> Decimal:
    """Return a number without zeros behind its point's last digit; never rounded."""
    sign, digits, exponent = value.as_tuple()
    exponent = int(exponent)
    while exponent < 0 and digits and digits[-1] == 0:
        digits, exponent = digits[:-1], exponent + 1
    return Decimal((sign, digits or (0,), exponent if digits else 0))


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
    """Return a canonical column, coded or of Python values (``None`` for nothing), in the form of its type."""
    if isinstance(values, Coded) and len(values.values) <= len(values):
        return _few(kind, values)
    made: Any = {Decimal: decimals, bool: truths, dt.date: days, list: lists}.get(kind)
    if made is not None:
        return made(values)  # type: ignore[no-any-return]
    if kind is int:
        column = pa.array(values, pa.int64(), from_pandas=True)
        valid = None if not column.null_count else np.asarray(column.is_valid())
        return whole(np.asarray(column.fill_null(0)), ">i4", valid)
    return texts(values.arrow() if isinstance(values, Coded) else values)


def _few(kind: type, values: Coded) -> Column:
    """Return a column of few different values, each laid out once."""
    count = len(values.values)
    if not count:
        return Column(np.zeros((len(values), 0), dtype=np.uint8), np.zeros(len(values), dtype=bool))
    once = Coded(np.arange(count), values.values, values.of)
    laid = lay_out([decimals(once) if kind is Decimal else texts(once.values)], count)
    laid = pa.concat_arrays([laid, pa.array([b"\xff" * 4], pa.binary())])  # the length of none
    return Column(laid.take(pa.array(np.where(values.codes < 0, count, values.codes))), laid=True)


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
        if column.laid:
            flush()
            parts.append(column.values)
            continue
        if column.valid is not None and not column.valid.any():
            waiting.append(_lengths(np.full(count, -1)))
            continue
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
