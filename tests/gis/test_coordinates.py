"""Typed pairs of numbers as places. A parcel near Jinzhou: 41.1 N, 121.1 E."""

import pytest

from gis.coordinates import readings

# Gauss-Krueger by the series of the meridian arc on the CGCS2000 ellipsoid, worked out apart from the projection
# library: at 41.1 N, 1.1 degrees east of 120 E the northing is about 4,552,300 m and the easting 592,400 m.


@pytest.mark.parametrize(
    "text",
    ["121.1,41.1", "41.1 121.1", "41.1°N 121.1°E", "41.1，121.1"],
)
def test_degrees_in_any_order(text: str) -> None:
    (found,) = readings(text, [120])
    assert (found.lon, found.lat, found.meridian) == (121.1, 41.1, None)


def test_metres_without_the_zone_have_a_reading_for_each_meridian() -> None:
    # 500,000 m is the central meridian itself, so the longitude is that of the zone, whatever the northing.
    found = readings("X=4548321.37 Y=500000.00", [120, 123])
    assert [(round(one.lon, 9), one.meridian) for one in found] == [(120.0, 120), (123.0, 123)]
    # A meridian is 111.0 to 111.1 km a degree here: 4,548,321 m lie between 40.9 and 41.1 degrees.
    assert all(40.9 < one.lat < 41.1 for one in found)


def test_the_number_of_the_zone_decides() -> None:
    # Zone 41 has the meridian 3 x 41 = 123.
    (found,) = readings("4548321.37, 41500000", [120])
    assert (round(found.lon, 9), found.meridian) == (123.0, 123)


@pytest.mark.parametrize(
    "text", ["", "210711012001 GB00117", "GB00117", "121.1", "1 2 3", "12 34", "合同 2021 7"]
)
def test_other_text_is_no_place(text: str) -> None:
    assert readings(text, [120, 123]) == []
