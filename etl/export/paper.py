"""How a sheet goes on paper."""

from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet


def set_up_a4(
    sheet: Worksheet, width: int, last: int, orientation: Any, footer_left: str, footer_right: str
) -> None:
    """Set a sheet up for A4: ``width`` columns to one page across, as many pages down as ``last`` rows take, numbered."""
    sheet.print_area = f"A1:{get_column_letter(width)}{last}"
    setup = sheet.page_setup
    setup.paperSize, setup.orientation = sheet.PAPERSIZE_A4, orientation
    setup.fitToWidth, setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.horizontalCentered = True
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.footer = 0.5, 0.7, 0.35
    footer = sheet.oddFooter
    assert footer is not None
    assert footer.left is not None
    assert footer.right is not None
    footer.left.text, footer.right.text = footer_left, footer_right
    footer.left.size = footer.right.size = 8
