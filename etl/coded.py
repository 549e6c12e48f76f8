"""Columns of texts and exact numbers that keep each different value once, outside the memory of Python.

A column of Python texts costs about a hundred bytes a row. This one costs what
its different values are long and one to four bytes a row, and pandas uses it
like any other: what is taken out are texts, ``Decimal`` and ``None``.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray, ExtensionDtype
from pandas.api.indexers import check_array_indexer

Codes = NDArray[np.signedinteger[Any]]


class CodedType(ExtensionDtype):
    """The type of a column of which each different value is kept once; ``of`` is ``str`` or ``Decimal``."""

    type = object
    na_value: Any = None
    _metadata = ("of",)

    def __init__(self, of: Any = str) -> None:
        self.of = of

    @property
    def name(self) -> str:  # type: ignore[override]
        """The name of the type."""
        return f"coded[{self.of.__name__}]"

    @classmethod
    def construct_array_type(cls) -> Any:
        """Return the class of the columns."""
        return Coded


class Coded(ExtensionArray):
    """A column: the number of its value for each row (-1: none), and the different values as Arrow texts.

    A number is kept as its text, so that it comes out with as many digits as it was put in with.
    Values may be there twice, and need not be used.
    """

    def __init__(self, codes: Codes, values: Any, of: Any = str) -> None:
        self.codes = codes
        self._values = values
        self._new: list[str] = []  # values that were set one by one
        self._dtype = CodedType(of)

    @property
    def values(self) -> Any:
        """The different values as one Arrow column of texts."""
        if self._new:
            self._values = pa.concat_arrays([self._values, pa.array(self._new, pa.string())])
            self._new = []
        return self._values

    @property
    def dtype(self) -> Any:
        """The type of the column."""
        return self._dtype

    @property
    def of(self) -> Any:
        """The Python type of its values."""
        return self._dtype.of

    @property
    def nbytes(self) -> int:
        """The memory that it takes, in bytes."""
        return int(self.codes.nbytes + self.values.nbytes)

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.objects())

    def different(self) -> NDArray[np.object_]:
        """Return the different values as Python objects, and ``None`` after them: what a row's number is the place in."""
        texts = self.values.to_pylist()
        return np.array([*(texts if self.of is str else map(self.of, texts)), None], dtype=object)

    def arrow(self) -> Any:
        """Return the texts of all rows as an Arrow column."""
        return self.values.take(pa.array(self.codes, mask=self.codes < 0))

    def objects(self) -> NDArray[np.object_]:
        """Return the values of all rows as Python objects; rows of one value share it."""
        if len(self.codes) < len(self.values):
            used, codes = np.unique(self.codes[self.codes >= 0], return_inverse=True)
            found = np.full(len(self.codes), None, dtype=object)
            found[self.codes >= 0] = Coded(codes, self.values.take(pa.array(used)), self.of).different()[
                codes
            ]
            return found
        return np.asarray(self.different()[self.codes], dtype=object)

    def floats(self) -> NDArray[np.float64]:
        """Return the nearest floats of a column of numbers, NaN where there is none."""
        found = np.asarray(self.values.cast(pa.float64()))
        return np.asarray(np.append(found, np.nan)[self.codes], dtype=float)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        found = self.objects()
        return found if dtype is None else found.astype(dtype, copy=False)

    def __getitem__(self, item: Any) -> Any:
        if isinstance(item, int | np.integer):
            code = int(self.codes[item])
            if code < 0:
                return None
            known = len(self._values)
            text = self._values[code].as_py() if code < known else self._new[code - known]
            return text if self.of is str else self.of(text)
        return Coded(self.codes[check_array_indexer(self, item)], self.values, self.of)

    def __setitem__(self, key: Any, value: Any) -> None:
        key = check_array_indexer(self, key)
        if isinstance(value, pd.Series):
            value = value.array
        if not isinstance(value, str | Decimal) and pd.api.types.is_list_like(value):
            given = value if isinstance(value, Coded) else self._from_sequence(value, dtype=self.dtype)
            before = len(self.values)
            self._values = pa.concat_arrays([self._values, given.values])
            codes: Any = np.where(given.codes < 0, -1, given.codes.astype(np.int64) + before)
        elif pd.isna(value):
            codes = -1
        elif isinstance(value, self.of):
            codes = len(self._values) + len(self._new)
            self._new.append(str(value))
        else:
            raise TypeError(f"{value!r} in a column of {self.of.__name__}")
        self.codes = self.codes.astype(
            np.promote_types(self.codes.dtype, smallest(len(self._values) + len(self._new)))
        )
        self.codes[key] = codes

    def __eq__(self, other: object) -> Any:
        if isinstance(other, pd.Series | pd.Index | pd.DataFrame):
            return NotImplemented
        if pd.api.types.is_list_like(other):
            return np.asarray(self.objects() == np.asarray(other, dtype=object), dtype=bool) & (
                self.codes >= 0
            )
        if isinstance(other, str) and self.of is str:
            same = np.append(np.asarray(pc.equal(self.values, other), dtype=bool), False)
        else:
            same = np.asarray(self.different() == other, dtype=bool)
        return same[self.codes] & (self.codes >= 0)

    __hash__ = None  # type: ignore[assignment]

    def isna(self) -> NDArray[np.bool_]:
        """Say which rows have no value."""
        return np.asarray(self.codes < 0, dtype=bool)

    def isin(self, values: Any) -> NDArray[np.bool_]:
        """Say which rows have one of some values."""
        asked = list(values)
        if self.of is str and all(isinstance(value, str) for value in asked):
            with suppress(UnicodeEncodeError):  # a text that Arrow cannot hold
                found = pc.is_in(self.values, value_set=pa.array(asked, pa.string()))
                return np.append(np.asarray(found, dtype=bool), False)[self.codes]
        return pd.Series(self.different(), dtype=object).isin(asked).to_numpy()[self.codes]

    def unique(self) -> Self:
        """Return the different values of the rows, in the order in which they come."""
        found = Coded(pd.unique(self.codes), self.values, self.of).objects()
        return self._from_sequence(pd.unique(found), dtype=self.dtype)

    def factorize(self, use_na_sentinel: bool = True) -> Any:
        """Return the numbers of the values, in the order in which they come, and the values."""
        once = self.values.dictionary_encode()
        places = np.append(np.asarray(once.indices, dtype=np.int64), -1)[self.codes]
        known = places >= 0 if use_na_sentinel else np.ones(len(places), dtype=bool)
        numbers = np.full(len(places), -1, dtype=np.int64)
        numbers[known], first = pd.factorize(places[known])
        return numbers, type(self)(first, once.dictionary, self.of)

    def take(self, indices: Any, *, allow_fill: bool = False, fill_value: Any = None) -> Self:
        """Return some rows; with ``allow_fill`` -1 is a row without a value."""
        codes = pd.api.extensions.take(self.codes, indices, allow_fill=allow_fill, fill_value=-1)
        return type(self)(codes.astype(self.codes.dtype), self.values, self.of)

    def copy(self) -> Self:
        """Return a column that can be changed on its own."""
        return type(self)(self.codes.copy(), self.values, self.of)

    @classmethod
    def _from_sequence(cls, scalars: Any, *, dtype: Any = None, copy: bool = False) -> Self:
        if isinstance(scalars, cls):
            return scalars.copy() if copy else scalars
        codes, found = pd.factorize(np.asarray(scalars, dtype=object))
        of = dtype.of if isinstance(dtype, CodedType) else str
        if not all(isinstance(value, of) for value in found):
            raise TypeError(f"not all are {of.__name__}")
        return cls(codes.astype(smallest(len(found))), pa.array(map(str, found), pa.string()), of)

    def _cast_pointwise_result(self, values: Any) -> Any:
        return np.asarray(values, dtype=object)  # of a function of single values, which may give anything

    @classmethod
    def _from_factorized(cls, values: Any, original: Any) -> Self:
        return cls._from_sequence(values, dtype=original.dtype)

    @classmethod
    def _concat_same_type(cls, to_concat: Sequence[Any]) -> Self:
        starts = np.cumsum([0, *(len(part.values) for part in to_concat)])
        parts = [
            np.where(part.codes < 0, -1, part.codes.astype(np.int64) + start)
            for part, start in zip(to_concat, starts[:-1], strict=True)
        ]
        values = pa.concat_arrays([part.values for part in to_concat])
        return cls(np.concatenate(parts).astype(smallest(len(values))), values, to_concat[0].of)


def smallest(count: int) -> Any:
    """Return the smallest type of whole numbers that numbers so many values."""
    return np.min_scalar_type(-max(1, count))


def coded(codes: NDArray[Any], values: Any, of: type = str) -> Coded:
    """Return a column from the numbers of Arrow texts, of which a missing one is no value."""
    count = len(values)
    place = np.arange(count + 1, dtype=np.int64)
    place[-1] = -1
    if values.null_count:
        there = np.asarray(values.is_valid())
        place[:-1] = np.where(there, np.cumsum(there) - 1, -1)
        values = values.drop_null()
    return Coded(place.astype(smallest(len(values)))[codes], values, of)


def nothing(count: int, of: type = str) -> Coded:
    """Return a column without values."""
    return Coded(np.full(count, -1, dtype=np.int8), pa.array([], pa.string()), of)


def constant(count: int, value: str) -> Coded:
    """Return a column of one text."""
    return Coded(np.zeros(count, dtype=np.int8), pa.array([value], pa.string()))


def coded_of(column: Any) -> Coded:
    """Return a column of texts as a coded one, which it may be already."""
    return Coded._from_sequence(column.array if isinstance(column, pd.Series) else column)


def joined(columns: Sequence[Any]) -> Any:
    """Return the values of several columns one after the other, coded where all of them are."""
    if all(isinstance(column, Coded) for column in columns):
        return columns[0] if len(columns) == 1 else Coded._concat_same_type(columns)
    return np.concatenate(columns)


def values_of(column: pd.Series) -> Any:
    """Return the values of a column as they are kept: :class:`Coded`, or an array of Python objects."""
    return column.array if isinstance(column.array, Coded) else column.to_numpy(dtype=object)


def floats(values: pd.Series) -> NDArray[np.float64]:
    """Return the nearest floats of a column of exact numbers, NaN where there is none."""
    if isinstance(values.array, Coded):
        return values.array.floats()
    return pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)
