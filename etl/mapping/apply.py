"""Turn a delivered table into canonical, typed columns; what cannot be read stays in ``extra``."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.layers import LAYERS
from etl.coded import constant, nothing, values_of
from etl.issues import Findings
from etl.mapping import names, units
from etl.mapping.figures import stated_unit, units_noted
from etl.mapping.file import ColumnRule, SourceRule
from etl.mapping.reading import CODED, Reader, filled
from etl.mapping.traps import check_land_use
from etl.readers.plain_shape import Records
from etl.readers.raw import Raw


@dataclass(slots=True)
class Mapped:
    """A table in canonical columns. ``frame`` gives Python values or ``None``; ``kept`` the texts for ``extra``."""

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
    series: dict[str, pd.Series] = {}
    count = len(raw.frame)
    for column in LAYERS[layer].columns:
        rule = given.get(column.name)
        if column.name in constants:
            rule = ColumnRule((column.name,))
            texts: Any = constant(count, constants[column.name])
        elif rule is None:
            series[column.name] = _series(_nothing(column.kind, count))
            continue
        elif rule.join:
            texts = _joined(raw.frame, rule)
        else:
            texts = values_of(raw.frame[rule.source[0]])
        reader = Reader(column, rule, raw, helper if column.name == "registered_area_m2" else None, noted)
        series[column.name] = _series(reader.read(texts, findings, kept))
        if len(reader.times) == 1:
            read_in[column.name] = next(iter(reader.times))
            _say_unstated(column.name, rule, reader, findings)
    return pd.DataFrame(series, index=range(count), copy=False), kept, read_in


def _series(values: Any) -> pd.Series:
    made: pd.Series = pd.Series(values, dtype=values.dtype, copy=False)
    return made


def _nothing(kind: type, count: int) -> Any:
    """Return a column without values."""
    return nothing(count, kind) if kind in CODED else np.full(count, None, dtype=object)


def _say_unstated(column: str, rule: ColumnRule, reader: "Reader", findings: Findings) -> None:
    """Say that a column's unit is stated nowhere, and which was taken; a canonical name states it."""
    own = {column, *names.cut_forms(column)}
    if rule.source[0].lower() in own or rule.join or reader.unit_texts is not None or reader.written:
        return
    if stated_unit(column, rule, None, reader.noted) is None:
        findings.add("UNIT_NOT_STATED", field=column, value=rule.source[0], unit=units.base_name(column))


def _joined(frame: pd.DataFrame, rule: ColumnRule) -> NDArray[np.object_]:
    """Return several columns as one text; empty parts stay, so that the places of the parts are kept."""
    parts = [filled(frame[source]) for source in rule.source]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + rule.separator + part
    empty = np.logical_and.reduce([part.eq("").to_numpy() for part in parts])
    texts: NDArray[np.object_] = joined.to_numpy(dtype=object, copy=True)
    texts[empty] = None
    return texts
