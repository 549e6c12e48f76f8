"""Read CSV files and workbooks as grids of texts, and find the header in them."""

import csv
import datetime as dt
import io
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.workbook import Workbook

from etl.errors import Refused
from etl.issues import Findings
from etl.mapping.units import factor
from etl.readers.discover import BROKEN_BOOK
from etl.readers.encoding import Encoding, looks_damaged, of_text
from etl.readers.raw import Raw

MAX_CELLS = 40_000_000  # of one sheet: a million rows of forty columns
FORMULA_FAULTS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})
HEADER_WITHIN = 20  # rows in which the header is looked for
NOTE_STARTS = (
    "注",
    "说明",
    "备注",
    "填表",
    "制表",
    "审核",
    "合计",
    "小计",
    "总计",
    "单位：",
    "单位:",
    "附注",
    "※",
)
_OTHER_UNITS = frozenset({"年", "月", "日", "天", "%", "％", "层", "人", "个", "宗", "米", "m"})
Cells = list[str | None]


@dataclass(slots=True)
class Grid:
    """Cells as texts. ``numbers`` is the row of the file each row stands in; ``wide`` are merged blocks."""

    rows: list[Cells]
    numbers: list[int]
    encoding: Encoding | None = None
    wide: dict[tuple[int, int], str] = field(default_factory=dict)  # (row, column) -> text of a merged block
    faults: list[tuple[int, str]] = field(
        default_factory=list
    )  # (row of the file, text that cannot be right)


def read_csv(path: Path, declared: str | None) -> Grid:
    """Return the cells of a text table; comma, semicolon or tab, by its first lines."""
    text, encoding = of_text(path.read_bytes(), declared)
    csv.field_size_limit(sys.maxsize)
    first = "\n".join(text.splitlines()[:5])
    comma = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=comma)
    rows, numbers, start = [], [], 1
    for record in reader:
        rows.append([cell.strip(" \u3000\t\r\n") or None for cell in record])
        numbers.append(start)
        start = reader.line_num + 1
    _require_closed(text, rows, numbers, start)
    grid = Grid(rows, numbers, encoding)
    if looks_damaged(text) or "\ufffd" in text:
        cells = ((n, c) for n, row in zip(numbers, rows, strict=True) for c in row if c is not None)
        grid.faults = [(number, cell) for number, cell in cells if looks_damaged(cell)]
    return grid


def _require_closed(text: str, rows: list[Cells], numbers: list[int], end: int) -> None:
    """Refuse a table in which a quotation mark that is never closed swallows the rows that follow it."""
    if rows and end - numbers[-1] > 1 and text.count('"') % 2:
        raise Refused("QUOTE_OPEN", value=(rows[-1][-1] or "")[:100], row=numbers[-1], rows=end - numbers[-1])


