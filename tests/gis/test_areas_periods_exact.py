"""Areas on the ellipsoid, periods of years, exact figures."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from gis import areas
from gis.areas import area_m2
from gis.errors import WrongCRS
from gis.exact import decimal_text, figure, half_up, plain, reaches_share
from gis.periods import anniversary, temporary_use_deadline, temporary_use_over
from tests.gis.makers import RULE


def parks(latitude: float, size: float) -> list[shapely.Polygon]:
    """Irregular five- to eight-cornered shapes, ``size`` degrees across, on both sides of 121.5 E."""
    made = []
    for corners in range(5, 9):
        turn = np.linspace(0, 2 * np.pi, corners, endpoint=False) + corners
        reach = size / 2 * (0.7 + 0.3 * np.cos(3 * turn))
        x = 121.5 + reach * np.cos(turn) / np.cos(np.radians(latitude))
        made.append(shapely.Polygon(np.column_stack([x, latitude + reach * np.sin(turn)])))
    return made


@pytest.mark.parametrize("latitude", [26.3, 40.75, 41.5, 53.2])
@pytest.mark.parametrize("size", [0.001, 0.01, 0.06])  # a plant, a park of 1 km, a park of 6 km
def test_area_agrees_with_the_geodesic_area_to_one_ppm(latitude, size):
    ellipsoid = pyproj.Geod(a=6378137, rf=298.257222101)  # CGCS2000
    shapes = parks(latitude, size)
    found = area_m2(gpd.GeoSeries(shapes, crs=4490)).to_numpy()
    true = np.array([abs(ellipsoid.geometry_area_perimeter(shape)[0]) for shape in shapes])
    assert np.abs(found / true - 1).max() < 1e-6


def test_area_does_not_depend_on_the_neighbours():
    shapes = gpd.GeoSeries([*parks(41.5, 0.01), *parks(26.3, 0.01)], crs=4490)
    alone = [area_m2(shapes.iloc[[n]]).iloc[0] for n in range(len(shapes))]
    assert area_m2(shapes).tolist() == alone


def test_missing_and_empty_shapes():
    found = area_m2(gpd.GeoSeries([None, shapely.Polygon()], crs=4490))
    assert np.isnan(found.iloc[0])
    assert found.iloc[1] == 0
    assert len(area_m2(gpd.GeoSeries([], crs=4490))) == 0


@pytest.mark.parametrize("crs", [4326, 4549, None])
def test_other_systems_are_refused(crs):
    with pytest.raises(WrongCRS, match="4490"):
        area_m2(gpd.GeoSeries([shapely.Point(1, 1)], crs=crs))


@pytest.mark.parametrize(
    ("start", "years", "last"),
    [  # the counting table of the rule
        ("2022-03-15", 1, "2023-03-15"), ("2022-03-15", 2, "2024-03-15"),
        ("2023-05-31", 1, "2024-05-31"), ("2023-05-31", 2, "2025-05-31"),
        ("2024-02-29", 1, "2025-02-28"), ("2024-02-29", 2, "2026-02-28"), ("2024-02-29", 4, "2028-02-29"),
        ("2023-02-28", 1, "2024-02-28"), ("2023-02-28", 2, "2025-02-28"),
    ],
)  # fmt: skip
def test_counting_table(start, years, last):
    days = np.array([start, "NaT"], dtype="datetime64[D]")
    assert np.datetime_as_string(anniversary(days, years)).tolist() == [last, "NaT"]
    on = dt.date.fromisoformat(last)
    assert (anniversary(days, years) < np.datetime64(on)).tolist() == [False, False]
    assert (anniversary(days, years) < np.datetime64(on + dt.timedelta(1))).tolist() == [True, False]


def test_t24_temporary_use():
    # Arranged on 1 Sep 2023: two years end with 1 Sep 2025.
    arranged = dt.date(2023, 9, 1)
    assert temporary_use_deadline(arranged, RULE) == dt.date(2025, 9, 1)
    assert not temporary_use_over(arranged, RULE, dt.date(2025, 9, 1))
    assert temporary_use_over(arranged, RULE, dt.date(2025, 9, 2))


def test_a_third_is_a_third():
    third = Fraction(1, 3)
    assert reaches_share(Decimal("33.34"), Decimal("100"), third)  # 3 x 33.34 = 100.02
    assert not reaches_share(Decimal("33.33"), Decimal("100"), third)  # 99.99


def test_figures_as_text():
    assert plain(Decimal("2500.000")) == "2500"
    assert plain(Decimal("1E+2")) == "100"
    assert plain(Fraction(2, 3)) == "0.666667"
    assert plain(Decimal("-0.00")) == "0"
    assert half_up(Fraction(1, 2), 0) == 1
    assert decimal_text(Fraction("17001.27")) == "17001.27"
    assert figure(2499.99) == Decimal("2499.99")
    assert figure(float("nan")) is None


def test_areas_of_rings_are_those_of_shapes_on_the_plane():
    # Holes are taken off, parts are added, an empty part adds nothing, the direction of a ring does not matter.
    square = shapely.box(121.0, 41.0, 121.01, 41.01)
    holed = square.difference(shapely.box(121.002, 41.002, 121.004, 41.004))
    two = shapely.MultiPolygon([holed, shapely.box(121.02, 41.02, 121.03, 41.03)])
    found = [square, square.reverse(), holed, holed.reverse(), two, shapely.Polygon(), shapely.MultiPolygon()]
    on_plane = [0.0 if s.is_empty else shapely.area(areas.to_plane([s], 410))[0] for s in found]
    measured = areas.measure(np.array(found, dtype=object))
    assert measured == pytest.approx(on_plane, rel=1e-12)
    assert measured[2] == pytest.approx(measured[0] * 0.96, rel=1e-4)  # 1/25 of the square is the hole


def test_shapes_of_other_kinds_beside_polygons_are_measured_too():
    square = shapely.box(121.0, 41.0, 121.01, 41.01)
    both = areas.measure(
        np.array([square, shapely.Point(121, 41), None, shapely.GeometryCollection([square])], dtype=object)
    )
    alone = areas.measure(np.array([square], dtype=object))[0]
    assert both[[0, 1, 3]] == pytest.approx([alone, 0, alone], rel=1e-12) and np.isnan(both[2])
