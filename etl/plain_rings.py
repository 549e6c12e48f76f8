"""Rows about whose shape there is nothing to say: one ring, well formed, in reach and valid.

They are most of every delivery. Their coordinates go from file to storage as
one array, and a shape is built only to ask GEOS whether it is valid. Where
anything at all is odd, the row is left to the thorough way of
:mod:`etl.placing`; a test holds both ways equal.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from etl.drawn import Drawn
from etl.readers.crs import Decision, in_reach, moved
from etl.readers.plain_shape import Records
from gis.areas import measure_rings

Places = NDArray[np.int64]
Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

# A MultiPolygon of one Polygon of one ring, up to the count of its points.
_HEAD = b"\x01\x06\x00\x00\x00\x01\x00\x00\x00\x01\x03\x00\x00\x00\x01\x00\x00\x00"
_ROUND = 1e-6  # of its box: a ring that encloses less may run either way, which GEOS is to decide


@dataclass(frozen=True, slots=True)
class Settled:
    """Rows in storage: their places, shapes, and areas in square metres."""

    places: Places
    drawn: Drawn
    area_m2: Numbers


def settle(records: Records, places: Places, clockwise: bool | None, decision: Decision) -> Settled:
    """Return those of some plain rows about which there is nothing to say.

    Parameters
    ----------
    records, places
        The shapes of the file, and the rows that are asked for; all of them plain.
    clockwise
        How an outer ring runs in this format; ``None`` where it says nothing.
    decision
        The system of the file.
    """
    points, starts = records.rings(places)
    with np.errstate(invalid="ignore", over="ignore"):  # what is no number is no plain row
        good = _well_formed(points, starts, clockwise)
    points, starts, places = _only(points, starts, good, places)
    points = moved(points, decision)
    west, south, east, north = in_reach(decision)
    low, high = _boxes(points, starts)
    with np.errstate(invalid="ignore"):
        near = np.all((low >= (west, south)) & (high <= (east, north)), axis=1)
    points, starts, places = _only(points, starts, near, places)
    shapes = _built(points, starts)
    valid = np.asarray(shapely.is_valid(shapes), dtype=bool)
    border = shapely.length(shapes)[valid]
    points, starts, places = _only(points, starts, valid, places)
    return Settled(places, _drawn(points, starts, border), measure_rings(points, starts))


def _well_formed(points: Numbers, starts: Places, clockwise: bool | None) -> Mask:
    """Say which rings are of numbers, repeat no point, and run as they should."""
    count = len(starts) - 1
    if not count:
        return np.zeros(0, dtype=bool)
    finite: Mask = np.logical_and.reduceat(np.isfinite(points).all(axis=1), starts[:-1])
    step = np.diff(points, axis=0)
    inside = np.ones(len(step), dtype=bool)
    inside[starts[1:-1] - 1] = False  # from the end of a ring to the start of the next
    again = inside & (step == 0).all(axis=1)
    good = finite & ~_any(again, starts)
    if clockwise is None:
        return good
    first = np.repeat(points[starts[:-1]], np.diff(starts), axis=0)
    near = points - first
    cross = near[:-1, 0] * near[1:, 1] - near[1:, 0] * near[:-1, 1]
    twice = np.add.reduceat(np.append(np.where(inside, cross, 0.0), 0.0), starts[:-1])
    low, high = _boxes(points, starts)
    least = _ROUND * (high - low).prod(axis=1)
    good &= (twice < -least) if clockwise else (twice > least)
    return good


def _any(marked: Mask, starts: Places) -> Mask:
    """Say which rings have a mark among the steps between their points."""
    found: Mask = np.logical_or.reduceat(np.append(marked, False), starts[:-1])
    return found


def _boxes(points: Numbers, starts: Places) -> tuple[Numbers, Numbers]:
    if len(starts) < 2:
        return np.zeros((0, 2)), np.zeros((0, 2))
    return np.minimum.reduceat(points, starts[:-1]), np.maximum.reduceat(points, starts[:-1])


def _only(points: Numbers, starts: Places, good: Mask, places: Places) -> tuple[Numbers, Places, Places]:
    if good.all():
        return points, starts, places
    counts = np.diff(starts)
    return points[np.repeat(good, counts)], np.append(0, np.cumsum(counts[good])), places[good]


def _built(points: Numbers, starts: Places) -> NDArray[np.object_]:
    one = np.arange(len(starts), dtype=np.int64)
    kind = shapely.GeometryType.MULTIPOLYGON
    return np.asarray(shapely.from_ragged_array(kind, points, (starts, one, one)), dtype=object)


def _drawn(points: Numbers, starts: Places, border: Numbers) -> Drawn:
    counts = np.diff(starts)
    if not len(counts):
        return Drawn.of(np.zeros(0, dtype=object))
    data = pa.py_buffer(np.ascontiguousarray(points, dtype="<f8"))
    rings = pa.Array.from_buffers(pa.large_binary(), len(counts), [None, pa.py_buffer(16 * starts), data])
    number = pa.py_buffer(counts.astype("<u4"))
    said = pa.Array.from_buffers(pa.binary(4), len(counts), [None, number]).cast(pa.large_binary())
    nothing = pa.scalar(b"", pa.large_binary())
    whole = pc.binary_join_element_wise(pa.scalar(_HEAD, pa.large_binary()), said, rings, nothing)
    ends = np.frombuffer(whole.buffers()[1], np.int64, len(whole) + 1)
    raw = np.frombuffer(whole.buffers()[2], np.uint8)[: ends[-1]]
    boxes = np.hstack(_boxes(points, starts))
    return Drawn(raw, ends, boxes, border, np.ones(len(counts), np.int64), counts)
