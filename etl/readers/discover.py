"""Find the tables of a delivery: folders, archives, files, layers and sheets."""

import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from etl.errors import PathMissing, PathUnreadable, Refused
from etl.readers import kml
from etl.readers.archive import ARCHIVES, GDB_ENDINGS, GDB_NAMES, SIDE_ENDINGS, Budget, Member, Report, unpack
from etl.readers.boundary_points import is_boundary_points
from etl.readers.genuine import beginning, genuine, own_copy
from etl.readers.raw import Source
from etl.readers.vector import layers_of
from etl.readers.workbook import require_sane

SHAPE_PARTS = frozenset({".shx", ".dbf", ".prj", ".cpg"}) | SIDE_ENDINGS
VECTOR = {".gpkg", ".geojson", ".json", ".fgb"}
BROKEN_BOOK = (
    InvalidFileException,
    zipfile.BadZipFile,
    OSError,
    KeyError,
    ValueError,
    SyntaxError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ArithmeticError,
    LookupError,
    struct.error,
    zlib.error,
)
_SAVE_AS = ("请另存为 .xlsx", "save it as .xlsx")
_UNPACK = ("请解压后或改为 .zip 报送", "unpack it, or pack it as .zip")
_EXPORT = ("请导出为 .shp、.gpkg 或 .gdb", "export it as .shp, .gpkg or .gdb")
# Data that people send and that is not read: each with what to do.
OTHER_DATA = {
    ".xls": _SAVE_AS, ".et": _SAVE_AS, ".ods": _SAVE_AS, ".xlsb": _SAVE_AS,
    ".rar": _UNPACK, ".7z": _UNPACK, ".mdb": _EXPORT, ".accdb": _EXPORT, ".tab": _EXPORT, ".mif": _EXPORT, ".vct": _EXPORT,
    ".dwg": ("请另存为 .dxf", "save it as .dxf"),
}  # fmt: skip
TAPES = (".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".gz", ".bz2", ".xz")


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
                [
                    p
                    for p in sorted(path.parent.glob(f"{_escape(path.stem)}.*"))
                    if p == path or _is_part(p, path)
                ]
                if path.suffix.lower() == ".shp"
                else [path]
            )
            found.extend((_said(p.name), p) for p in companions if p.is_file())
        else:
            inside = (p for p in sorted(path.rglob("*")) if p.is_file() and not p.is_symlink())
            above = f"{_said(path.name)}/" if _is_gdb(path.name) else ""
            found.extend((above + _said(p.relative_to(path).as_posix()), p) for p in inside)
    return found


def _is_part(path: Path, shape: Path) -> bool:
    """Say whether a file beside a shapefile is a part of it: another table of the same name was not asked for."""
    ending = path.name[len(shape.stem) :].lower()
    return ending.removeprefix(".shp") in SHAPE_PARTS  # a.shp.xml too


def _said(name: str) -> str:
    """Return a file's name as text: bytes that are no UTF-8 are the GBK of an older system."""
    raw = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", errors="replace")


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
    budget = Budget()
    for number, (path, disk) in enumerate(files):
        if disk.suffix.lower() in ARCHIVES:
            inner = folder / f"a{number:04d}"
            inner.mkdir()
            try:
                members.extend(unpack(disk, path, inner, report, budget=budget))
            except Refused as refusal:
                params = {k: str(v) for k, v in refusal.params.items()}
                report(path, refusal.code, params | {"value": refusal.value or ""})
        else:
            members.append(Member(path, disk))
    yield from _databases(members, folder, report)
    yield from _sources([m for m in members if not _in_database(m)], folder, report)


def _is_gdb(name: str) -> bool:
    return name.lower().endswith((".gdb", ".gdb.zip"))


def _in_database(member: Member) -> bool:
    pure = PurePosixPath(member.path)
    return pure.suffix.lower() in GDB_ENDINGS or (
        pure.name.lower() in GDB_NAMES and _is_gdb(pure.parent.name)
    )


def _databases(members: list[Member], folder: Path, report: Report) -> Iterator[Source]:
    """Yield the layers of file geodatabases: folders of tables, shown to GDAL as a folder of our own."""
    found: dict[str, list[Member]] = {}
    for member in members:
        if _in_database(member):
            found.setdefault(str(PurePosixPath(member.path).parent), []).append(member)
    for number, (path, parts) in enumerate(sorted(found.items())):
        home = folder / f"g{number:04d}.gdb"
        home.mkdir()
        for part in parts:
            name = PurePosixPath(part.path).name
            if not (home / name).is_symlink():
                (home / name).symlink_to(part.disk.resolve())
        stem = PurePosixPath(path).name.lower().removesuffix(".zip").removesuffix(".gdb")
        yield from _layers(Member(path, home), stem, report)


