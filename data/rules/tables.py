"""Official tables of control values and land grades, as an installation loads them.

They lie in ``LANDSTOCK_HOME/rules/tables/*.csv``, UTF-8, one kind a file, told by its
header. The product ships none: until an official table is loaded only contracts count.
A file that is wrong is refused with its line; nothing of it is used.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from data.settings import settings
from gis.errors import InvalidRule
from gis.places import is_place
from gis.standards import INDICATORS, PER_HECTARE, SOURCES, Control, Grade, Standards

_CONTROLS = (
    "edition", "place", "indicator", "industry_code", "industry_code_version", "grade_from", "grade_to", "value",
    "unit", "source", "binding", "from", "to", "document",
)  # fmt: skip
_GRADES = ("division_code", "grade", "from", "to", "document")
_WORST_GRADE = 15
_LARGEST_BYTES = 20_000_000
_MOST_DIGITS = (
    15  # before or after the point; an exact figure with a thousand million of them fills the memory
)


class _Wrong(Exception):
    """What is wrong with a cell, in English and Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        self.en, self.zh = en, zh
        super().__init__(en)


def table_files() -> tuple[Path, ...]:
    """Return the tables of this installation."""
    return tuple(sorted((settings().home / "rules" / "tables").glob("*.csv")))


def read_standards(paths: tuple[Path, ...]) -> Standards:
    """Return the control values and grades of some files.

    Raises
    ------
    InvalidRule
        A file is no such table, or a line of it is wrong or says again what another line says.
    """
    controls: list[Control] = []
    grades: list[Grade] = []
    for path in paths:
        header, lines = _lines(path)
        if header == list(_CONTROLS):
            controls += _rows(path, header, lines, _control, _same_control)
        elif header == list(_GRADES):
            grades += _rows(path, header, lines, _grade, _same_grade)
        else:
            raise InvalidRule(
                path.name, 1, f"expected the columns {','.join(_CONTROLS)} or {','.join(_GRADES)}; found {','.join(header)}",
                f"表头应为 {','.join(_CONTROLS)} 或 {','.join(_GRADES)}；实为 {','.join(header)}",
            )  # fmt: skip
    return Standards(tuple(controls), tuple(grades))


def _lines(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    if path.stat().st_size > _LARGEST_BYTES:
        raise InvalidRule(path.name, 1, "the file is larger than 20 MB", "文件超过 20 MB")
    try:
        reader = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), strict=True)
        listed = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(row)]
    except UnicodeDecodeError:
        raise InvalidRule(path.name, 1, "the file is not UTF-8", "文件不是 UTF-8 编码") from None
    except csv.Error as error:
        raise InvalidRule(path.name, 1, f"this is no CSV: {error}", f"不是 CSV 文件：{error}") from None
    return (listed[0][1] if listed else []), listed[1:]


def _rows(
    path: Path, header: list[str], lines: list[tuple[int, list[str]]], read: Callable[[Mapping[str, str]], Any],
    same: Callable[[Any, Any], bool],
) -> list[Any]:  # fmt: skip
    found: list[Any] = []
    for number, cells in lines:
        if len(cells) != len(header):
            raise InvalidRule(
                path.name, number, f"expected {len(header)} cells, found {len(cells)}",
                f"应有 {len(header)} 列，实有 {len(cells)} 列",
            )  # fmt: skip
        try:
            one = read(dict(zip(header, cells, strict=True)))
        except _Wrong as wrong:
            raise InvalidRule(path.name, number, wrong.en, f"本行有误：{wrong.zh}") from None
        if any(same(one, other) for other in found):
            raise InvalidRule(
                path.name,
                number,
                "another line says the same thing for the same time",
                "与另一行对同一时段重复规定",
            )
        found.append(one)
    return found


