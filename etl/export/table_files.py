"""Exports as CSV and as a plain workbook."""

import csv
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from etl.export.aside import written_aside
from etl.export.columns import Column
from etl.export.dataset import Dataset
from etl.export.notes import notes
from etl.numbers import text_of

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(dataset: Dataset, path: Path) -> None:
    """Write UTF-8 with byte-order mark; lists separated by ``;``, empty for unknown.

    A text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    with written_aside(path) as aside, aside.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow([column.name for column in dataset.columns])
        for row in dataset.rows:
            writer.writerow([csv_text(value, c) for value, c in zip(row, dataset.columns, strict=True)])


def csv_text(value: Any, column: Column) -> str:
    """Return one value as the text of a CSV cell."""
    if value is None:
        return ""
    if column.kind == "list":
        return ";".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return text_of(value) or ""
    if isinstance(value, dt.date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if column.kind == "text" and text.startswith(_FORMULA_STARTS) else text


def write_xlsx(dataset: Dataset, path: Path) -> None:
    """Write a workbook: the table with its column names, and a sheet that says what it is."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = dataset.what
    for number, column in enumerate(dataset.columns, start=1):
        head = sheet.cell(1, number, column.name)
        head.font = Font(name="宋体", bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = max(column.width, len(column.name) + 2)
    for line, row in enumerate(dataset.rows, start=2):
        for number, (value, column) in enumerate(zip(row, dataset.columns, strict=True), start=1):
            put(sheet.cell(line, number), value, column)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    _about(book, dataset)
    with written_aside(path) as aside:
        book.save(aside)


def put(cell: Cell | Any, value: Any, column: Column) -> None:
    """Put a value into a cell as what it is: numbers and days real, text always text."""
    if value is None:
        return
    if column.kind == "list":
        value = ";".join(value)
    if isinstance(value, str):
        cell.value = value
        # A holder named "=…" is a name, never a formula.
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(_FORMULA_STARTS)
        return
    cell.value = value
    if isinstance(value, bool):
        return
    if isinstance(value, dt.date):
        cell.number_format = "yyyy-mm-dd"
    elif column.kind == "number":
        cell.number_format = "#,##0" + ("." + "0" * column.digits if column.digits else "")
    elif column.kind == "count":
        cell.number_format = "0"


def _about(book: Workbook, dataset: Dataset) -> None:
    """Say on a second sheet what each column is and where the figures come from."""
    sheet = book.create_sheet("说明" if dataset.question.lang == "zh" else "About")
    lines: list[Sequence[str]] = [(note, "") for note in notes(dataset)]
    lines += [
        (c.name, c.zh.replace("\n", "") if dataset.question.lang == "zh" else c.en) for c in dataset.columns
    ]
    for number, line in enumerate(lines, start=1):
        for place, text in enumerate(line, start=1):
            cell = sheet.cell(number, place, text)
            cell.data_type = "s"
            cell.alignment = Alignment(vertical="top")
    sheet.column_dimensions["A"].width = 26
