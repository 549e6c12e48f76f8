"""Unpack archives safely: nothing outside, nothing huge, nothing that is no data."""

import errno
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from etl.errors import NoSpace, Refused
from etl.readers.phrases import zh

TABLE_ENDINGS = frozenset([
    ".shp", ".shx", ".dbf", ".prj", ".cpg", ".gpkg", ".geojson", ".json", ".csv", ".xlsx", ".xlsm", ".fgb", ".parquet",
    ".geoparquet", ".kml", ".dxf", ".txt",
])  # fmt: skip
GDB_ENDINGS = frozenset([".gdbtable", ".gdbtablx", ".gdbindexes", ".spx", ".atx", ".freelist", ".horizon"])
GDB_NAMES = frozenset(["gdb", "timestamps"])
ARCHIVES = frozenset([".zip", ".kmz"])
DATA_ENDINGS = TABLE_ENDINGS | GDB_ENDINGS | ARCHIVES
SIDE_ENDINGS = frozenset(
    [".sbn", ".sbx", ".qpj", ".qix", ".idx", ".xml", ".fix"]
)  # parts of a shapefile we do not need
MAX_BYTES = 8_000_000_000  # of all archives of a delivery together
MAX_RATIO = 200  # a text packs to a twentieth; a bomb to a thousandth
MAX_MEMBERS = 20_000
MAX_DEPTH = 2  # an archive in an archive, no further
MAX_DIRECTORY = 64_000_000  # bytes of an archive's own list of members, read whole
MAX_NAME = 1000
_BLOCK = 1 << 20
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    EOFError,
    RuntimeError,
    ValueError,
    LookupError,
    OSError,
)
Report = Callable[[str, str, dict[str, str]], None]


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a delivery: its path inside the delivery and where it lies on disk."""

    path: str
    disk: Path


@dataclass(slots=True)
class Budget:
    """How much the archives of one delivery may still unpack, those inside others included."""

    bytes: int = field(default_factory=lambda: MAX_BYTES)
    members: int = field(default_factory=lambda: MAX_MEMBERS)


def member_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member: UTF-8 where it is marked or valid, else GB18030."""
    if info.flag_bits & 0x800:
        return info.orig_filename
    raw = info.orig_filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.orig_filename


def _odd(name: str, info: zipfile.ZipInfo) -> str | None:
    """Say what is wrong with a member's path, if anything."""
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or name[1:2] == ":" or ".." in parts or len(name) > MAX_NAME:
        return "path"
    if any(letter < " " or letter == "\x7f" for letter in name):
        return "control character"
    if info.flag_bits & 0x1:
        return "encrypted"
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "symlink"
    return "special file" if kind not in (0, stat.S_IFREG) else None


def _check_limits(infos: list[zipfile.ZipInfo], budget: Budget, folder: Path) -> None:
    size = sum(info.file_size for info in infos)
    packed = max(1, sum(info.compress_size for info in infos))
    if len(infos) > budget.members:
        raise Refused("ARCHIVE_UNSAFE", value=f"{len(infos)} members", limit=MAX_MEMBERS)
    if size > budget.bytes or (size > 10_000_000 and size / packed > MAX_RATIO):
        raise Refused(
            "ARCHIVE_UNSAFE", value=f"{size} bytes unpacked, {size / packed:.0f} times", limit=MAX_BYTES
        )
    free = shutil.disk_usage(folder).free
    if size > free:
        raise NoSpace(size, free, folder)
    budget.members -= len(infos)
    budget.bytes -= size


def _check_directory(archive: Path) -> None:
    """Refuse an archive whose list of members is itself too large, before it is read into memory."""
    with archive.open("rb") as opened:
        opened.seek(0, 2)
        size = opened.tell()
        opened.seek(max(0, size - 66_000))
        tail = opened.read()
    place = tail.rfind(b"PK\x05\x06")
    announced = int.from_bytes(tail[place + 12 : place + 16], "little") if place >= 0 else 0
    wide = tail.rfind(b"PK\x06\x06")
    if announced == 0xFFFFFFFF and wide >= 0:
        announced = int.from_bytes(tail[wide + 40 : wide + 48], "little")
    if announced > MAX_DIRECTORY:
        raise Refused("ARCHIVE_UNSAFE", value=f"a list of members of {announced} bytes", limit=MAX_DIRECTORY)


