"""The fix-list as a workbook for the office: a cover sheet, and the findings grouped by who mends them."""

import datetime as dt
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import Connection

from etl.checks.who import WORDS as WHO_WORDS
from etl.export.aside import written_aside
from etl.export.paper import set_up_a4
from etl.fixlist import SEVERITIES, FixList, Item
from etl.fixlist_words import ANSWER, COLUMNS, WORDS

MOST_LINES = 20_000  # in the workbook; the GeoPackage has all
_SONG, _HEI = "宋体", "黑体"
_LINE = Side(style="thin", color="000000")
_FRAME = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_SHADE = PatternFill("solid", fgColor="E7ECF2")
_CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
_HEADER_ROW = 3
_COVER_WIDTHS = (18, 30, 18, 30)


def write_book(_: Connection, listed: FixList, path: Path) -> None:
    """Write the workbook."""
    book = Workbook()
    cover = book.active
    assert cover is not None
    _cover(cover, listed)
    _list(book.create_sheet(WORDS[listed.lang]["list"]), listed)
    with written_aside(path) as aside:
        book.save(aside)


def _day(day: dt.date | None, lang: str) -> str:
    if day is None:
        return WORDS[lang]["no_deadline"]
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else day.isoformat()


def _put(sheet: Worksheet, row: int, column: int, value: Any, font: Font, alignment: Alignment) -> Any:
    """Write a cell; a text stays a text, also one that begins like a formula."""
    cell = sheet.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type = "s"
    cell.font, cell.alignment = font, alignment
    return cell


def _across(sheet: Worksheet, row: int, width: int, value: str, font: Font, alignment: Alignment) -> Any:
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
    return _put(sheet, row, 1, value, font, alignment)


