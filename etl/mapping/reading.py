"""Read the texts of one column, each different text once: at sight where they are plain, else by themselves."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from data.layers import LayerColumn
from etl.coded import Coded, coded
from etl.issues import Findings
from etl.mapping import names, plain, units
from etl.mapping.dates import Placeholder, Unreadable, read_date
from etl.mapping.figures import read_figure, stated_unit
from etl.mapping.file import ColumnRule
from etl.mapping.values import is_empty, read_bool, read_int, read_list, tidy_code
from etl.readers.raw import Raw

CODES = frozenset({"parcel_code", "unit_code", "supervision_no", "holder_credit_code", "credit_code"})
CODED = (str, Decimal)  # kinds of which a column keeps each different value once


def filled(column: pd.Series) -> pd.Series:
    """Return a column of texts, an empty one for nothing."""
    texts: pd.Series = column.astype(object).fillna("").astype(str)
    return texts


@dataclass(slots=True)
class Reader:
    """Reads the texts of one column, each different text once."""

    column: LayerColumn
    rule: ColumnRule
    raw: Raw
    helper: ColumnRule | None = None
    noted: dict[str, str] = field(default_factory=dict)
    times: set[Fraction] = field(default_factory=set)  # units that figures were written in
    written: bool = False  # a unit stands after a figure
    unit_texts: Any = None  # what the column of units says, row by row

    def read(self, texts: Any, findings: Findings, kept: dict[int, dict[str, str]]) -> Any:
        """Return the values of all rows: :class:`Coded` texts or numbers, else Python objects."""
        unit_texts = self.unit_texts = self._units()
        if unit_texts is not None:
            pairs = pd.MultiIndex.from_arrays(
                [pd.Series(np.asarray(texts, dtype=object)).fillna(""), unit_texts]
            )
            codes, both = pd.factorize(pairs)
            different = [text or None for text, _ in both]
            return self._each(codes, different, [unit for _, unit in both], texts, findings, kept)
        if isinstance(texts, Coded):
            codes, column = texts.codes, texts.values
        else:
            codes, found = pd.factorize(np.asarray(texts, dtype=object))
            column = plain.as_column(found)
            if column is None:
                return self._each(codes, list(found), [None] * len(found), texts, findings, kept)
        values, settled = self._at_sight(column)
        left = np.flatnonzero(~settled)
        if not len(left):
            return coded(codes, values, self.column.kind)
        number = np.full(len(column) + 1, -1, dtype=np.int64)  # where a text is among those that are left
        number[left] = np.arange(len(left))
        of_left = number[codes]
        rest = self._each(
            of_left, column.take(pa.array(left)).to_pylist(), [None] * len(left), texts, findings, kept
        )
        if self.column.kind not in CODED or not isinstance(rest, Coded):
            return rest
        whole = pa.concat_arrays([values, rest.values])
        found = np.where(rest.codes < 0, codes, rest.codes.astype(np.int64) + len(values))
        return coded(found, whole, self.column.kind)

    def _each(
        self, codes: Any, different: list[str | None], units: list[str | None], texts: Any, findings: Findings,
        kept: dict[int, dict[str, str]],
    ) -> Any:  # fmt: skip
        """Return what each different text gives, read by itself; rows whose code is -1 have none."""
        values = np.full(len(different) + 1, None, dtype=object)
        said: list[tuple[str, dict[str, Any]] | None] = [None] * len(different)
        keep = np.zeros(len(different) + 1, dtype=bool)
        for place, (text, unit) in enumerate(zip(different, units, strict=True)):
            if text is None or (is_empty(text) and self.column.kind is not bool):
                continue
            values[place], said[place], keep[place] = self._one(text, unit)
        for row in np.flatnonzero(keep[codes]) if keep.any() else ():
            kept.setdefault(int(row), {})[self.rule.source[0]] = texts[row]
        self._report(codes, texts, said, findings)
        column = plain.as_column([None if value is None else str(value) for value in values[:-1]])
        if self.column.kind in CODED and column is not None:
            return coded(codes, column, self.column.kind)
        return values[codes]

    def _at_sight(self, texts: Any) -> tuple[Any, NDArray[np.bool_]]:
        """Return the values of the different texts that are plain, and which those are."""
        column = self.column
        if self.rule.values is None and self.unit_texts is None:
            if column.kind is str and not column.choices:
                return plain.plain_texts(texts, codes=column.name in CODES)
            if column.kind is Decimal and self._in_base():
                dimension = units.dimension_of(column.name)
                found, settled = plain.plain_numbers(texts, rounded=dimension is not None)
                if dimension is not None and found.null_count < len(found):
                    self.times.add(dimension[1])
                return found, settled
        return pa.nulls(len(texts), pa.string()), np.zeros(len(texts), dtype=bool)

    def _in_base(self) -> bool:
        """Say whether figures without a unit after them are in the unit of the canonical column already."""
        dimension = units.dimension_of(self.column.name)
        if dimension is None:
            return True
        stated = stated_unit(self.column.name, self.rule, None, self.noted)
        return stated is None or stated[1] == dimension[1]

    def _report(self, codes: Any, texts: Any, said: list[Any], findings: Findings) -> None:
        spoken = np.array([finding is not None for finding in said] + [False], dtype=bool)
        for row in np.flatnonzero(spoken[codes]) if spoken.any() else ():
            code, params = said[codes[row]]
            findings.add(code, int(self.raw.row_no[row]), self.column.name, texts[row], **params)

    def _units(self) -> Any:
        """Return the unit that each row states, where a column does."""
        source = self.rule.unit_column or (self.helper.source[0] if self.helper else None)
        if source is None or units.dimension_of(self.column.name) is None:
            return None
        said = filled(self.raw.frame[source]).str.strip(" \u3000").to_numpy(dtype=object)
        return said if (said != "").any() else None

    def _one(self, text: str, unit: str | None) -> tuple[Any, tuple[str, dict[str, Any]] | None, bool]:
        """Return the value of one text, what there is to say about it, and whether to keep the text."""
        kind = self.column.kind
        try:
            if self.rule.values is not None:
                if text not in self.rule.values:
                    return None, ("VALUE_NOT_IN_LIST", {"allowed": list(self.rule.values)[:20]}), True
                text = self.rule.values[text]
            if kind is dt.date:
                return read_date(text), None, False
            if kind is Decimal:
                figure = read_figure(text, self.column.name, self.rule, unit, self.noted)
                self.written = self.written or figure.written
                if figure.times is not None:
                    self.times.add(figure.times)
                return figure.value, figure.said, figure.keep
            if kind is bool:
                return (None if text in ("/", "-", "") else read_bool(text)), None, False
            if kind is int:
                return read_int(text), None, False
        except Placeholder:
            return None, ("DATE_PLACEHOLDER", {}), True
        except Unreadable:
            return None, ("VALUE_UNREADABLE", {"expected": _WORDS.get(kind, "text")}), True
        return (read_list(text, self.rule.split), None, False) if kind is list else self._text(text)

    def _text(self, text: str) -> tuple[Any, tuple[str, dict[str, Any]] | None, bool]:
        if self.column.choices:
            words = names.table()["values"].get(self.column.name, {})
            code = text.upper() if text.upper() in self.column.choices else words.get(text)
            if code is None:
                return None, ("VALUE_NOT_IN_LIST", {"allowed": list(self.column.choices)}), True
            return code, None, code != text.upper()
        return (tidy_code(text) if self.column.name in CODES else text), None, False


_WORDS: dict[type, str] = {dt.date: "2023-05-31", Decimal: "1234.5", bool: "是 / 否", int: "2023"}
