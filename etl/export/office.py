"""The idle-land list as an office form: a workbook that prints on A4 and can be signed."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from etl.export.aside import written_aside
from etl.export.columns import Column
from etl.export.dataset import Dataset
from etl.export.notes import data_version
from etl.export.office_words import WORDS, form_notes
from etl.export.paper import set_up_a4
from etl.export.table_files import put
from etl.export.totals import Total, totals

_SONG, _HEI = "宋体", "黑体"
_LINE = Side(style="thin", color="000000")
_FRAME = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_SHADE = PatternFill("solid", fgColor="E7ECF2")
_HEADER_ROW, _NAMES_ROW = 4, 5
_CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)


def write_idle_list(dataset: Dataset, path: Path) -> None:
    """Write the idle-land list: title, day, park, numbered rows, totals, notes, signatures.

    Columns of codes are in the sheet and hidden; the row under the header
    holds the names of the columns, hidden too, for programs that read it.
    """
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = WORDS[dataset.question.lang]["sheet"]
    _title(sheet, dataset)
    _header(sheet, dataset)
    last = _rows(sheet, dataset)
    last = _totals(sheet, dataset, last + 1)
    last = _notes(sheet, dataset, last + 2)
    _page(sheet, dataset, last)
    with written_aside(path) as aside:
        book.save(aside)


def _shown(dataset: Dataset) -> int:
    """Return the number of the last column that paper shows."""
    return max(i for i, column in enumerate(dataset.columns, start=1) if column.width)


def _title(sheet: Worksheet, dataset: Dataset) -> None:
    words = WORDS[dataset.question.lang]
    place = dataset.park_name or words["all_parks"]
    width = _shown(dataset)
    lines = (
        (words["frozen_title" if dataset.seal else "title"], Font(name=_HEI, size=22), 36, "center"),
        (words["subtitle"].format(place=place, day=_long_day(dataset)), Font(name=_SONG, size=12), 22, "center"),
        (words["state"].format(state=data_version(dataset), run=dataset.source.run_id), Font(name=_SONG, size=10),
         17, "right"),
    )  # fmt: skip
    for row, (text, font, height, side) in enumerate(lines, start=1):
        _line(sheet, row, width, text, font, Alignment(horizontal=side, vertical="center"))
        sheet.row_dimensions[row].height = height


def _long_day(dataset: Dataset) -> str:
    day = dataset.question.as_of
    return f"{day.year}年{day.month}月{day.day}日" if dataset.question.lang == "zh" else day.isoformat()


def _line(sheet: Worksheet, row: int, width: int, text: str, font: Font, alignment: Alignment) -> None:
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
    cell = sheet.cell(row, 1, text)
    cell.data_type = "s"
    cell.font = font
    cell.alignment = alignment


def _header(sheet: Worksheet, dataset: Dataset) -> None:
    zh = dataset.question.lang == "zh"
    for number, column in enumerate(dataset.columns, start=1):
        head = sheet.cell(_HEADER_ROW, number, column.zh if zh else column.en)
        head.font = Font(name=_HEI, size=10.5)
        head.alignment, head.border, head.fill = _CENTRED, _FRAME, _SHADE
        sheet.cell(_NAMES_ROW, number, column.name).font = Font(name=_SONG, size=7, color="808080")
        dimension = sheet.column_dimensions[get_column_letter(number)]
        dimension.width = column.width or 10
        dimension.hidden = not column.width
    sheet.row_dimensions[_HEADER_ROW].height = 32
    sheet.row_dimensions[_NAMES_ROW].hidden = True


def _rows(sheet: Worksheet, dataset: Dataset) -> int:
    """Write the rows and return the last line used."""
    line = _NAMES_ROW
    for line, row in enumerate(dataset.rows, start=_NAMES_ROW + 1):
        for number, (value, column) in enumerate(zip(row, dataset.columns, strict=True), start=1):
            cell = sheet.cell(line, number)
            put(cell, "—" if value is None and column.kind in ("text", "day") else value, column)
            cell.font = Font(name=_SONG, size=10)
            cell.border = _FRAME
            cell.alignment = _alignment(column)
        sheet.row_dimensions[line].height = _height(dataset.columns, row)
    if not dataset.rows:
        line += 1
        _line(sheet, line, _shown(dataset), WORDS[dataset.question.lang]["none"].format(
            n=dataset.undetermined, day=_long_day(dataset)), Font(name=_SONG, size=10), _CENTRED)  # fmt: skip
    return line


def _alignment(column: Column) -> Alignment:
    side = (
        "right" if column.kind == "number" else "left" if column.name in ("holder", "location") else "center"
    )
    return Alignment(horizontal=side, vertical="center", wrap_text=column.kind == "text")


def _height(columns: Sequence[Column], row: Sequence[Any]) -> float:
    """Return the height in points that the longest text of a row needs when wrapped."""
    lines = 1
    for column, value in zip(columns, row, strict=True):
        if column.width and isinstance(value, str):
            wide = sum(2 if ord(letter) > 0x2E80 else 1 for letter in value)
            lines = max(lines, -(-wide // max(int(column.width) - 1, 1)))
    return 5 + 13 * lines


def _totals(sheet: Worksheet, dataset: Dataset, line: int) -> int:
    """Write one line a park and kind, one a kind and the whole; return the last line used."""
    places = {column.name: i for i, column in enumerate(dataset.columns, start=1)}
    for total in totals(dataset):
        _total(sheet, line, total, places, _shown(dataset))
        line += 1
    return line - 1


def _total(sheet: Worksheet, line: int, total: Total, places: dict[str, int], width: int) -> None:
    areas: dict[str, Decimal] = {"area_m2": total.area_m2, "area_ha": total.area_ha, "area_mu": total.area_mu}
    until = places["area_m2"] - 1
    sheet.merge_cells(start_row=line, start_column=1, end_row=line, end_column=until)
    sheet.merge_cells(start_row=line, start_column=places["area_mu"] + 1, end_row=line, end_column=width)
    sheet.cell(line, 1, total.label)
    for name, digits in (("area_m2", 2), ("area_ha", 4), ("area_mu", 2)):
        sheet.cell(line, places[name], areas[name]).number_format = "#,##0." + "0" * digits
    sheet.cell(line, places["area_mu"] + 1, total.count).number_format = '0"' + total.unit + '"'
    font = Font(name=_HEI if total.grand else _SONG, size=10, bold=total.grand)
    for number in range(1, width + 1):
        cell = sheet.cell(line, number)
        cell.border, cell.font = _FRAME, font
        cell.alignment = Alignment(horizontal="right" if number in places.values() and number > until
                                   and number <= places["area_mu"] else "left", vertical="center")  # fmt: skip
        if total.grand:
            cell.fill = _SHADE
    sheet.row_dimensions[line].height = 17


def _notes(sheet: Worksheet, dataset: Dataset, line: int) -> int:
    words, width = WORDS[dataset.question.lang], _shown(dataset)
    wrapped = Alignment(wrap_text=True, vertical="top")
    _line(sheet, line, width, words["notes"], Font(name=_HEI, size=10), wrapped)
    for number, text in enumerate(form_notes(dataset), start=1):
        line += 1
        _line(sheet, line, width, f"{number}. {text}", Font(name=_SONG, size=10), wrapped)
        sheet.row_dimensions[line].height = 14 * (1 + len(text.encode("gb18030", "replace")) // 190)
    line += 2
    _line(sheet, line, width, words["signatures"], Font(name=_SONG, size=11), Alignment(vertical="center"))
    sheet.row_dimensions[line].height = 30
    return line


def _page(sheet: Worksheet, dataset: Dataset, last: int) -> None:
    """Set the sheet up for A4 across, the header on each page, pages numbered."""
    words, width = WORDS[dataset.question.lang], _shown(dataset)
    sheet.freeze_panes = f"C{_NAMES_ROW + 1}"
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
    footer = words["footer"].format(rules=dataset.source.rules_version)
    set_up_a4(sheet, width, last, sheet.ORIENTATION_LANDSCAPE, footer, words["page"])
