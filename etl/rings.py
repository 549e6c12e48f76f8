"""Rings that are not closed: found in the delivered bytes, closed by a straight line, and where the ends are."""

import re
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

_DEEPEST = 4  # collections in collections
_Z, _M, _SRID = 0x80000000, 0x40000000, 0x20000000  # flags of the extended form
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Opened:
    """Rows whose rings are open: places, shapes when closed, rings as delivered, and the missing edges."""

    places: NDArray[np.int64]
    closed: NDArray[np.object_]
    rings: NDArray[np.object_]
    missing: NDArray[np.object_]


def find_open(delivered: NDArray[np.object_], shapes: NDArray[np.object_]) -> Opened:
    """Return the rows that cannot be built only because rings are open.

    Parameters
    ----------
    delivered
        WKB or WKT as it came.
    shapes
        What could be built of it; ``None`` where nothing could.
    """
    there = np.array([value is not None for value in delivered], dtype=bool)
    lost = np.flatnonzero(there & shapely.is_missing(shapes))
    places, closed, rings, missing = [], [], [], []
    for place in lost:
        value = delivered[place]
        whole = _rings_of_text(value) if isinstance(value, str) else _rings_of(bytes(value))
        broken = [r for r in whole if len(r) >= 3 and not np.array_equal(r[0], r[-1])]
        if not broken or any(len(r) < 3 for r in whole):
            continue
        shape = _closed(value)
        if shape is not None:
            places.append(place)
            closed.append(shape)
            rings.append(shapely.multilinestrings([shapely.linestrings(r) for r in whole]))
            missing.append(shapely.multilinestrings([shapely.linestrings([r[-1], r[0]]) for r in broken]))
    return Opened(
        np.array(places, dtype=np.int64), *(_objects(values) for values in (closed, rings, missing))
    )


def _objects(values: list[Any]) -> NDArray[np.object_]:
    found = np.full(len(values), None, dtype=object)
    found[:] = values
    return found


def _closed(value: Any) -> Any:
    """Return a shape with its rings closed, or ``None``."""
    read = shapely.from_wkt if isinstance(value, str) else shapely.from_wkb
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers are reported later
        return read(value.rpartition(";")[2] if isinstance(value, str) else value, on_invalid="fix")


def _rings_of_text(text: str) -> list[Points]:
    """Return the rings of a WKT as points of two numbers; nothing where it cannot be read."""
    found = []
    for ring in _IN_BRACKETS.findall(text):
        try:
            points = [[float(number) for number in point.split()[:2]] for point in ring.split(",")]
        except ValueError:
            return []
        if any(len(point) != 2 for point in points):
            return []
        found.append(np.array(points))
    return found


def _rings_of(data: bytes) -> list[Points]:
    """Return the rings of a WKB as points of two numbers; nothing where it is cut off or of another kind."""
    try:
        return _walk(data, 0, _DEEPEST)[0]
    except (struct.error, ValueError, IndexError):
        return []


def _walk(data: bytes, at: int, depth: int) -> tuple[list[Points], int]:
    if depth < 0:
        raise ValueError("too deep")
    order = "<" if data[at] else ">"
    (kind,) = struct.unpack_from(f"{order}I", data, at + 1)
    at += 5 + (4 if kind & _SRID else 0)
    plain = kind & 0xFFFF
    family, base = divmod(plain, 1000)
    width = 2 + (family in (1, 3) or bool(kind & _Z)) + (family in (2, 3) or bool(kind & _M))
    (count,) = struct.unpack_from(f"{order}I", data, at)
    at += 4
    rings: list[Points] = []
    if base == 3:
        for _ in range(count):
            (points,) = struct.unpack_from(f"{order}I", data, at)
            numbers = np.frombuffer(data, f"{order}f8", points * width, at + 4)
            rings.append(numbers.reshape(points, width)[:, :2].astype(float))
            at += 4 + points * width * 8
    elif base in (6, 7):
        for _ in range(count):
            inner, at = _walk(data, at, depth - 1)
            rings += inner
    else:
        raise ValueError("no polygon")
    return rings, at
