"""Small geometry beside shapely's: a local plane of metres, lengths in metres, cuts that never fail as a whole."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[np.object_]
Places = NDArray[np.int64]
Numbers = NDArray[np.float64]

METRES = 111_320.0  # in a degree of latitude
_GRID_M = 0.0001


def polygonal(shapes: Shapes) -> Shapes:
    """Return the areas of shapes: lines and points that a cut leaves beside them are dropped."""
    odd = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), (3, 6)))
    if not len(odd):
        return shapes
    outer, place = shapely.get_parts(shapes[odd], return_index=True)
    parts, inner = shapely.get_parts(outer, return_index=True)
    flat = shapely.get_type_id(parts) == 3
    shapes = shapes.copy()
    shapes[odd] = shapely.Polygon()
    held, whose = np.unique(odd[place[inner[flat]]], return_inverse=True)
    if len(held):
        shapes[held] = shapely.multipolygons(parts[flat], indices=whose)
    return shapes


def perimeters(shapes: Shapes) -> Numbers:
    """Return the length of all rings of shapes in degrees, in metres (within 1 %)."""
    parts, part = shapely.get_parts(shapes, return_index=True)
    rings, inner = shapely.get_rings(parts, return_index=True)
    return _lengths(rings, part[inner], len(shapes))


def lengths(lines: Shapes) -> Numbers:
    """Return the length of lines in degrees, in metres (within 1 %)."""
    parts, whose = shapely.get_parts(lines, return_index=True)
    return _lengths(parts, whose, len(lines))


def _lengths(lines: Shapes, whose: Places, count: int) -> Numbers:
    found = np.zeros(count)
    points, line = shapely.get_coordinates(lines, return_index=True)
    if len(points):
        step = np.diff(points, axis=0)
        step[:, 0] *= np.cos(np.radians((points[1:, 1] + points[:-1, 1]) / 2))
        length = np.where(line[1:] == line[:-1], np.hypot(step[:, 0], step[:, 1]) * METRES, 0.0)
        found += np.bincount(whose[line[1:]], weights=length, minlength=count)
    return found


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane of metres for each of some shapes, true near its origin: cuts and buffers are made there."""

    west: Numbers
    south: Numbers

    @classmethod
    def at(cls, shapes: Shapes) -> "Plane":
        """Return the planes whose origins are the corners of shapes in degrees."""
        bounds = shapely.bounds(shapes)
        return cls(bounds[:, 0], bounds[:, 1])

    def of(self, places: Places) -> "Plane":
        """Return the planes of some of the shapes."""
        return Plane(self.west[places], self.south[places])

    def metres(self, shapes: Shapes) -> Shapes:
        """Return shapes in degrees, one for each plane, in metres."""
        points, index = shapely.get_coordinates(shapes, return_index=True)
        points[:, 0] = (points[:, 0] - self.west[index]) * METRES * np.cos(np.radians(self.south[index]))
        points[:, 1] = (points[:, 1] - self.south[index]) * METRES
        return np.asarray(shapely.set_coordinates(shapes.copy(), points), dtype=object)

    def degrees(self, shapes: Shapes) -> Shapes:
        """Return shapes in metres, one for each plane, in degrees."""
        points, index = shapely.get_coordinates(shapes, return_index=True)
        points[:, 0] = points[:, 0] / METRES / np.cos(np.radians(self.south[index])) + self.west[index]
        points[:, 1] = points[:, 1] / METRES + self.south[index]
        return np.asarray(shapely.set_coordinates(shapes.copy(), points), dtype=object)


def cut(how: Callable[..., Any], left: Shapes, right: Shapes) -> Shapes:
    """Return a union, difference or intersection in metres, row by row.

    Moving shapes from degrees to metres rounds their corners and may make a thin one
    invalid, which GEOS refuses for the whole table: then each row is cut by itself, and the refused one
    on a grid of a tenth of a millimetre, without what has no area.
    """
    try:
        return np.asarray(how(left, right), dtype=object)
    except shapely.GEOSException:
        found = np.full(len(left), None, dtype=object)
        found[:] = [_cut_one(how, one, two) for one, two in zip(left, right, strict=True)]
        return found


def _cut_one(how: Callable[..., Any], one: Any, two: Any) -> Any:
    try:
        return how(one, two)
    except shapely.GEOSException:
        # An earlier cut may leave a thin rest that is turned inside out: mending it would make an area of thousands of
        # square metres of it, a buffer of nothing leaves what has an area.
        sound = shapely.set_precision(shapely.buffer(np.array([one, two], dtype=object), 0), _GRID_M)
        return how(*sound, grid_size=_GRID_M)