def _control(cells: Mapping[str, str]) -> Control:
    indicator, source = _one_of(cells, "indicator", INDICATORS), _one_of(cells, "source", SOURCES)
    unit = _one_of(cells, "unit", tuple(PER_HECTARE) if indicator == "INTENSITY" else ("1",))
    binding = _one_of(cells, "binding", ("true", "false")) == "true"
    if binding and source == "NATIONAL_RECOMMENDED":
        raise _Wrong(
            "a recommended value does not bind: binding must be false",
            "推荐性指标不具约束力：binding 应为 false",
        )
    if not is_place(cells["place"]):
        raise _Wrong(f"place: expected CN or CN/21/2107/…; found {cells['place']!r}",
                     f"place：应为 CN 或 CN/21/2107/…；实为 {cells['place']!r}")  # fmt: skip
    low, high = (_grade_number(cells, name) if cells[name] else None for name in ("grade_from", "grade_to"))
    if low is not None and high is not None and low > high:
        raise _Wrong("grade_from is above grade_to", "grade_from 大于 grade_to")
    since, until = _time(cells)
    return Control(
        edition=_text(cells, "edition"), place=cells["place"], indicator=indicator,
        industry_code=_text(cells, "industry_code"), industry_code_version=_text(cells, "industry_code_version"),
        grade_from=low, grade_to=high, value=_number(cells, "value"), unit=unit, source=source, binding=binding,
        since=since, until=until, document=_text(cells, "document"),
    )  # fmt: skip


def _grade(cells: Mapping[str, str]) -> Grade:
    since, until = _time(cells)
    if not re.fullmatch(r"[0-9]{6}", cells["division_code"]):
        raise _Wrong(f"division_code: expected six digits; found {cells['division_code']!r}",
                     f"division_code：应为六位数字；实为 {cells['division_code']!r}")  # fmt: skip
    return Grade(
        cells["division_code"], _grade_number(cells, "grade"), since, until, _text(cells, "document")
    )


def _same_control(one: Control, other: Control) -> bool:
    def key(cell: Control) -> tuple[Any, ...]:
        return (cell.edition, cell.place, cell.indicator, cell.industry_code, cell.industry_code_version)

    grades = (one.grade_from or 1) <= (other.grade_to or _WORST_GRADE) and (other.grade_from or 1) <= (
        one.grade_to or _WORST_GRADE
    )
    return key(one) == key(other) and grades and _overlap(one, other)


def _same_grade(one: Grade, other: Grade) -> bool:
    return one.division_code == other.division_code and _overlap(one, other)


def _overlap(one: Control | Grade, other: Control | Grade) -> bool:
    last = dt.date.max
    return one.since <= (other.until or last) and other.since <= (one.until or last)


def _text(cells: Mapping[str, str], name: str) -> str:
    if not cells[name]:
        raise _Wrong(f"{name} is empty", f"{name} 为空")
    return cells[name]


def _one_of(cells: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    if cells[name] not in allowed:
        raise _Wrong(f"{name}: expected one of {', '.join(allowed)}; found {cells[name]!r}",
                     f"{name}：应为 {'、'.join(allowed)} 之一；实为 {cells[name]!r}")  # fmt: skip
    return cells[name]


def _number(cells: Mapping[str, str], name: str) -> Decimal:
    try:
        value = Decimal(cells[name])
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value <= 0 or abs(value.adjusted()) > _MOST_DIGITS:
        raise _Wrong(f"{name}: expected a number above zero; found {cells[name]!r}",
                     f"{name}：应为大于零的数；实为 {cells[name]!r}")  # fmt: skip
    return value


def _grade_number(cells: Mapping[str, str], name: str) -> int:
    text = cells[name]
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _WORST_GRADE:
        raise _Wrong(f"{name}: expected a land grade from 1 to 15; found {text!r}",
                     f"{name}：应为 1 至 15 等；实为 {text!r}")  # fmt: skip
    return int(text)


def _time(cells: Mapping[str, str]) -> tuple[dt.date, dt.date | None]:
    since = _day(cells, "from")
    until = _day(cells, "to") if cells["to"] else None
    if until is not None and until < since:
        raise _Wrong("to lies before from", "to 早于 from")
    return since, until


def _day(cells: Mapping[str, str], name: str) -> dt.date:
    try:
        if len(cells[name]) != len("2023-05-11"):
            raise ValueError(cells[name])
        return dt.date.fromisoformat(cells[name])
    except ValueError:
        raise _Wrong(f"{name}: expected a day as 2023-05-11; found {cells[name]!r}",
                     f"{name}：应为 2023-05-11 这样的日期；实为 {cells[name]!r}") from None  # fmt: skip
