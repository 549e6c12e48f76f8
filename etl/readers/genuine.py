"""Whether a file begins as its ending says.

GDAL chooses a driver by content, and some drivers follow what a file tells
them: a description in XML may name any other file of this machine, one in
JSON a command. Only what begins like its own format is given to it.
"""

import shutil
import tempfile
from pathlib import Path

_HEAD = 65_536
_SQLITE, _FLAT = b"SQLite format 3\x00", b"fgb"
_COMMAND = b"gdal_streamed_alg"


def genuine(path: Path, ending: str) -> bool:
    """Say whether a file begins like the format of its ending; other endings are not judged."""
    if path.is_dir():
        return True
    with path.open("rb") as opened:
        start = opened.read(_HEAD)
    if ending == ".gpkg":
        return start.startswith(_SQLITE)
    if ending == ".fgb":
        return start.startswith(_FLAT)
    if ending in (".geojson", ".json"):
        text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
        return text.startswith((b"{", b"[", b"\x1e")) and _COMMAND not in start
    if ending == ".dxf":
        text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
        return text.startswith((b"0\r", b"0\n", b"999\r", b"999\n", b"AutoCAD Binary DXF"))
    return True


def beginning(path: Path) -> str:
    """Return the first letters of a file, for a person to see what it is."""
    with path.open("rb") as opened:
        start = opened.read(40)
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in start)


def own_copy(path: Path, folder: Path) -> Path:
    """Return a GeoPackage that may be opened: one with a write-ahead log is copied together with that log.

    SQLite writes beside such a file even when it only reads, and rows that are
    still in the log would be missing without it. A delivery is never written to.
    """
    with path.open("rb") as opened:
        start = opened.read(20)
    if path.suffix.lower() != ".gpkg" or start[18:20] != b"\x02\x02":
        return path
    copy = Path(tempfile.mkdtemp(dir=folder)) / "layer.gpkg"
    shutil.copyfile(path, copy)
    log = path.with_name(f"{path.name}-wal")
    if log.is_file():
        shutil.copyfile(log, copy.with_name(f"{copy.name}-wal"))
    return copy