def _text(value: object) -> str | None:
    """Return a cell as text: dates in ISO form, whole numbers without a decimal point."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int | float):
        return repr(value)
    return str(value).strip(" \u3000\t\r\n") or None


def read_sheet(path: Path, sheet: str, books: dict[Path, Workbook] | None = None) -> Grid:
    """Return the cells of one sheet; merged blocks carry their text in every cell of one column.

    ``books`` keeps the workbook for its other sheets, which follow one another.

    Raises
    ------
    Refused
        The workbook is damaged, or the sheet larger than the limit.
    """
    page = _book(path, {} if books is None else books)[sheet]
    # Only what is filled counts: a format that reaches to the last row of a sheet makes no rows.
    filled = {place: cell.value for place, cell in page._cells.items() if cell.value is not None}
    height = max((row for row, _ in filled), default=0)
    width = max((column for _, column in filled), default=0)
    if height * width > MAX_CELLS:
        raise Refused("SHEET_TOO_LARGE", value=f"{height} x {width}", limit=MAX_CELLS)
    rows: list[Cells] = [[None] * width for _ in range(height)]
    findings: list[tuple[int, str]] = []
    for (row, column), value in filled.items():
        text = _text(value)
        rows[row - 1][column - 1] = text
        if text is not None and text in FORMULA_FAULTS:
            findings.append((row, text))
    grid = Grid(rows, list(range(1, height + 1)), faults=findings)
    for block in page.merged_cells.ranges:
        if block.min_row > height or block.min_col > width:
            continue
        text = rows[block.min_row - 1][block.min_col - 1]
        if text is None:
            continue
        for row in range(block.min_row - 1, min(block.max_row, height)):
            for column in range(block.min_col - 1, min(block.max_col, width)):
                grid.wide[row, column] = text
            # Downwards a merged cell holds for every row; sideways only in a header.
            rows[row][block.min_col - 1] = text
    return grid


def _book(path: Path, books: dict[Path, Workbook]) -> Workbook:
    """Open a workbook once for all its sheets."""
    if path not in books:
        books.clear()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # of styles and extensions that hold no data
                books[path] = openpyxl.load_workbook(path, data_only=True)
        except BROKEN_BOOK as error:
            raise Refused("UNREADABLE", value=str(error).replace(str(path), path.suffix)[:300]) from error
    return books[path]


def _titles(grid: Grid, start: int, height: int) -> list[list[str]]:
    """Return the texts above each column, top to bottom, without repeats."""
    width = max((len(row) for row in grid.rows[start : start + height]), default=0)
    titles: list[list[str]] = [[] for _ in range(width)]
    for number in range(start, start + height):
        row = grid.rows[number]
        for column in range(width):
            text = grid.wide.get((number, column)) or (row[column] if column < len(row) else None)
            text = "".join(text.split()) if text else None
            if text and (not titles[column] or titles[column][-1] != text):
                titles[column].append(text)
    return titles


def forms_of(title: list[str]) -> tuple[str, ...]:
    """Return the names a column goes by: all its header rows joined, and the lowest one."""
    joined = "".join(title)
    return tuple(dict.fromkeys(("/".join(title), joined, title[-1]))) if title else ()


def find_header(grid: Grid, known: Callable[[str], bool], asked: int | None) -> tuple[int, int]:
    """Return first row and height of the header: the rows in which most names are known.

    ``asked`` is a first row (of the file, counted from 1) that somebody declared.
    """
    starts = range(min(len(grid.rows), HEADER_WITHIN))
    if asked is not None:
        starts = range(*((place := _place(grid, asked)), place + 1)[-2:])
    best, found = (0, 0), (starts[0] if len(starts) else 0, 1)
    for start in starts:
        for height in (1, 2, 3):
            if start + height > len(grid.rows):
                break
            titles = _titles(grid, start, height)
            score = sum(any(known(form) for form in forms_of(title)) for title in titles)
            if (score, -height) > (best[0], -best[1] or -9) and score:
                best, found = (score, height), (start, height)
    if not best[0] and asked is None:
        filled = [sum(cell is not None for cell in grid.rows[start]) for start in starts]
        found = (filled.index(max(filled)) if filled else 0, 1)
    return _whole(grid, *found, upwards=asked is None)


def _whole(grid: Grid, start: int, height: int, *, upwards: bool) -> tuple[int, int]:
    """Return a header with all rows that its merged blocks reach into: none of them is data or a title."""
    while start + height < len(grid.rows) and _joined(grid, start + height - 1):
        height += 1
    while upwards and start > 0 and _joined(grid, start - 1):
        start, height = start - 1, height + 1
    return start, height


def _joined(grid: Grid, row: int) -> bool:
    """Say whether a merged block reaches from a row into the next one."""
    here = ((column, grid.wide.get((row, column))) for column in range(len(grid.rows[row])))
    return any(text is not None and grid.wide.get((row + 1, column)) == text for column, text in here)


def _place(grid: Grid, asked: int) -> int:
    if asked not in grid.numbers:
        raise Refused("HEADER_NOT_FOUND", value=str(asked), rows=len(grid.rows))
    return grid.numbers.index(asked)


def _units(cells: Cells) -> dict[int, str] | None:
    """Return the units of a row below the titles that says nothing but units, by column; else ``None``."""
    said = {place: cell.strip("()（）[]【】 ") for place, cell in enumerate(cells) if cell is not None}
    units = {place: text.removeprefix("单位").lstrip("：:") for place, text in said.items()}
    units = {place: unit for place, unit in units.items() if unit}
    known = all(any(factor(unit, kind) is not None for kind in ("area", "money", "rate")) for unit in units.values()
                if unit not in _OTHER_UNITS)  # fmt: skip
    measured = any(unit not in _OTHER_UNITS for unit in units.values())
    return units if known and measured else None


def _with_units(titles: list[list[str]], units: dict[int, str]) -> list[list[str]]:
    """Return the titles with their unit in brackets, as a header in one row would say it."""
    return [
        [*title[:-1], f"{title[-1]}（{units[place]}）"] if title and place in units else title
        for place, title in enumerate(titles)
    ]


def _note(cells: Cells) -> bool:
    """Say whether a row below the header is a note, a sum or a row of column numbers, not data."""
    filled = [cell for cell in cells if cell is not None]
    if filled[0].startswith(NOTE_STARTS):
        return True
    counted = [str(n) for n in range(1, len(filled) + 1)]
    return len(filled) > 3 and [cell.strip("()（）") for cell in filled] == counted


def _width(cells: Cells) -> int:
    return max((place + 1 for place, cell in enumerate(cells) if cell is not None), default=0)


def to_raw(grid: Grid, known: Callable[[str], bool], asked: int | None) -> Raw:
    """Return the rows below the header; rows that are no data are reported, empty ones passed over."""
    if not any(any(cell is not None for cell in row) for row in grid.rows):
        raise Refused("NO_ROWS")
    start, height = find_header(grid, known, asked)
    titles = _titles(grid, start, height)
    if start + height < len(grid.rows) and (units := _units(grid.rows[start + height])):
        titles, height = _with_units(titles, units), height + 1
    named = len(titles)
    titles += [[]] * (max(map(_width, grid.rows[start + height :]), default=0) - named)
    names = ["/".join(title) or f"column {number + 1}" for number, title in enumerate(titles)]
    unique: list[str] = []
    for name in names:
        unique.append(name if name not in unique else f"{name}_{names[: len(unique)].count(name)}")
    findings = Findings()
    for row, text in grid.faults:
        findings.add("TEXT_DAMAGED", row, value=text)
    kept, numbers = [], []
    for place in range(start + height, len(grid.rows)):
        cells = grid.rows[place][: len(unique)]
        beyond = [cell for cell in cells[named:] if cell is not None]
        if all(cell is None for cell in cells):
            continue
        sideways = grid.wide.get((place, 0)) is not None and grid.wide.get((place, 0)) == grid.wide.get(
            (place, 2)
        )
        if _note(cells) or sideways:
            findings.add("ROW_NOTE", grid.numbers[place], value=next(c for c in cells if c is not None))
            continue
        if beyond:  # a comma too many shifts what follows it: kept with the row, and said
            findings.add("CELLS_BEYOND", grid.numbers[place], value=" | ".join(beyond), expected=named)
        kept.append(cells + [None] * (len(unique) - len(cells)))
        numbers.append(grid.numbers[place])
    frame = pd.DataFrame(
        np.array(kept, dtype=object).reshape(len(kept), len(unique)), columns=unique, dtype=object
    )
    raw = Raw(frame, np.array(numbers, dtype=np.int64), encoding=grid.encoding, findings=findings)
    raw.notes = tuple(cell for row in grid.rows[:start] for cell in row if cell is not None)
    raw.variants = {n: forms_of(t) for n, t in zip(unique, titles, strict=True)}
    return raw