def _cover(sheet: Worksheet, listed: FixList) -> None:
    words = WORDS[listed.lang]
    sheet.title = words["cover"]
    for number, width in enumerate(_COVER_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    _across(sheet, 1, 4, words["title"], Font(name=_HEI, size=22), _CENTRED)
    sheet.row_dimensions[1].height = 42
    row = _facts(sheet, 3, listed)
    row = _counts(sheet, row + 1, listed)
    row = _last_time(sheet, row + 1, listed)
    row += 1
    _across(sheet, row, 4, words["how"], Font(name=_HEI, size=12), _LEFT)
    for number, line in enumerate(ANSWER[listed.lang], start=1):
        row += 1
        told = f"{number}. {line.format(deadline=_day(listed.deadline, listed.lang))}"
        _across(sheet, row, 4, told, Font(name=_SONG, size=11), _LEFT)
        sheet.row_dimensions[row].height = 16 * (1 + _wide(told) // 84) + 4
    row += 2
    _across(sheet, row, 4, words["signatures"], Font(name=_SONG, size=11), _LEFT)
    sheet.row_dimensions[row].height = 32
    _page(sheet, 4, row, listed, sheet.ORIENTATION_PORTRAIT)


def _facts(sheet: Worksheet, row: int, listed: FixList) -> int:
    words, delivery = WORDS[listed.lang], listed.delivery
    at = delivery["received_at"]
    files = delivery["files"]
    read = sum(file["rows_read"] for file in files)
    accepted = sum(file["rows_accepted"] for file in files)
    rejected = sum(file["rows_rejected"] for file in files)
    pairs = (
        (words["delivery"], f"{delivery['delivery_id']}"), (words["received"], f"{at:%Y-%m-%d %H:%M}"),
        (words["supplier"], delivery["supplier"] or words["unnamed"]), (words["by"], delivery["received_by"]),
        (words["files"], "\n".join(delivery["paths"][:12])), (words["deadline"], _day(listed.deadline, listed.lang)),
        (words["rows"], words["rows_of"].format(read=read, accepted=accepted, rejected=rejected)),
        (words["total"], f"{len(listed.items):,}"),
    )  # fmt: skip
    for number, (label, value) in enumerate(pairs):
        line, column = row + number // 2, 1 + 2 * (number % 2)
        for place, said, font, fill in ((column, label, _HEI, _SHADE), (column + 1, value, _SONG, None)):
            cell = _put(sheet, line, place, said, Font(name=font, size=11), _LEFT)
            cell.border = _FRAME
            if fill:
                cell.fill = fill
        lines = max(said.count("\n") + 1 + _wide(said) // 30 for _, said in pairs[number - number % 2 :][:2])
        sheet.row_dimensions[line].height = 8 + 15 * lines
    return row + 4


def _counts(sheet: Worksheet, row: int, listed: FixList) -> int:
    """Write how many lines each has to mend, by severity."""
    words, lang = WORDS[listed.lang], listed.lang
    heads = (words["who"], *(SEVERITIES[s][lang] for s in ("BLOCKS", "REJECTS", "WARNS")))
    for column, head in enumerate(heads, start=1):
        cell = _put(sheet, row, column, head, Font(name=_HEI, size=11), _CENTRED)
        cell.border, cell.fill = _FRAME, _SHADE
    for who, items in listed.by_who().items():
        row += 1
        counts = [sum(item.severity == s for item in items) for s in ("BLOCKS", "REJECTS")]
        rest = len(items) - sum(counts)
        for column, value in enumerate((WHO_WORDS[who][lang], *counts, rest), start=1):
            cell = _put(sheet, row, column, value, Font(name=_SONG, size=11), _CENTRED)
            cell.border = _FRAME
            if column > 1:
                cell.number_format = "#,##0"
    return row + 1


def _last_time(sheet: Worksheet, row: int, listed: FixList) -> int:
    done = listed.followup
    if done is None:
        return row
    told = WORDS[listed.lang]["last_time"].format(
        previous=done.previous, mended=done.mended, still=done.still, new=done.new
    )
    _across(sheet, row, 4, told, Font(name=_SONG, size=11), _LEFT)
    sheet.row_dimensions[row].height = 34
    return row + 1


def _list(sheet: Worksheet, listed: FixList) -> None:
    words, width = WORDS[listed.lang], len(COLUMNS)
    _across(sheet, 1, width, words["title"], Font(name=_HEI, size=18), _CENTRED)
    sheet.row_dimensions[1].height = 32
    under = words["under"].format(
        delivery=listed.delivery["delivery_id"], supplier=listed.delivery["supplier"] or words["unnamed"],
        deadline=_day(listed.deadline, listed.lang),
    )  # fmt: skip
    _across(sheet, 2, width, under, Font(name=_SONG, size=10.5), _CENTRED)
    for number, column in enumerate(COLUMNS, start=1):
        cell = _put(sheet, _HEADER_ROW, number, column.zh if listed.lang == "zh" else column.en,
                    Font(name=_HEI, size=10), _CENTRED)  # fmt: skip
        cell.border, cell.fill = _FRAME, _SHADE
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.row_dimensions[_HEADER_ROW].height = 32
    row, number = _HEADER_ROW, 0
    for who, items in listed.by_who().items():
        row += 1
        head = words["group"].format(who=WHO_WORDS[who][listed.lang], n=len(items))
        cell = _across(sheet, row, width, head, Font(name=_HEI, size=10.5), _LEFT)
        cell.fill = _SHADE
        sheet.row_dimensions[row].height = 20
        for item in items[: max(0, MOST_LINES - number)]:
            row, number = row + 1, number + 1
            _one(sheet, row, number, item, listed)
    if len(listed.items) > number:
        row += 1
        _across(sheet, row, width, words["more"].format(n=len(listed.items) - number),
                Font(name=_SONG, size=10), _LEFT)  # fmt: skip
    if not listed.items:
        row += 1
        _across(sheet, row, width, words["none"], Font(name=_SONG, size=10.5), _CENTRED)
    sheet.freeze_panes = f"A{_HEADER_ROW + 1}"
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
    _page(sheet, width, row, listed, sheet.ORIENTATION_LANDSCAPE)


def _one(sheet: Worksheet, row: int, number: int, item: Item, listed: FixList) -> None:
    lines = 1
    for place, column in enumerate(COLUMNS, start=1):
        value = _value(column.name, number, item, listed)
        cell = _put(sheet, row, place, value, Font(name=_SONG, size=10), _CENTRED if column.middle else _LEFT)
        cell.border = _FRAME
        if column.digits:
            cell.number_format = "0." + "0" * column.digits
        if isinstance(value, str):
            parts = (1 + max(_wide(part) - 1, 0) // int(0.82 * column.width) for part in value.split("\n"))
            lines = max(lines, sum(parts))
    sheet.row_dimensions[row].height = min(5 + 13 * lines, 400)


def _value(name: str, number: int, item: Item, listed: FixList) -> Any:
    """Return what a cell shows; nothing stays empty, so that there is room to write."""
    if name == "no":
        return number
    if name == "severity":
        return SEVERITIES[item.severity][listed.lang]
    if name == "deadline":
        return listed.deadline.isoformat() if listed.deadline else None
    if name == "answer":
        return None
    if name == "file":
        return f"{item.file}\n{item.crs}" if item.crs else item.file
    if name == "value" and item.value and len(item.value) > 120:
        return item.value[:120] + "…"
    return getattr(item, name)


def _wide(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)


def _page(sheet: Worksheet, width: int, last: int, listed: FixList, orientation: Any) -> None:
    """Set a sheet up for A4, pages numbered."""
    words = WORDS[listed.lang]
    footer = words["footer"].format(delivery=listed.delivery["delivery_id"])
    set_up_a4(sheet, width, last, orientation, footer, words["page"])
