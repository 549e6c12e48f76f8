"""Cutting land: lines across polygons, pieces of an exact area, blocks into plots."""

import math
import random
from collections.abc import Iterator

import shapely
from shapely import Polygon, affinity
from shapely.geometry.base import BaseGeometry

FAR = 20_000.0  # metres: longer than any park
SMALLEST_M2 = 3_000.0
DEEPEST_M = 420.0  # a block this wide is parted again before it gets its two rows
SQUAREST = 0.46  # narrowest frontage of a plot, as a share of its depth
SLIMMEST = 0.33  # 4 pi area / perimeter squared: below it a piece is a verge, not a plot


def polygons(shape: BaseGeometry) -> list[Polygon]:
    """Return the polygons of a shape, largest first."""
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon) and part.area > 1]
    return sorted(parts, key=lambda part: (-round(part.area, 3), part.bounds))


def long_axis(shape: BaseGeometry) -> tuple[float, float, float]:
    """Return angle (radians), length and width (metres) of the box that fits a shape best."""
    box = shapely.minimum_rotated_rectangle(shape)
    (ax, ay), (bx, by), (cx, cy) = box.exterior.coords[:3]
    first, second = math.dist((ax, ay), (bx, by)), math.dist((bx, by), (cx, cy))
    if first >= second:
        return _upright(math.atan2(by - ay, bx - ax)), first, second
    return _upright(math.atan2(cy - by, cx - bx)), second, first


def _upright(angle: float) -> float:
    """Return the same direction with an angle in (-90, 90] degrees, so that runs agree."""
    turned = math.remainder(angle, math.pi)
    return turned + math.pi if turned <= -math.pi / 2 + 1e-9 else turned


def cut(shape: BaseGeometry, angle: float, share: float) -> tuple[BaseGeometry, BaseGeometry]:
    """Cut a shape across a direction, at a share of its extent along that direction."""
    turned = affinity.rotate(shape, -angle, origin=(0, 0), use_radians=True)
    west, south, east, north = turned.bounds
    at = west + share * (east - west)
    side = shapely.box(west - FAR, south - FAR, at, north + FAR)
    side = affinity.rotate(side, angle, origin=(0, 0), use_radians=True)
    return shape.intersection(side), shape.difference(side)


def carve(shape: BaseGeometry, angle: float, area_m2: float) -> tuple[BaseGeometry, BaseGeometry]:
    """Cut a piece of a given area off a shape; the rest comes second."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if cut(shape, angle, middle)[0].area < area_m2 else (low, middle)
    return cut(shape, angle, (low + high) / 2)


def usable(piece: Polygon) -> bool:
    """Say whether a piece is a plot: large enough and not a strip."""
    round_ = 4 * math.pi * piece.area / piece.length**2
    return bool(piece.area >= SMALLEST_M2 and round_ >= SLIMMEST)


def _row(row: Polygon, plot_m2: float, angle: float, rng: random.Random) -> Iterator[Polygon]:
    """Part a row of a block into neighbouring plots that face the street."""
    rest: BaseGeometry = row
    while rest.area > 1.55 * plot_m2:
        piece, rest = carve(rest, angle, plot_m2 * rng.uniform(0.65, 1.45))
        if rest.area < 0.45 * plot_m2:
            piece, rest = piece.union(rest), Polygon()
        yield from polygons(piece)
    yield from polygons(rest)


def rows(block: Polygon, plot_m2: float, rng: random.Random) -> list[Polygon]:
    """Part a block into two rows of plots back to back (one row if it is narrow)."""
    angle, _, width = long_axis(block)
    if width < 1.5 * math.sqrt(plot_m2):
        return list(_row(block, max(plot_m2, SQUAREST * width**2), angle, rng))
    pieces = cut(block, angle + math.pi / 2, rng.uniform(0.42, 0.58))
    if width > DEEPEST_M:
        return [plot for piece in pieces for part in polygons(piece) for plot in rows(part, plot_m2, rng)]
    wanted = max(plot_m2 * rng.uniform(0.8, 1.25), SQUAREST * (width / 2) ** 2)
    return [plot for piece in pieces for part in polygons(piece) for plot in _row(part, wanted, angle, rng)]


def halves(block: Polygon, plot_m2: float, rng: random.Random) -> list[Polygon]:
    """Part a block by halving the longer side again and again, as large works are cut out."""
    if block.area < 1.5 * plot_m2:
        return [block]
    angle, _, _ = long_axis(block)
    pieces = cut(block, angle, rng.uniform(0.36, 0.64))
    return [plot for piece in pieces for part in polygons(piece) for plot in halves(part, plot_m2, rng)]
