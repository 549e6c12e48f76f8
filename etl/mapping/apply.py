"""Turn a delivered table into canonical, typed columns; what cannot be read stays in ``extra``."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.layers import LAYERS, LayerColumn
from etl.issues import Findings
from etl.mapping import names, plain, units
from etl.mapping.dates import Placeholder, Unreadable, read_date
from etl.mapping.figures import read_figure, stated_unit, units_noted
from etl.mapping.file import ColumnRule, SourceRule
from etl.mapping.traps import check_land_use
from etl.mapping.values import is_empty, read_bool, read_int, read_list, tidy_code
from etl.readers.plain_shape import Records
from etl.readers.raw import Raw

CODES = frozenset({"parcel_code", "unit_code", "supervision_no", "holder_credit_code", "credit_code"})


@dataclass(slots=True)
class Mapped:
    """A table in canonical columns. ``frame`` has Python values or ``None``; ``kept`` the texts for ``extra``."""

    layer: str
    frame: pd.DataFrame
    row_no: NDArray[np.int64]
    extra_columns: pd.DataFrame
    kept: dict[int, dict[str, str]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    geom: pd.Series | None = None  # WKT texts of the canonical form, where the file is a table
    wkb: NDArray[np.object_] | Records | None = None
    units: dict[str, Fraction] = field(default_factory=dict)  # columns all of whose figures were in one unit


def apply(raw: Raw, layer: str, rule: SourceRule | None, findings: Findings) -> Mapped:
    """Return the table of one layer; every value that could not be read is a finding."""
    columns = dict(rule.columns) if rule else {}
    constants = dict(rule.constants) if rule else {}
    given = _given(raw, columns, findings)
    taken = {*given, *constants}
    free = [c for c in raw.frame.columns if c not in {s for r in given.values() for s in r.source}]
    found = names.resolve(free, layer, raw.variants, taken)
    for name, candidates in found.ambiguous:
        findings.add("COLUMN_AMBIGUOUS", field=name, value=name, candidates=list(candidates))
    for column, source in found.columns.items():
        given[column] = ColumnRule((source,))
    check_land_use(raw, layer, given, constants, findings)
    helper = given.pop("area_unit", None)
    frame, kept, read_in = _read_all(raw, layer, given, constants, helper, findings)
    used = {s for r in given.values() for s in r.source} | ({helper.source[0]} if helper else set())
    rest = [c for c in raw.frame.columns if c not in used]
    sources = {c: "+".join(r.source) for c, r in given.items()}
    geom = raw.frame[given["geom"].source[0]] if "geom" in given and raw.wkb is None else None
    return Mapped(layer, frame, raw.row_no, raw.frame[rest], kept, sources, geom, raw.wkb, read_in)


def _given(raw: Raw, columns: dict[str, ColumnRule], findings: Findings) -> dict[str, ColumnRule]:
    """Return the rules of the mapping with the delivered names as they are written in this file."""
    plain: dict[str, list[str]] = {}
    for name in raw.frame.columns:
        for form in {name, *raw.variants.get(name, ())}:
            plain.setdefault(form, []).append(name)
            if names.plain(form) != form:
                plain.setdefault(names.plain(form), []).append(name)
            plain.setdefault(form.lower(), []).append(name)
    given = {}
    for column, rule in columns.items():
        found = []
        for asked in rule.source:
            hits = list(
                dict.fromkeys(
                    plain.get(asked) or plain.get(asked.lower()) or plain.get(names.plain(asked)) or []
                )
            )
            if len(hits) == 1:
                found.append(hits[0])
            elif hits:
                findings.add("COLUMN_AMBIGUOUS", field=column, value=asked, candidates=hits)
            else:
                findings.add(
                    "COLUMN_MISSING", field=column, value=asked, there=[str(c) for c in raw.frame.columns]
                )
        unit = rule.unit_column
        if unit and unit not in raw.frame.columns:
            unit = next(iter(plain.get(unit.lower(), ())), None)
        if len(found) == len(rule.source):
            given[column] = ColumnRule(
                tuple(found), rule.join, rule.separator, rule.unit, unit, rule.values, rule.split
            )
    return given


def _read_all(
    raw: Raw, layer: str, given: dict[str, ColumnRule], constants: dict[str, str], helper: ColumnRule | None,
    findings: Findings,
) -> tuple[pd.DataFrame, dict[int, dict[str, str]], dict[str, Fraction]]:  # fmt: skip
    kept: dict[int, dict[str, str]] = {}
    read_in: dict[str, Fraction] = {}
    noted = units_noted(raw.notes)
    series: dict[str, Any] = {}
    for column in LAYERS[layer].columns:
        rule = given.get(column.name)
        if column.name in constants:
            rule = ColumnRule((column.name,))
            texts = np.full(len(raw.frame), constants[column.name], dtype=object)
        elif rule is None:
            series[column.name] = np.full(len(raw.frame), None, dtype=object)
            continue
        elif rule.join:
            texts = _joined(raw.frame, rule)
        else:
            texts = raw.frame[rule.source[0]].to_numpy(dtype=object)
        reader = _Reader(column, rule, raw, helper if column.name == "registered_area_m2" else None, noted)
        series[column.name] = reader.read(texts, findings, kept)
        if len(reader.times) == 1:
            read_in[column.name] = next(iter(reader.times))
            _say_unstated(column.name, rule, reader, findings)
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in series.items()})
    return frame.reindex(range(len(raw.frame))), kept, read_in


def _say_unstated(column: str, rule: ColumnRule, reader: "_Reader", findings: Findings) -> None:
    """Say that a column's unit is stated nowhere, and which was taken; a canonical name states it."""
    own = {column, *names.cut_forms(column)}
    if rule.source[0].lower() in own or rule.join or reader.unit_texts is not None or reader.written:
        return
    if stated_unit(column, rule, None, reader.noted) is None:
        findings.add("UNIT_NOT_STATED", field=column, value=rule.source[0], unit=units.base_name(column))


