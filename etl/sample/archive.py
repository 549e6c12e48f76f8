"""Zip files and workbooks that come out the same on every run: no clock in them."""

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

from openpyxl import Workbook


def pack(members: dict[str, bytes], path: Path, written: dt.date) -> None:
    """Write a zip of members in the order given, all of one day. Names go in as UTF-8."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (written.year, written.month, written.day, 9, 0, 0))
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 0, 0
            archive.writestr(info, content, compresslevel=9)


def pack_folder(folder: Path, path: Path, written: dt.date) -> None:
    """Write a zip of the files of a folder and remove them."""
    files = sorted(folder.iterdir())
    pack({file.name: file.read_bytes() for file in files}, path, written)
    for file in files:
        file.unlink()
    folder.rmdir()


def save(book: Workbook, path: Path, written: dt.date, author: str) -> None:
    """Save a workbook with a fixed author and day instead of the clock's."""
    book.properties.creator = author
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as made:
        members = {name: made.read(name) for name in made.namelist()}
    core = members["docProps/core.xml"].decode("utf-8")
    stamp = f"{written.isoformat()}T09:00:00Z"
    core = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, core)
    members["docProps/core.xml"] = core.encode("utf-8")
    pack(members, path, written)
