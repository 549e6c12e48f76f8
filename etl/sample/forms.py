"""How an office writes figures and dates: five forms of a date, text numbers, full-width digits."""

import datetime as dt
import random
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet

from etl.sample.records import plain

Cell = str | int | float | dt.date | None
WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")
SERIAL_ZERO = dt.date(1899, 12, 30)


class Office:
    """A clerk's hand; one random series."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(f"{seed} office")

    def date(self, day: dt.date | None) -> Cell:
        """Return a day as a real date, a serial number or a text, or a mark for none."""
        if day is None:
            return self.none()
        if day.year == 1900:
            return "1900-01-01"
        texts: tuple[Cell, ...] = (
            day, f"{day.year}年{day.month}月{day.day}日", f"{day.year}.{day.month}.{day.day}",
            f"{day.year}/{day.month}/{day.day}", day.isoformat(), (day - SERIAL_ZERO).days,
            day.strftime("%Y%m%d"),
        )  # fmt: skip
        return self._rng.choices(texts, (9, 5, 4, 3, 3, 1, 1))[0]

    def number(self, value: Decimal | None) -> Cell:
        """Return a figure as a number, or as a text with separators or full-width digits."""
        if value is None:
            return self.none()
        kind = self._rng.choices(("number", "commas", "wide"), (14, 2, 1))[0]
        if kind == "commas":
            return f"{value:,}"
        if kind == "wide":
            return plain(value).translate(WIDE)
        whole = value == value.to_integral_value()
        return int(value) if whole else float(value)

    def none(self) -> Cell:
        """Return what stands for "not known"."""
        return self._rng.choices((None, "/", "无"), (6, 3, 1))[0]


def sheet(
    book: Workbook,
    title: str,
    heading: str,
    head: list[tuple[str, str, int]],
    rows: list[list[Cell]],
    notes: list[str],
) -> None:
    """Write one form: title row, unit row, a header of two rows with merged cells, rows, notes.

    ``head`` gives group, column and width; equal neighbouring groups are
    merged, and a column without a group is merged over both rows; where
    there is no group at all the header is one row.
    """
    page: Worksheet = book.create_sheet(title)
    last = len(head)
    page.append([heading])
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=last)
    page["A1"].font, page["A1"].alignment = Font(bold=True, size=15), Alignment(horizontal="center")
    page.append([None] * (last - 2) + [f"共 {len(rows)} 条", None])
    _head(page, head)
    for row in rows:
        page.append(row)
        for cell in page[page.max_row]:
            if isinstance(cell.value, dt.date):
                cell.number_format = "yyyy/m/d"
    for note in notes:
        page.append([note])
        page.merge_cells(start_row=page.max_row, start_column=1, end_row=page.max_row, end_column=last)
    page.freeze_panes = "C5" if any(group for group, _, _ in head) else "C4"


def _head(page: Worksheet, head: list[tuple[str, str, int]]) -> None:
    groups, names, _ = zip(*head, strict=True)
    last = 4 if any(groups) else 3
    page.append([group or name for group, name in zip(groups, names, strict=True)])
    if any(groups):
        page.append([name if group else None for group, name in zip(groups, names, strict=True)])
    side = Side(style="thin")
    for place, (group, _, width) in enumerate(head, 1):
        page.column_dimensions[page.cell(3, place).coordinate.rstrip("0123456789")].width = width
        if not group and last == 4:
            page.merge_cells(start_row=3, start_column=place, end_row=4, end_column=place)
        elif group and (place == 1 or groups[place - 2] != group):
            run = next((n for n, other in enumerate(groups[place:]) if other != group), len(groups) - place)
            page.merge_cells(start_row=3, start_column=place, end_row=3, end_column=place + run)
    for row in page.iter_rows(min_row=3, max_row=last, max_col=len(head)):
        for box in row:
            box.font, box.border = Font(bold=True), Border(side, side, side, side)
            box.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