def _joined(frame: pd.DataFrame, rule: ColumnRule) -> NDArray[np.object_]:
    """Return several columns as one text; empty parts stay, so that the places of the parts are kept."""
    parts = [frame[source].fillna("").astype(str) for source in rule.source]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + rule.separator + part
    empty = np.logical_and.reduce([part.eq("").to_numpy() for part in parts])
    texts: NDArray[np.object_] = joined.to_numpy(dtype=object, copy=True)
    texts[empty] = None
    return texts


@dataclass(slots=True)
class _Reader:
    """Reads the texts of one column, each different text once."""

    column: LayerColumn
    rule: ColumnRule
    raw: Raw
    helper: ColumnRule | None = None
    noted: dict[str, str] = field(default_factory=dict)
    times: set[Fraction] = field(default_factory=set)  # units that figures were written in
    written: bool = False  # a unit stands after a figure
    unit_texts: Any = None  # what the column of units says, row by row

    def read(
        self, texts: NDArray[np.object_], findings: Findings, kept: dict[int, dict[str, str]]
    ) -> NDArray[np.object_]:
        unit_texts = self.unit_texts = self._units()
        different: NDArray[np.object_]
        if unit_texts is None:
            codes, found = pd.factorize(texts)
            different, of_unit = np.asarray(found, dtype=object), np.full(len(found), None, dtype=object)
        else:
            pairs = pd.MultiIndex.from_arrays([pd.Series(texts, dtype=object).fillna(""), unit_texts])
            codes, both = pd.factorize(pairs)
            different = np.array([*(text or None for text, _ in both), None], dtype=object)[:-1]
            of_unit = np.array([*(unit for _, unit in both), None], dtype=object)[:-1]
        values = np.full(len(different) + 1, None, dtype=object)
        said: list[tuple[str, dict[str, Any]] | None] = [None] * len(different)
        keep = np.zeros(len(different) + 1, dtype=bool)
        values[:-1], settled = self._at_sight(different)
        for place in np.flatnonzero(~settled):
            text, unit = different[place], of_unit[place]
            if text is None or (is_empty(text) and self.column.kind is not bool):
                continue
            values[place], said[place], keep[place] = self._one(text, unit)
        for row in np.flatnonzero(keep[codes]):
            kept.setdefault(int(row), {})[self.rule.source[0]] = texts[row]
        self._report(codes, texts, said, findings)
        result: NDArray[np.object_] = values[codes]
        return result

    def _at_sight(self, texts: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
        """Return the values of the different texts that are plain, and which those are."""
        column, none = self.column, np.full(len(texts), None, dtype=object)
        if self.rule.values is None and self.unit_texts is None:
            if column.kind is str and not column.choices:
                return plain.plain_texts(texts, codes=column.name in CODES)
            if column.kind is Decimal and self._in_base():
                found, settled = plain.plain_numbers(texts)
                dimension = units.dimension_of(column.name)
                if dimension is not None and any(value is not None for value in found):
                    self.times.add(dimension[1])
                return found, settled
        return none, np.zeros(len(texts), dtype=bool)

    def _in_base(self) -> bool:
        """Say whether figures without a unit after them are in the unit of the canonical column already."""
        dimension = units.dimension_of(self.column.name)
        if dimension is None:
            return True
        stated = stated_unit(self.column.name, self.rule, None, self.noted)
        return stated is None or stated[1] == dimension[1]

    def _report(self, codes: Any, texts: Any, said: list[Any], findings: Findings) -> None:
        spoken = np.array([finding is not None for finding in said] + [False], dtype=bool)
        for row in np.flatnonzero(spoken[codes]):
            code, params = said[codes[row]]
            findings.add(code, int(self.raw.row_no[row]), self.column.name, texts[row], **params)

    def _units(self) -> Any:
        """Return the unit that each row states, where a column does."""
        source = self.rule.unit_column or (self.helper.source[0] if self.helper else None)
        if source is None or units.dimension_of(self.column.name) is None:
            return None
        said = self.raw.frame[source].fillna("").astype(str).str.strip(" \u3000").to_numpy(dtype=object)
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
Progress = Callable[[str, int, int], None]
