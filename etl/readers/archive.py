"""Unpack archives safely: nothing outside, nothing huge, nothing that is no data."""

import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from etl.errors import Refused

DATA_ENDINGS = frozenset(
    [
        ".shp",
        ".shx",
        ".dbf",
        ".prj",
        ".cpg",
        ".gpkg",
        ".geojson",
        ".json",
        ".csv",
        ".xlsx",
        ".xlsm",
        ".fgb",
        ".parquet",
        ".zip",
    ]
)
SIDE_ENDINGS = frozenset(
    [".sbn", ".sbx", ".qpj", ".qix", ".idx", ".xml", ".fix"]
)  # parts of a shapefile we do not need
MAX_BYTES = 8_000_000_000
MAX_RATIO = 200  # a text packs to a twentieth; a bomb to a thousandth
MAX_MEMBERS = 20_000
MAX_DEPTH = 2  # an archive in an archive, no further
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a delivery: its path inside the delivery and where it lies on disk."""

    path: str
    disk: Path


def member_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member: UTF-8 where it is marked or valid, else GB18030."""
    if info.flag_bits & 0x800:
        return info.filename
    raw = info.orig_filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _odd(name: str, info: zipfile.ZipInfo) -> str | None:
    """Say what is wrong with a member's path, if anything."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if name.startswith(("/", "\\")) or (len(name) > 1 and name[1] == ":") or ".." in parts or "\x00" in name:
        return "path"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "symlink"
    return "encrypted" if info.flag_bits & 0x1 else None


def _check_limits(infos: list[zipfile.ZipInfo]) -> None:
    size = sum(info.file_size for info in infos)
    packed = max(1, sum(info.compress_size for info in infos))
    if len(infos) > MAX_MEMBERS:
        raise Refused("ARCHIVE_UNSAFE", value=f"{len(infos)} members", limit=MAX_MEMBERS)
    if size > MAX_BYTES or (size > 10_000_000 and size / packed > MAX_RATIO):
        raise Refused(
            "ARCHIVE_UNSAFE", value=f"{size} bytes unpacked, {size / packed:.0f} times", limit=MAX_BYTES
        )


def unpack(
    archive: Path,
    inside: str,
    folder: Path,
    report: Callable[[str, str, dict[str, str]], None],
    depth: int = 1,
) -> list[Member]:
    """Unpack one archive into ``folder`` under names of our own, endings kept.

    Files of one stem in one folder stay together, so that a shapefile finds
    its parts. ``report(path, code, params)`` is told of every member that is
    not taken.

    Raises
    ------
    Refused
        The archive cannot be read, or is larger than the limits allow.
    """
    members: list[Member] = []
    stems: dict[str, str] = {}
    try:
        with zipfile.ZipFile(archive) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir()]
            _check_limits(infos)
            if not infos:
                raise Refused("ARCHIVE_EMPTY")
            for info in infos:
                name = member_name(info)
                path, ending = f"{inside}/{name}", PurePosixPath(name).suffix.lower()
                if odd := _odd(name, info):
                    report(path, "MEMBER_REFUSED", {"why": odd})
                elif ending not in DATA_ENDINGS:
                    report(path, "FILE_NOT_READ", {"ending": ending})
                else:
                    stem = stems.setdefault(
                        str(PurePosixPath(name).with_suffix("")).lower(), f"f{len(stems):05d}"
                    )
                    target = folder / f"{stem}{ending}"
                    _write(opened, info, target)
                    members.append(Member(path, target))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError) as error:
        raise Refused("UNREADABLE", value=str(error)) from error
    return _inner(members, folder, report, depth)


def _write(opened: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    """Write one member, and stop where it is longer than it says."""
    left = info.file_size
    with opened.open(info) as source, target.open("xb") as sink:
        while block := source.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise Refused("ARCHIVE_UNSAFE", value=info.filename, limit=info.file_size)
            sink.write(block)


def _inner(
    members: list[Member], folder: Path, report: Callable[[str, str, dict[str, str]], None], depth: int
) -> list[Member]:
    """Unpack archives inside the archive, one level."""
    found: list[Member] = []
    for number, member in enumerate(members):
        if member.disk.suffix != ".zip":
            found.append(member)
        elif depth >= MAX_DEPTH:
            report(member.path, "MEMBER_REFUSED", {"why": "nested"})
        else:
            deeper = folder / f"z{number:04d}"
            deeper.mkdir()
            try:
                found.extend(unpack(member.disk, member.path, deeper, report, depth + 1))
            except Refused as refusal:
                report(member.path, refusal.code, {k: str(v) for k, v in refusal.params.items()})
    return found
