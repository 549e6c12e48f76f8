"""Workbooks are archives too: what they may hold before they are opened."""

import zipfile
from pathlib import Path

from etl.errors import Refused

MAX_BYTES = 1_000_000_000  # of XML; a workbook of a million full rows has less
MAX_RATIO = 300  # tables of repeated words pack better than texts
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of .xls and of workbooks with a password


def require_sane(path: Path) -> None:
    """Refuse a workbook that is a bomb, an old .xls under a new name, or locked with a password.

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
    with zipfile.ZipFile(path) as opened_zip:
        infos = opened_zip.infolist()
    size, packed = sum(i.file_size for i in infos), max(1, sum(i.compress_size for i in infos))
    if size > MAX_BYTES or (size > 20_000_000 and size / packed > MAX_RATIO):
        raise Refused(
            "ARCHIVE_UNSAFE", value=f"{size} bytes unpacked, {size / packed:.0f} times", limit=MAX_BYTES
        )
