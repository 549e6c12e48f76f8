"""Whether a file begins as its ending says.

GDAL chooses a driver by content, and some drivers follow what a file tells
them: a description in XML may name any other file of this machine, one in
JSON a command. Only what begins like its own format is given to it.
"""

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
