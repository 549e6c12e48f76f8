"""Shapefiles as a bureau's old program writes them: GBK, no .cpg, language byte 0, fixed header date.

Written byte by byte: the common writers put today's date into the header,
close every ring and name the encoding, which is what must not happen here.
"""

import datetime as dt
import struct
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

POLYGON = 5
Ring = list[tuple[float, float]]
Value = str | Decimal | int | dt.date | None


@dataclass(frozen=True, slots=True)
class Field:
    """One DBF field: a name of at most ten bytes, type C, N or D, width and decimals."""

    name: str
    kind: str
    width: int
    decimals: int = 0


def rings(shape: BaseGeometry) -> list[Ring]:
    """Return the rings of a shape: outer ones clockwise, holes counter-clockwise, in order."""
    found: list[Ring] = []
    for part in shapely.get_parts(shape):
        turned = orient(part, sign=-1.0) if shape.is_valid else part
        for ring in (turned.exterior, *turned.interiors):
            found.append([(x, y) for x, y, *_ in ring.coords])
    return found


def _record(found: list[Ring]) -> bytes:
    points = [point for ring in found for point in ring]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    starts = [sum(len(ring) for ring in found[:place]) for place in range(len(found))]
    head = struct.pack("<i4d2i", POLYGON, min(xs), min(ys), max(xs), max(ys), len(found), len(points))
    return head + struct.pack(f"<{len(starts)}i", *starts) + b"".join(struct.pack("<2d", *p) for p in points)


def _header(length: int, records: list[bytes]) -> bytes:
    boxes = [struct.unpack_from("<4d", record, 4) for record in records]
    box = (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )
    return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, length // 2) + struct.pack(
        "<2i8d", 1000, POLYGON, *box, 0, 0, 0, 0
    )


def _shp_and_shx(shapes: list[list[Ring]]) -> tuple[bytes, bytes]:
    records = [_record(shape) for shape in shapes]
    body, index, at = [], [], 100
    for number, record in enumerate(records, 1):
        body.append(struct.pack(">2i", number, len(record) // 2) + record)
        index.append(struct.pack(">2i", at // 2, len(record) // 2))
        at += 8 + len(record)
    return _header(at, records) + b"".join(body), _header(100 + 8 * len(records), records) + b"".join(index)


def _cell(value: Value, field: Field) -> bytes:
    if value is None:
        text = ""
    elif isinstance(value, dt.date):
        text = value.strftime("%Y%m%d")
    elif field.kind == "N":
        text = f"{value:.{field.decimals}f}".rjust(field.width)
    else:
        text = str(value)
    raw = text.encode("gbk")
    if len(raw) > field.width:
        raise ValueError(f"{field.name}: {text!r} takes {len(raw)} bytes, {field.width} fit.")
    return raw.ljust(field.width)


def _dbf(fields: list[Field], rows: list[list[Value]], written: dt.date) -> bytes:
    width = 1 + sum(field.width for field in fields)
    head = struct.pack(
        "<4BIHH20x",
        3,
        written.year - 1900,
        written.month,
        written.day,
        len(rows),
        33 + 32 * len(fields),
        width,
    )
    described = b"".join(
        struct.pack("<11sc4xBB14x", f.name.encode("gbk"), f.kind.encode(), f.width, f.decimals)
        for f in fields
    )
    body = b"".join(
        b" " + b"".join(_cell(value, field) for value, field in zip(row, fields, strict=True)) for row in rows
    )
    return head + described + b"\r" + body + b"\x1a"


def write(
    stem: Path,
    fields: list[Field],
    rows: list[list[Value]],
    shapes: list[list[Ring]],
    prj: str,
    written: dt.date,
) -> None:
    """Write .shp, .shx, .dbf and .prj; one row a shape.

    Raises
    ------
    ValueError
        A text is longer than its field.
    """
    shp, shx = _shp_and_shx(shapes)
    # Not Path.with_suffix: a stem may hold a dot.
    for suffix, content in ((".shp", shp), (".shx", shx), (".dbf", _dbf(fields, rows, written))):
        stem.with_name(stem.name + suffix).write_bytes(content)
    stem.with_name(stem.name + ".prj").write_text(prj, encoding="ascii")


GEOGRAPHIC = (
    'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]]'
)


def esri_prj(zone: int | None = None, meridian: int = 0) -> str:
    """Return the .prj text of degrees, or of a 3-degree zone with its number before the easting."""
    if zone is None:
        return GEOGRAPHIC
    return (
        f'PROJCS["CGCS2000_3_Degree_GK_Zone_{zone}",{GEOGRAPHIC},PROJECTION["Gauss_Kruger"],'
        f'PARAMETER["False_Easting",{zone}500000.0],PARAMETER["False_Northing",0.0],'
        f'PARAMETER["Central_Meridian",{meridian}.0],PARAMETER["Scale_Factor",1.0],'
        'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )
