"""Delivered texts without a canonical column: a JSON object for each row, written only where it is asked for."""

import json
from collections.abc import Mapping
from json.encoder import encode_basestring as _quoted
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from etl.coded import Coded, coded, nothing, smallest, values_of

_SPECIAL = r'["\\\x00-\x1f]'  # what JSON writes with a backslash


class Extra:
    """The JSON objects of the rows, kept by columns: each different text once, with its name and in quotes.

    ``own`` are rows that say something else.
    """

    def __init__(self, parts: list[Coded], own: Coded) -> None:
        self._parts = parts
        self._own = own

    @classmethod
    def of(cls, columns: pd.DataFrame, kept: Mapping[int, Mapping[str, str]]) -> Self:
        """Return the objects of delivered columns; ``kept`` are texts that single rows have besides, by place and name."""
        made = cls([_part(str(name), columns[name]) for name in columns.columns], nothing(len(columns)))
        places = np.array(sorted(kept), dtype=np.int64)
        if len(places):
            texts = made[places].tolist()
            own = [_with(text, kept[place]) for text, place in zip(texts, places.tolist(), strict=True)]
            made._own = Coded(np.full(len(columns), -1, dtype=smallest(len(own))), pa.array(own, pa.string()))
            made._own.codes[places] = np.arange(len(own))
        return made

    @classmethod
    def given(cls, texts: list[str]) -> Self:
        """Return objects that are JSON already."""
        return cls([], coded(np.arange(len(texts)), pa.array(texts, pa.string())))

    def __len__(self) -> int:
        return len(self._own)

    def __setitem__(self, place: int, text: str) -> None:
        self._own[place] = text

    def __getitem__(self, item: Any) -> Any:
        """Return the text of one row, or the objects of some rows: a slice, places, or a mask."""
        if not isinstance(item, int | np.integer):
            return Extra([part[item] for part in self._parts], self._own[item])
        own = self._own[item]
        return self[item : item + 1].tolist()[0] if own is None else own

    def texts(self, head: bytes = b"") -> Any:
        """Return all objects as an Arrow column of bytes in UTF-8, each after a head."""
        none = pa.scalar(b"", pa.binary())
        start, end = pa.scalar(head + b"{", pa.binary()), pa.scalar(b"}", pa.binary())
        # Arrow's own leaving out of nulls loses rows that have nothing else (26.0), so the commas are cut off here.
        parts = [part.arrow().cast(pa.binary()).fill_null(b"") for part in self._parts]
        if parts:
            inner = pc.binary_slice(pc.binary_join_element_wise(*parts, none), 2, 2**31 - 1)
            found = pc.binary_join_element_wise(start, inner, end, none)
        else:
            found = pa.array([head + b"{}"] * len(self), pa.binary())
        if self._own.isna().all():
            return found
        own = pc.binary_join_element_wise(
            pa.scalar(head, pa.binary()), self._own.arrow().cast(pa.binary()), none
        )
        return pc.coalesce(own, found)

    def tolist(self) -> list[str]:
        """Return all objects as Python texts."""
        texts: list[str] = self.texts().cast(pa.string()).to_pylist()
        return texts


def _part(name: str, column: pd.Series) -> Coded:
    """Return the texts of a column as they stand in the objects: after a comma and its name, in quotes."""
    head = f", {json.dumps(name, ensure_ascii=False)}: "
    given = values_of(column)
    if isinstance(given, Coded):
        codes, values = given.codes, given.values
        if not pc.any(pc.match_substring_regex(values, _SPECIAL)).as_py():
            return Coded(codes, pc.binary_join_element_wise(f'{head}"', values, '"', ""))
        different = values.to_pylist()
    else:
        codes, different = pd.factorize(given)
    return coded(codes, pa.array([head + _quoted(_clean(value)) for value in different], pa.string()))


def _with(text: str, kept: Mapping[str, str]) -> str:
    whole = json.loads(text) | {name: _clean(value) for name, value in kept.items()}
    return json.dumps(whole, ensure_ascii=False)


def _clean(value: Any) -> str:
    return str(value).replace("\x00", "")
