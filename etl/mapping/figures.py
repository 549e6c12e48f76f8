"""Read figures with their units.

The unit may be said in five places: the column of units, the mapping, the
header, a line 单位：… above the header, and after the figure itself. They are
compared; where two differ, the figure counts as empty and the finding says
both. Where none says any, the unit of the canonical column is taken.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from etl.mapping import units
from etl.mapping.dates import Unreadable
from etl.mapping.file import ColumnRule
from etl.mapping.values import read_number

Said = tuple[str, dict[str, Any]]  # code and parameters of a finding
MOST_HA = Decimal(500)  # a parcel above this in a column of hectares is square metres or mu
OF_ONE_PARCEL = ("registered_area_m2", "granted_area_m2", "due_area_m2")
COUNTED = ("层", "天", "日", "人", "个月", "月")  # after figures without a dimension; % is none: 150 % is 1.5
_NOTE = re.compile(r"单位\s*:\s*(.+?)(?=[;,、\s]\S{0,4}单位|[)\]】]|$)")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in the unit of its canonical column, and the unit it was written in (``None``: no dimension)."""

    value: Decimal | None
    said: Said | None = None
    keep: bool = False
    times: Fraction | None = None
    written: bool = False


def units_noted(notes: Iterable[str]) -> dict[str, str]:
    """Return, by dimension, the unit that the lines above a header state for the whole sheet.

    Where they state two of one dimension, none holds for a column without its own.
    """
    found: dict[str, set[str]] = {}
    for note in notes:
        for said in _NOTE.findall(unicodedata.normalize("NFKC", note)):
            for word in re.split(r"[,，、;；\s]+", said):
                for dimension in ("area", "money", "rate"):
                    if word and units.factor(word, dimension) is not None:
                        found.setdefault(dimension, set()).add(word)
    return {dimension: words.pop() for dimension, words in found.items() if len(words) == 1}


def stated_unit(
    column: str, rule: ColumnRule, of_row: str | None, noted: dict[str, str]
) -> tuple[str, Fraction] | Said | None:
    """Return the unit that a figure of a column is said to be in, a contradiction as a finding, or ``None``.

    ``of_row`` is what the column of units says in this row; empty text means
    that there is such a column, and that it says nothing here.
    """
    dimension = units.dimension_of(column)
    assert dimension is not None
    said: list[tuple[str, Fraction]] = []
    if of_row:
        known = units.factor(units.AREA_CODES.get(of_row.strip(), of_row), dimension[0])
        if known is None:
            return "UNIT_UNKNOWN", {"unit": of_row}
        said.append((of_row, known))
    own = rule.source[0].lower() == column  # the canonical name; a figure may still have its unit after it
    header = None if own else units.unit_in_header(rule.source[0], dimension[0])
    for label in (header, rule.unit):
        known = units.factor(label, dimension[0]) if label else None
        if label and known is not None:
            said.append((label, known))
    note = noted.get(dimension[0])
    if note and (not header or rule.unit):  # a header of its own says better than the sheet
        known = units.factor(note, dimension[0])
        if known is not None and not header:
            said.append((note, known))
    if of_row == "" and not said:
        return "UNIT_UNKNOWN", {"unit": ""}
    if other := next((one for one in said[1:] if one[1] != said[0][1]), None):
        return "UNIT_CONTRADICTS", {"written": said[0][0], "declared": other[0]}
    return said[0] if said else None


def read_figure(
    text: str, column: str, rule: ColumnRule, of_row: str | None, noted: dict[str, str]
) -> Figure:
    """Return a figure converted exactly into the unit of its canonical column, and what there is to say about it.

    Raises
    ------
    Unreadable
        The text is not one number, perhaps with a unit of the column's dimension.
    """
    number, written = read_number(text)
    dimension = units.dimension_of(column)
    if dimension is None:
        if written and written not in COUNTED:
            raise Unreadable(text)
        return Figure(units.tidy(number), keep=bool(written))
    stated = stated_unit(column, rule, of_row, noted)
    if stated is not None and isinstance(stated[1], dict):
        return Figure(None, stated, True)
    declared = stated[1] if stated is not None else None
    base = dimension[1]
    said: Said | None = None
    times = declared or base
    if written:
        own = units.factor(written, dimension[0])
        if own is None:
            raise Unreadable(text)
        if stated is not None and own != declared:
            return Figure(None, ("UNIT_CONTRADICTS", {"written": written, "declared": stated[0]}), True)
        if stated is None and own != base:
            said = "UNIT_IN_TEXT", {"unit": written}
        times = own
    if column in OF_ONE_PARCEL and times == units.AREA["公顷"] and number > MOST_HA:
        said = "AREA_MAGNITUDE", {"unit": "公顷"}
    value, _ = units.convert(number, times, base)
    return Figure(value, said, times != base or bool(written), times, bool(written))
