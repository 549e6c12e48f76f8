"""Columns of facts, read without a loop over rows: codes as numbers, keys as row numbers, exact figures as integers.

A table may hold plain Python objects, or typed columns (categorical texts, exact
Arrow decimals, Arrow lists): both mean the same here, the second is quick.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gis.exact import figure

_LIMIT = 2**62


def text_array(column: pd.Series) -> Any:
    """Return a text column as an object array with None where nothing is recorded."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, values = coded(column)
        return values[codes]
    values = objects(column)
    values[values == ""] = None
    return values


def objects(column: pd.Series) -> Any:
    """Return a column as a new object array with None where nothing is recorded."""
    values: Any = column.to_numpy(dtype=object, copy=True)
    values[column.isna().to_numpy()] = None
    return values


def coded(column: pd.Series) -> tuple[Any, Any]:
    """Return a text column as the number of its value in each row, and the values; the last value is None.

    Nothing recorded, or an empty text, has the number -1, hence the value None.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy()
        values = column.cat.categories.to_numpy(dtype=object)
        if (values == "").any():
            codes = np.where(values[codes] == "", -1, codes)
    else:
        codes, values = pd.factorize(text_array(column), use_na_sentinel=True)
    return codes, np.append(values, np.array([None], dtype=object))


def choose(in_order: Sequence[tuple[Any, str]], otherwise: str) -> Any:
    """Return for each row the text of the first condition that holds, as an object array."""
    number = np.full(len(in_order[0][0]), len(in_order), dtype=np.int8)
    for place in range(len(in_order) - 1, -1, -1):
        number[in_order[place][0]] = place
    return np.array([*(text for _, text in in_order), otherwise], dtype=object)[number]


def among(codes: Any, values: Any, wanted: Iterable[str]) -> Any:
    """Return which rows of a coded column have one of some values."""
    named = set(wanted)
    hits = [number for number, value in enumerate(values[:-1]) if value in named]
    found = np.zeros(len(codes), dtype=bool)
    for number in hits:
        found |= codes == number
    return found


def rows_of(column: pd.Series, index: pd.Index) -> Any:
    """Return for each value of a key column the row that has this key; -1 for none.

    A categorical column whose first categories are the keys themselves has the rows as its codes.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy().astype(np.int64)
        categories = column.cat.categories
        if categories is index or _same(categories[: len(index)], index):
            return np.where(codes < len(index), codes, -1) if len(categories) > len(index) else codes
        return np.append(index.get_indexer(categories), -1)[codes]
    return index.get_indexer(pd.Index(text_array(column), dtype=object))


def _same(one: pd.Index, other: pd.Index) -> bool:
    """Say whether two indexes of texts hold the same ones; texts that are one object are not compared again."""
    if len(one) != len(other):
        return False
    same: bool = one.to_numpy(dtype=object).tolist() == other.to_numpy(dtype=object).tolist()
    return same


def distinct(numbers: Any, below: int) -> Any:
    """Return which whole numbers from 0 to below a bound occur, in order, without sorting them."""
    there = np.zeros(below, dtype=bool)
    there[numbers] = True
    return np.flatnonzero(there)


def unrecorded(column: pd.Series) -> Any:
    """Return in which rows no figure is recorded."""
    if isinstance(column.dtype, pd.ArrowDtype):
        return column.isna().to_numpy()
    values = column.to_numpy(dtype=object).tolist()
    return np.fromiter((figure(value) is None for value in values), dtype=bool, count=len(values))


def figures_at(column: pd.Series, rows: Any) -> list[Decimal | None]:
    """Return the figures in some rows as decimals; None where nothing is recorded, or for a row below 0."""
    rows = np.asarray(rows)
    found: list[Decimal | None] = [None] * len(rows)
    there = np.flatnonzero(rows >= 0)
    values = objects(column.iloc[rows[there]])
    for place, value in zip(there.tolist(), values.tolist(), strict=True):
        found[place] = figure(value)
    return found


def scaled(column: pd.Series, rows: Any) -> tuple[Any, Any, int] | None:
    """Return exact figures as whole numbers of 10**-places: numbers, which are recorded, and the places.

    None where the column holds objects or where a figure does not fit 64 bits: the caller counts with
    fractions then.
    """
    kind = column.dtype
    if not isinstance(kind, pd.ArrowDtype) or not pa.types.is_decimal128(kind.pyarrow_dtype):
        return None
    places = kind.pyarrow_dtype.scale
    taken = pc.take(pa.chunked_array(column.array.__arrow_array__()), pa.array(rows)).combine_chunks()
    if isinstance(taken, pa.ChunkedArray):
        taken = pa.concat_arrays(taken.chunks) if taken.num_chunks else pa.array([], kind.pyarrow_dtype)
    valid = np.asarray(taken.is_valid()) if taken.null_count else np.ones(len(taken), dtype=bool)
    raw = np.frombuffer(taken.fill_null(Decimal(0)).buffers()[1], np.int64)
    words = raw[2 * taken.offset : 2 * (taken.offset + len(taken))].reshape(-1, 2)
    low, high = words[:, 0], words[:, 1]
    if not (high == (low >> 63)).all():
        return None
    return low.copy(), valid, places


def reaches(done: tuple[Any, Any, int] | None, of: tuple[Any, Any, int] | None, share: Fraction) -> Any:
    """Return whether ``done`` is at least a share of ``of`` for scaled figures, exactly.

    A missing figure does not reach it. None where 64 bits do not hold the products.
    """
    if done is None or of is None or done[2] != of[2]:
        return None
    most = max(int(np.abs(part[0]).max(initial=0)) for part in (done, of))
    if most * max(share.numerator, share.denominator) >= _LIMIT:
        return None
    return done[1] & of[1] & (done[0] * share.denominator >= of[0] * share.numerator)
