"""Tile grids as data: where tile z/x/y lies, and how fine it is on the ground.

Rows count downwards from the top left corner, tiles are square, each level
halves the resolution.

``WebMercatorQuad``
    EPSG:3857, the numbering of the OGC grid of that name and of the ``_w`` sets
    of 天地图.
``CGCS2000Quad``
    EPSG:4490, longitude before latitude, the numbering of the ``_c`` sets of
    天地图: level 1 is two tiles of 180 degrees side by side (level 0 would be half empty).
``GK40``, ``GK41``
    CGCS2000 3-degree Gauss-Krueger with the zone's number before the easting
    (EPSG:4528 and 4529), so that a coordinate states its zone and the two grids
    can't be mistaken for each other. Level 0 is 4096 m/px; level 12 is 1 m/px.
"""

import math
from dataclasses import dataclass
from typing import Final

from gis.errors import LandStockError

TILE_PX: Final = 256
_SEMI_MAJOR_M: Final = 6_378_137.0  # of WGS 84 and of the CGCS2000 ellipsoid
_DEGREE_M: Final = math.pi * _SEMI_MAJOR_M / 180
_HALF_WORLD_M: Final = math.pi * _SEMI_MAJOR_M

Box = tuple[float, float, float, float]


class NoSuchTile(LandStockError):
    """A tile of an unknown grid, or outside of it, was asked for."""

    code = "no-such-tile"


@dataclass(frozen=True, slots=True)
class Grid:
    """One tile grid. Units are those of its coordinate system (m, or degrees for EPSG:4490)."""

    name: str
    srid: int
    left: float
    top: float
    resolution0: float  # units per pixel at level 0
    columns0: int
    rows0: int  # at level 0; more than fits the last tile where the grid is wider than high
    bottom: float
    max_zoom: int

    def resolution(self, z: int) -> float:
        """Return units of the coordinate system per pixel."""
        return self.resolution0 / (1 << z)

    def bounds(self, z: int, x: int, y: int) -> Box:
        """Return left, bottom, right, top of a tile in the grid's units.

        Raises
        ------
        NoSuchTile
            The tile is not in the grid.
        """
        span = self.resolution(z) * TILE_PX if 0 <= z <= self.max_zoom else 0.0
        inside = span > 0 and 0 <= x < self.columns0 * 2**z and y >= 0 and self.top - y * span > self.bottom
        if not inside:
            raise NoSuchTile(
                f"There is no tile {z}/{x}/{y} in the grid {self.name}; levels are 0 to {self.max_zoom}, "
                f"columns 0 to {self.columns0} x 2^z - 1.",
                f"格网 {self.name} 中没有瓦片 {z}/{x}/{y}；级别为 0 至 {self.max_zoom}，"
                f"列号为 0 至 {self.columns0} x 2^z - 1。",
            )
        left, top = self.left + x * span, self.top - y * span
        return left, top - span, left + span, top

    def ground_resolution(self, z: int, x: int, y: int) -> float:
        """Return metres on the ground per pixel in the middle of a tile, from north to south."""
        _, bottom, _, top = self.bounds(z, x, y)
        middle = (bottom + top) / 2
        if self.srid == 4490:
            return self.resolution(z) * _DEGREE_M
        if self.srid == 3857:  # the projection stretches by 1 / cos(latitude) = cosh(northing / a)
            return self.resolution(z) / math.cosh(middle / _SEMI_MAJOR_M)
        return self.resolution(z)  # a 3-degree zone is true to 4 in 10,000


def _zone(number: int, srid: int) -> Grid:
    """Return the grid of a 3-degree zone: 1,048,576 m wide around it, from 6,000 km north to the equator."""
    return Grid(
        name=f"GK{number}", srid=srid, left=number * 1_000_000.0, top=6_000_000.0, resolution0=4096.0,
        columns0=1, rows0=6, bottom=0.0, max_zoom=16,
    )  # fmt: skip


GRIDS: Final[dict[str, Grid]] = {
    grid.name: grid
    for grid in (
        Grid(
            name="WebMercatorQuad", srid=3857, left=-_HALF_WORLD_M, top=_HALF_WORLD_M,
            resolution0=2 * _HALF_WORLD_M / TILE_PX, columns0=1, rows0=1, bottom=-_HALF_WORLD_M, max_zoom=20,
        ),
        Grid(
            name="CGCS2000Quad", srid=4490, left=-180.0, top=90.0,
            resolution0=360.0 / TILE_PX, columns0=1, rows0=1, bottom=-90.0, max_zoom=20,
        ),
        _zone(40, 4528),
        _zone(41, 4529),
    )
}  # fmt: skip


def grid(name: str) -> Grid:
    """Return a grid by its name.

    Raises
    ------
    NoSuchTile
        There is no grid of that name.
    """
    if name not in GRIDS:
        raise NoSuchTile(
            f"There is no tile grid {name!r}; the grids are {', '.join(GRIDS)}.",
            f"没有瓦片格网 {name!r}；可用格网：{'、'.join(GRIDS)}。",
        )
    return GRIDS[name]
