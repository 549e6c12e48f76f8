"""Tile grids, against tiles worked out by hand."""

import math

import pytest

from maps import grids

CASES = [
    # Level 1, second column, first row: the north-eastern quarter of the world.
    ("WebMercatorQuad", 1, 1, 0, (0.0, 0.0, 20037508.342789, 20037508.342789)),
    # 2^10 columns of 360/1024 = 0.3515625 degrees; column 856 begins at 856 x 0.3515625 - 180 = 120.9375 E,
    # which is 120.9375 x 111319.490793 m = 13462700.918 m; the next at 121.2890625 E.
    ("WebMercatorQuad", 10, 856, 382, (13462700.918, 5048512.844, 13501836.676, 5087648.603)),
    # Level 1 of the c sets of the national map: two tiles of 180 degrees.
    ("CGCS2000Quad", 1, 0, 0, (-180.0, -90.0, 0.0, 90.0)),
    # The same columns as in web Mercator; row 139 begins at 90 - 139 x 0.3515625 = 41.1328125 N.
    ("CGCS2000Quad", 10, 856, 139, (120.9375, 40.78125, 121.2890625, 41.1328125)),
    # Level 12 is 1 m/px, so a tile is 256 m. Easting 40,586,377 is 586,377 m from the origin: column 2290
    # (2290 x 256 = 586,240). Northing 4,556,862 is 1,443,138 m below 6,000 km: row 5637 (1,443,072).
    ("GK40", 12, 2290, 5637, (40586240.0, 4556672.0, 40586496.0, 4556928.0)),
    # The same place in numbers of the neighbouring zone carries its own prefix.
    ("GK41", 12, 2290, 5637, (41586240.0, 4556672.0, 41586496.0, 4556928.0)),
]


@pytest.mark.parametrize(("name", "z", "x", "y", "expected"), CASES)
def test_bounds_of_a_tile(name, z, x, y, expected):
    assert grids.grid(name).bounds(z, x, y) == pytest.approx(expected, abs=0.01)


def test_resolution_on_the_ground():
    # Web Mercator is stretched by 1 / cos(latitude): at the equator 2 pi a / 256, half of it at 60 degrees.
    mercator = grids.grid("WebMercatorQuad")
    assert mercator.ground_resolution(0, 0, 0) == pytest.approx(2 * math.pi * 6378137 / 256)
    # Row 297 of level 10 holds 60 N: its middle is asinh(tan 60) = 1.31696 of pi from the equator.
    row = int((1 - math.asinh(math.tan(math.radians(60))) / math.pi) / 2 * 1024)
    assert mercator.ground_resolution(10, 0, row) == pytest.approx(152.874 / 2, rel=0.005)
    # 180 degrees over 256 pixels, a degree of the meridian being 111,319.49 m on the sphere used.
    assert grids.grid("CGCS2000Quad").ground_resolution(1, 0, 0) == pytest.approx(
        180 / 256 * 111319.49, rel=1e-6
    )
    assert grids.grid("GK41").ground_resolution(14, 0, 0) == 0.25


@pytest.mark.parametrize(
    ("name", "z", "x", "y"),
    [
        ("WebMercatorQuad", 1, 2, 0),  # two columns only
        ("WebMercatorQuad", 1, 0, 2),
        ("WebMercatorQuad", 21, 0, 0),  # finer than the last level
        ("WebMercatorQuad", 3, -1, 0),
        ("CGCS2000Quad", 1, 0, 1),  # below the south pole
        ("GK40", 0, 0, 6),  # south of the equator: rows 0 to 5 of 1,048,576 m cover 6,000 km
        ("GK42", 0, 0, 0),  # no such zone here
    ],
)
def test_a_tile_outside_is_refused(name, z, x, y):
    with pytest.raises(grids.NoSuchTile):
        grids.grid(name).bounds(z, x, y)
