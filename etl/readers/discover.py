"""Find the tables of a delivery: folders, archives, files, layers and sheets."""

import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath

import openpyxl
import pyogrio
from openpyxl.utils.exceptions import InvalidFileException
from pyogrio.errors import DataSourceError

from etl.errors import PathMissing, PathUnreadable, Refused
from etl.readers.archive import SIDE_ENDINGS, Member, unpack
from etl.readers.raw import Source

SHAPE_PARTS = frozenset({".shx", ".dbf", ".prj", ".cpg"}) | SIDE_ENDINGS
VECTOR = {".gpkg", ".geojson", ".json", ".fgb", ".parquet"}
BROKEN_BOOK = (
    InvalidFileException,
    zipfile.BadZipFile,
    OSError,
    KeyError,
    ValueError,
    SyntaxError,
    TypeError,
)
Report = Callable[[str, str, dict[str, str]], None]


def files_of(paths: Iterable[Path]) -> list[tuple[str, Path]]:
    """List the files of a delivery with their paths inside it, in order of name.

    Raises
    ------
    PathMissing, PathUnreadable
        A path does not exist, or may not be read.
    """
    found: list[tuple[str, Path]] = []
    for path in paths:
        if not path.exists():
            raise PathMissing(path)
        _require_readable([path, *path.rglob("*")] if path.is_dir() else [path])
        if path.is_file():
            companions = (
                sorted(path.parent.glob(f"{_escape(path.stem)}.*"))
                if path.suffix.lower() == ".shp"
                else [path]
            )
            found.extend((p.name, p) for p in companions if p.is_file())
        else:
            inside = (p for p in sorted(path.rglob("*")) if p.is_file() and not p.is_symlink())
            found.extend((p.relative_to(path).as_posix(), p) for p in inside)
    return found


def _require_readable(paths: Iterable[Path]) -> None:
    # A folder that may not be listed would otherwise look empty, and its files not delivered.
    for path in paths:
        if not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
            raise PathUnreadable(path)


def _escape(stem: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in stem)


def discover(files: list[tuple[str, Path]], folder: Path, report: Report) -> Iterator[Source]:
    """Yield the tables of a delivery; what is no table is told to ``report``.

    ``folder`` is a private place where archives may be unpacked.
    """
    members: list[Member] = []
    for number, (path, disk) in enumerate(files):
        if disk.suffix.lower() == ".zip":
            inner = folder / f"a{number:04d}"
            inner.mkdir()
            try:
                members.extend(unpack(disk, path, inner, report))
            except Refused as refusal:
                params = {k: str(v) for k, v in refusal.params.items()}
                report(path, refusal.code, params | {"value": refusal.value or ""})
        else:
            members.append(Member(path, disk))
    yield from _sources(members, report)


def _sources(members: list[Member], report: Report) -> Iterator[Source]:
    stems = {
        str(PurePosixPath(m.path).with_suffix("")).lower() for m in members if m.disk.suffix.lower() == ".shp"
    }
    for member in members:
        ending = PurePosixPath(member.path).suffix.lower()
        stem = PurePosixPath(member.path).stem
        if ending == ".shp":
            yield Source(member.path, member.disk, "shp", None, (stem,))
        elif ending in SHAPE_PARTS and _belongs(member.path, stems):
            continue
        elif ending == ".csv":
            yield Source(member.path, member.disk, "csv", None, (stem,))
        elif ending in (".xlsx", ".xlsm"):
            yield from _sheets(member, stem, report)
        elif ending in VECTOR:
            yield from _layers(member, stem, report)
        elif ending == ".dbf":
            yield Source(member.path, member.disk, "dbf", None, (stem,))
        else:
            report(member.path, "FILE_NOT_READ", {"ending": ending})


def _belongs(path: str, stems: set[str]) -> bool:
    """Say whether a file is a part of a shapefile that is there (``a.shp.xml`` too)."""
    pure = PurePosixPath(path)
    return str(pure.with_suffix("")).lower().removesuffix(".shp") in stems


def _sheets(member: Member, stem: str, report: Report) -> Iterator[Source]:
    try:
        book = openpyxl.load_workbook(member.disk, read_only=True)
    except BROKEN_BOOK as error:
        report(member.path, "UNREADABLE", {"value": _short(error, member.disk)})
        return
    names = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    book.close()
    for name in names:
        yield Source(member.path, member.disk, "xlsx", name, (name, stem))
    for name in hidden:
        report(f"{member.path}#{name}", "SHEET_HIDDEN", {})


def _layers(member: Member, stem: str, report: Report) -> Iterator[Source]:
    try:
        layers = pyogrio.list_layers(member.disk)
    except (DataSourceError, OSError) as error:
        report(member.path, "UNREADABLE", {"value": _short(error, member.disk)})
        return
    single = member.disk.suffix.lower() != ".gpkg"
    for name, _ in layers:
        yield Source(member.path, member.disk, "vector", str(name), (stem,) if single else (str(name), stem))


def _short(error: Exception, disk: Path) -> str:
    """Return the text of an error without the place on our disk."""
    return str(error).replace(str(disk), disk.suffix)[:300]
