"""Workbooks are archives too: what they may hold before they are opened."""

import re
import zipfile
from pathlib import Path

from etl.errors import Refused

MAX_BYTES = 400_000_000  # of XML, which takes ten times as much memory once it is opened
MAX_MERGED = 2_000_000  # cells in merged blocks: each is made when a workbook is opened
MAX_RATIO = 300  # tables of repeated words pack better than texts
_BLOCK = re.compile(
    rb"<(?:\w{1,9}:)?mergeCell\s[^>]{0,200}?ref=[\"']\$?([A-Za-z]{1,3})\$?(\d{1,7}):\$?([A-Za-z]{1,3})\$?(\d{1,7})[\"']"
)
# Repetitions are bounded: a sheet made to be read for ever is read once.
_EMPTY = re.compile(rb"(?:</f>|<f[^>]{0,200}/>)\s{0,9}(?:<v\s{0,9}/>|<v>\s{0,9}</v>)?\s{0,9}</c>")
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of .xls and of workbooks with a password


def require_sane(path: Path) -> int:
    """Refuse a workbook that is a bomb, an old .xls under a new name, or locked with a password.

    Returns how many formulas have no stored result: their cells read as empty.

    Raises
    ------
    Refused
        What it is, and what to do.
    """
    with path.open("rb") as opened:
        start = opened.read(8)
    if start == _OLD:
        raise Refused(
            "FORMAT_NOT_READ", ending=path.suffix, how_zh="实为旧版 .xls 或加密文件，请去除密码并另存为 .xlsx",
            how_en="it is an old .xls or locked with a password; unlock it and save it as .xlsx",
        )  # fmt: skip
    with zipfile.ZipFile(path) as book:
        _check_size(book)
        seen = [_look(book, name) for name in book.namelist() if name.startswith("xl/worksheets/")]
    if (merged := sum(cells for cells, _ in seen)) > MAX_MERGED:
        raise Refused("ARCHIVE_UNSAFE", value=f"{merged} merged cells", limit=MAX_MERGED)
    return sum(formulas for _, formulas in seen)


def _check_size(book: zipfile.ZipFile) -> None:
    infos = book.infolist()
    size, packed = sum(i.file_size for i in infos), max(1, sum(i.compress_size for i in infos))
    if size > MAX_BYTES or (size > 20_000_000 and size / packed > MAX_RATIO):
        raise Refused(
            "ARCHIVE_UNSAFE", value=f"{size} bytes unpacked, {size / packed:.0f} times", limit=MAX_BYTES
        )


def _look(book: zipfile.ZipFile, name: str) -> tuple[int, int]:
    """Return how many cells the merged blocks of a sheet cover, and how many formulas have no result."""
    merged = formulas = 0
    rest = b""
    with book.open(name) as opened:
        while block := opened.read(1 << 20):
            text = rest + block
            end = max(
                text.rfind(b"</c>") + 4, text.rfind(b"/>") + 2
            )  # no cell or block reaches over this place
            whole, rest = (text[:end], text[end:]) if end > 3 else (text, b"")
            formulas += len(_EMPTY.findall(whole))
            for left, top, right, bottom in _BLOCK.findall(whole):
                wide, tall = _column(right) - _column(left) + 1, int(bottom) - int(top) + 1
                merged += max(0, wide) * max(0, tall)
    return merged, formulas


def _column(letters: bytes) -> int:
    """Return the number of a column from its letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