def _sources(members: list[Member], folder: Path, report: Report) -> Iterator[Source]:
    stems, tables = (
        {
            str(PurePosixPath(m.path).with_suffix("")).lower()
            for m in members
            if m.disk.suffix.lower() == ending
        }
        for ending in (".shp", ".dbf")
    )
    for member in members:
        ending = PurePosixPath(member.path).suffix.lower()
        stem = PurePosixPath(member.path).stem
        if not genuine(member.disk, ending):
            report(member.path, "UNREADABLE", {"value": beginning(member.disk)})
        elif ending == ".shp":
            yield Source(member.path, member.disk, "shp", None, (stem,))
        elif (ending in SHAPE_PARTS and _belongs(member.path, stems)) or (
            ending == ".cpg" and _belongs(member.path, tables)
        ):
            continue
        elif ending in (".csv", ".dbf"):
            yield Source(member.path, member.disk, ending[1:], None, (stem,))
        elif ending in (".xlsx", ".xlsm"):
            yield from _sheets(member, stem, report)
        elif ending in VECTOR:
            yield from _layers(Member(member.path, own_copy(member.disk, folder)), stem, report)
        elif ending == ".kml":
            yield from _folders(member, stem, report)
        elif ending in (".parquet", ".geoparquet"):
            yield Source(member.path, member.disk, "parquet", None, (stem,))
        elif ending == ".dxf":
            yield Source(member.path, member.disk, "dxf", "entities", (stem,))
        elif ending == ".txt" and is_boundary_points(member.disk):
            yield Source(member.path, member.disk, "txt", None, (stem,))
        else:
            _not_read(member, ending, report)


def _not_read(member: Member, ending: str, report: Report) -> None:
    """Say why a file is no table, and what to do where it holds data in another form."""
    name = member.path.lower()
    tape = max((t for t in TAPES if name.endswith(t)), key=len, default=None)
    how = _UNPACK if tape else OTHER_DATA.get(ending)
    if how:
        report(member.path, "FORMAT_NOT_READ", {"ending": tape or ending, "how_zh": how[0], "how_en": how[1]})
    else:
        report(member.path, "FILE_NOT_READ", {"ending": ending})


def _belongs(path: str, stems: set[str]) -> bool:
    """Say whether a file is a part of a shapefile that is there (``a.shp.xml`` too)."""
    pure = PurePosixPath(path)
    return str(pure.with_suffix("")).lower().removesuffix(".shp") in stems


def _sheets(member: Member, stem: str, report: Report) -> Iterator[Source]:
    try:
        formulas = require_sane(member.disk)
        book = openpyxl.load_workbook(member.disk, read_only=True)
        sheets = [(sheet.title, sheet.sheet_state == "visible") for sheet in book.worksheets]
        book.close()
    except Refused as refusal:
        report(
            member.path,
            refusal.code,
            {"value": refusal.value or ""} | {k: str(v) for k, v in refusal.params.items()},
        )
        return
    except BROKEN_BOOK as error:
        report(member.path, "UNREADABLE", {"value": _short(error, member.disk)})
        return
    if not sheets:
        report(member.path, "UNREADABLE", {"value": "0 sheets"})
    if formulas:
        report(member.path, "FORMULAS_EMPTY", {"count": str(formulas)})
    for name, visible in sheets:
        if visible:
            yield Source(member.path, member.disk, "xlsx", name, (name, stem))
    for name, visible in sheets:
        if not visible:
            report(f"{member.path}#{name}", "SHEET_HIDDEN", {})


def _folders(member: Member, stem: str, report: Report) -> Iterator[Source]:
    try:
        folders = kml.layers(member.disk)
    except Refused as refusal:
        report(member.path, refusal.code, {"value": (refusal.value or "").replace(str(member.disk), ".kml")})
        return
    above = PurePosixPath(member.path).parent  # a .kmz holds its document under a name of no meaning
    stem = above.stem if above.suffix.lower() == ".kmz" else stem
    for folder in folders:
        yield Source(
            member.path,
            member.disk,
            "kml",
            folder or None,
            (folder.rpartition("/")[2], stem) if folder else (stem,),
        )


def _layers(member: Member, stem: str, report: Report) -> Iterator[Source]:
    try:
        layers = layers_of(member.disk)
    except Refused as refusal:
        report(member.path, refusal.code, {"value": refusal.value or ""})
        return
    if not layers:
        report(member.path, "UNREADABLE", {"value": "0 layers"})
    single = member.disk.suffix.lower() not in (".gpkg", ".gdb")
    for name in layers:
        yield Source(member.path, member.disk, "vector", name, (stem,) if single else (name, stem))


def _short(error: Exception, disk: Path) -> str:
    """Return the text of an error without the place on our disk."""
    return str(error).replace(str(disk), disk.suffix)[:300]
