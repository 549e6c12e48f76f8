"""The plain records of a polygon shapefile, taken as they lie in the file.

A record of one closed ring holds its points as WKB wants them: those bytes
are cut out, not parsed. GDAL gives the same, byte for byte (a test compares
them on all real files); whatever is not so plain is left to it.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from etl.readers.structure import POLYGON, Structure

_PARTS, _POINTS, _START, _RING = 36, 40, 44, 48  # where things are in a record; the ring's points come last
_LEAST_POINTS = 4
_HEAD = b"\x01\x03\x00\x00\x00\x01\x00\x00\x00"  # little-endian polygon of one ring
_BATCH_BYTES = 64_000_000  # of the file held at once


@dataclass(frozen=True, slots=True)
class Plain:
    """The plain records: their places among all, and their shapes as WKB."""

    places: NDArray[np.int64]
    wkb: NDArray[np.object_]


def read(shp: Path, found: Structure, sound: NDArray[np.bool_]) -> Plain:
    """Return the shapes of the plain records among the sound ones."""
    places = np.flatnonzero(sound & (found.types == POLYGON) & (found.lengths >= _RING + 16 * _LEAST_POINTS))
    taken: list[NDArray[np.int64]] = []
    shapes: list[bytes] = []
    with shp.open("rb") as file:
        for part in _batches(found, places):
            begin = int(found.offsets[part].min())
            file.seek(begin)
            raw = file.read(int((found.offsets[part] + found.lengths[part]).max()) - begin)
            starts = found.offsets[part] - begin
            good = _plain(np.frombuffer(raw, np.uint8), starts, found.lengths[part])
            taken.append(part[good])
            shapes += _cut(raw, starts[good], found.lengths[part][good])
    none = np.zeros(0, dtype=np.int64)
    objects = np.full(len(shapes), None, dtype=object)
    objects[:] = shapes
    return Plain(np.concatenate([none, *taken]), objects)


def _batches(found: Structure, places: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Cut the records, in the order of the file, into runs that lie in a stretch of bounded length."""
    if not len(places):
        return []
    order = places[np.argsort(found.offsets[places], kind="stable")]
    stretch = (found.offsets[order] - found.offsets[order[0]]) // _BATCH_BYTES
    return np.split(order, np.flatnonzero(np.diff(stretch)) + 1)


def _number(raw: NDArray[np.uint8], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the whole numbers of four bytes that begin at some places."""
    found: NDArray[np.int64] = raw[at[:, None] + np.arange(4)].view("<i4").ravel().astype(np.int64)
    return found


def _plain(
    raw: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Say which records are one ring that fills them and is closed."""
    points = _number(raw, starts + _POINTS)
    one = (_number(raw, starts + _PARTS) == 1) & (_number(raw, starts + _START) == 0)
    good: NDArray[np.bool_] = one & (points >= _LEAST_POINTS) & (lengths == _RING + 16 * points)
    places = np.flatnonzero(good)
    pair = np.arange(16)
    first = raw[(starts[places] + _RING)[:, None] + pair]
    last = raw[(starts[places] + lengths[places] - 16)[:, None] + pair]
    good[places] = (first == last).all(axis=1) & np.isfinite(first.view("<f8")).all(axis=1)
    return good


def _cut(raw: bytes, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> list[bytes]:
    """Return polygons of one ring: the head of WKB, the count of points, and the points as they are."""
    view = memoryview(raw)
    pairs = zip(
        (starts + _POINTS).tolist(), (starts + _RING).tolist(), (starts + lengths).tolist(), strict=True
    )
    return [b"".join((_HEAD, view[count : count + 4], view[ring:end])) for count, ring, end in pairs]