def wanted(name: str) -> bool:
    """Say whether a member is data by its ending, or part of a file geodatabase by its name."""
    pure = PurePosixPath(name)
    return pure.suffix.lower() in DATA_ENDINGS or pure.name.lower() in GDB_NAMES


def unpack(
    archive: Path, inside: str, folder: Path, report: Report, depth: int = 1, budget: Budget | None = None
) -> list[Member]:
    """Unpack one archive into ``folder`` under names of our own, endings kept.

    Files of one stem in one folder stay together, so that a shapefile finds
    its parts. ``report(path, code, params)`` is told of every member that is
    not taken. ``budget`` is shared by all archives of a delivery.

    Raises
    ------
    Refused
        The archive cannot be read, or is larger than the limits allow.
    NoSpace
        It is larger than the disk has room for.
    """
    budget = budget or Budget()
    members: list[Member] = []
    stems: dict[str, str] = {}
    try:
        _check_directory(archive)
        with zipfile.ZipFile(archive) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir()]
            _check_limits(infos, budget, folder)
            if not infos:
                raise Refused("ARCHIVE_EMPTY")
            for info in infos:
                name = member_name(info)
                pure = PurePosixPath(name.replace("\\", "/"))
                path, ending = f"{inside}/{_shown(str(pure))}", pure.suffix.lower()
                bare = str(pure).lower().removesuffix(ending)
                stem = stems.setdefault(bare, f"f{len(stems):05d}")
                target = folder / f"{stem}{ending}"
                if odd := _odd(name, info):
                    report(path, "MEMBER_REFUSED", {"why": odd, "why_zh": zh(odd)})
                elif not wanted(pure.name):
                    report(path, "FILE_NOT_READ", {"ending": ending})
                elif target.exists():
                    report(path, "MEMBER_REFUSED", {"why": "duplicate name", "why_zh": zh("duplicate name")})
                else:
                    _write(opened, info, target)
                    members.append(Member(path, target))
    except _FAULTS as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace(budget.bytes, 0, folder) from error
        raise Refused(
            "UNREADABLE", value=_shown(str(error).replace(str(archive), archive.suffix))[:300]
        ) from error
    return _inner(members, folder, report, depth, budget)


def _shown(text: str) -> str:
    """Return a text without control characters."""
    return "".join(letter if letter >= " " and letter != "\x7f" else "\ufffd" for letter in text)


def _write(opened: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    """Write one member, and stop where it is longer than it says."""
    left = info.file_size
    with opened.open(info) as source, target.open("xb") as sink:
        while block := source.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise Refused("ARCHIVE_UNSAFE", value=_shown(info.filename), limit=info.file_size)
            sink.write(block)
    if left:
        raise Refused("UNREADABLE", value=f"{_shown(info.filename)}: {left} bytes are missing")


def _inner(members: list[Member], folder: Path, report: Report, depth: int, budget: Budget) -> list[Member]:
    """Unpack archives inside the archive, one level."""
    found: list[Member] = []
    for number, member in enumerate(members):
        if member.disk.suffix not in ARCHIVES:
            found.append(member)
        elif depth >= MAX_DEPTH:
            report(member.path, "MEMBER_REFUSED", {"why": "nested", "why_zh": zh("nested")})
        else:
            deeper = folder / f"z{number:04d}"
            deeper.mkdir()
            try:
                found.extend(unpack(member.disk, member.path, deeper, report, depth + 1, budget))
            except Refused as refusal:
                said = {"value": refusal.value or ""} | {k: str(v) for k, v in refusal.params.items()}
                report(member.path, refusal.code, said)
            member.disk.unlink()
    return found
