"""The area that shapes cover in zones, by edges alone, against shapes cut by GEOS."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.areas import measure, to_plane
from gis.edge_pairs import fill
from gis.overlay import areas_inside, outlines
from gis.polygons import valid_polygons

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "real"
BAND = 410  # the plane that touches at 41°
published = pytest.mark.skipif(not REAL.is_dir(), reason=f"the published data are not at {REAL}")


def array(*shapes: Any) -> Any:
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found


def metres(west: float, south: float, width: float, height: float) -> Any:
    """A rectangle in degrees, some metres from 121.5 E, 41 N."""
    return shapely.box(121.5 + west / 84_000, 41 + south / 111_000,
                       121.5 + (west + width) / 84_000, 41 + (south + height) / 111_000)  # fmt: skip


def by_geos(layer: Any, zones: Any) -> Any:
    """The same areas from shapes that GEOS cuts on the plane of each zone, and joins where they overlap."""
    bounds = shapely.bounds(zones)
    bands = np.round((bounds[:, 1] + bounds[:, 3]) * 5)
    found = np.zeros(len(zones))
    for band in np.unique(bands[~np.isnan(bands)]).astype(int).tolist():
        here = np.flatnonzero(bands == band)
        places = valid_polygons(to_plane(zones[here], band))
        shapes = valid_polygons(to_plane(layer, band))
        shapely.prepare(shapes)
        zone, shape = shapely.STRtree(shapes).query(places, predicate="intersects")
        whole = shapely.covers(shapes[shape], places[zone])
        pieces = places[zone]
        pieces[~whole] = shapely.intersection(places[zone[~whole]], shapes[shape[~whole]])
        ends = np.searchsorted(zone, np.arange(len(here) + 1))
        several = np.diff(ends) > 1
        areas = np.bincount(zone, weights=shapely.area(pieces), minlength=len(here))
        for number in np.flatnonzero(several).tolist():
            areas[number] = shapely.area(shapely.union_all(pieces[ends[number] : ends[number + 1]]))
        found[here] = areas
    return found


# ---- by hand -----------------------------------------------------------------


def test_two_squares_that_share_a_corner_of_20_by_30_metres():
    zone, patch = metres(0, 0, 100, 100), metres(80, 70, 100, 100)
    whole, (found,) = areas_inside([array(patch)], array(zone))
    # 84 km and 111 km a degree are near, not exact: the share is 0.2 x 0.3, to the bow of the edges.
    assert found[0] / whole[0] == pytest.approx(0.06, abs=1e-6)
    assert whole[0] == pytest.approx(measure(array(zone))[0], rel=1e-12)


def test_overlapping_patches_count_once_and_a_hole_is_no_land():
    zone = metres(0, 0, 100, 100)
    ring = metres(0, 0, 100, 100).difference(metres(40, 40, 20, 20))
    twice = array(metres(0, 0, 60, 100), metres(40, 0, 60, 50))
    whole, (once, holed, nothing) = areas_inside(
        [twice, array(ring), array(metres(100, 0, 50, 50))], array(zone)
    )
    # 60 x 100 + 60 x 50 - 20 x 50 = 8,000; 10,000 - 400; a neighbour that only touches.
    assert [area / whole[0] for area in (once[0], holed[0])] == pytest.approx([0.8, 0.96], abs=2e-6)
    assert nothing[0] < 1e-5


def test_a_zone_within_a_patch_is_covered_to_the_last_digit():
    zone = array(metres(13, 7, 31, 57))
    whole, (found, doubled) = areas_inside(
        [array(metres(0, 0, 100, 100)), array(metres(0, 0, 100, 100), metres(1, 1, 99, 99))], zone
    )
    assert found[0] == pytest.approx(whole[0], rel=1e-12) and found[0] <= whole[0]
    assert doubled[0] == pytest.approx(whole[0], rel=1e-12) and doubled[0] <= whole[0]


def test_missing_empty_broken_and_flat_shapes():
    bow = shapely.Polygon([(121.5, 41), (121.502, 41.002), (121.502, 41), (121.5, 41.002)])
    zones = array(None, shapely.Polygon(), shapely.Point(121.5, 41), bow, metres(9, 9, 50, 50))
    whole, (found, none) = areas_inside([array(metres(0, 0, 500, 500)), array()], zones)
    assert whole[:3].tolist() == found[:3].tolist() == [0, 0, 0]
    assert found[3] == pytest.approx(whole[3], rel=1e-9) and whole[3] > 9_000  # two triangles, mended
    assert found[4] == pytest.approx(whole[4], rel=1e-12)
    assert none.tolist() == [0] * 5
    assert areas_inside([array(bow)], array())[0].tolist() == []


# ---- properties ----------------------------------------------------------------

places = st.integers(0, 400)
squares = st.builds(metres, places, places, st.integers(1, 300), st.integers(1, 300))


@st.composite
def stars(draw: Any) -> Any:
    """A polygon of 5 to 24 corners around a point, in one of four with a hole in it."""
    corners = draw(st.integers(5, 24))
    reach = np.array(draw(st.lists(st.integers(20, 200), min_size=corners, max_size=corners)))
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    x, y = draw(places), draw(places)
    outer = np.column_stack([121.5 + (x + reach * np.cos(turn)) / 84_000,
                             41 + (y + reach * np.sin(turn)) / 111_000])  # fmt: skip
    made = shapely.Polygon(outer)
    inner = metres(x - 5, y - 5, 10, 10)
    return made.difference(inner) if draw(st.integers(0, 3)) == 0 else made


def shared_by(one: Any, other: Any) -> float:
    """The kernel on a pair of polygons, as plain Python."""
    left, right = outlines(array(one), BAND)[0], outlines(array(other), BAND)[0]
    areas = np.zeros(1)
    fill(left, right, np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), areas)
    return float(areas[0])


@given(stars(), stars())
def test_a_pair_agrees_with_geos_and_either_way_round(one: Any, other: Any) -> None:
    drawn = valid_polygons(to_plane(array(one, other), BAND))
    expected = shapely.area(shapely.intersection(drawn[0], drawn[1]))
    found = shared_by(one, other)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-5)
    assert found == pytest.approx(shared_by(other, one), rel=1e-9, abs=1e-5)
    assert -1e-5 <= found <= min(shapely.area(drawn)) + 1e-5


@given(stars(), stars(), st.integers(0, 30), st.booleans())
def test_where_a_ring_begins_and_which_way_it_runs_says_nothing(
    one: Any, other: Any, turn: int, back: bool
) -> None:
    points = shapely.get_coordinates(one.exterior)[:-1]
    points = np.roll(points, turn, axis=0)[:: -1 if back else 1]
    turned = shapely.Polygon(points, [ring.coords for ring in one.interiors])
    assert shared_by(turned, other) == pytest.approx(shared_by(one, other), rel=1e-9, abs=1e-5)


@given(stars(), st.lists(squares, min_size=1, max_size=4))
def test_parts_of_a_zone_add_up_and_chunks_and_threads_change_nothing(zone: Any, patches: Any) -> None:
    layer = array(*patches)
    west, east = metres(-300, -300, 500, 1_100), metres(200, -300, 600, 1_100)
    halves = [shapely.intersection(zone, half) for half in (west, east)]
    zones = array(zone, *halves)
    whole, (found,) = areas_inside([layer], zones)
    # A new corner lies on the edge in degrees; on the plane that edge has a bow of up to 3 mm over 400 m.
    assert found[0] == pytest.approx(found[1] + found[2], abs=0.5)
    again = areas_inside([layer], zones, threads=1, chunk=1)
    assert again[0].tolist() == whole.tolist() and again[1][0].tolist() == found.tolist()
    assert ((found >= 0) & (found <= whole)).all()
    assert found == pytest.approx(by_geos(layer, zones), rel=1e-9, abs=1e-5)


# ---- published data --------------------------------------------------------------


def same(layer: Any, zones: Any) -> Any:
    """Compare with GEOS, to a billionth of the zone, and return the areas."""
    whole, (found,) = areas_inside([layer], zones)
    error = np.abs(found - by_geos(layer, valid_polygons(zones)))
    # Coordinates on the plane are rounded to nanometres, so a tiny zone is known to 1e-5 m2 only.
    assert (error <= np.maximum(1e-9 * whole, 1e-5)).all()
    assert np.allclose(whole, measure(valid_polygons(zones)), rtol=1e-10, atol=1e-7)
    return found


@published
@pytest.mark.parametrize("part", [1, 4])
def test_okinawa_parcels_in_the_built_up_areas_of_2010_and_2020(part: int) -> None:
    from tests.gis.test_ledger_real import layer

    parcels = gpd.read_file(REAL / f"jp-okinawa-city-parcels/okinawa_city_47211_part{part}.zip").to_crs(4490)
    zones = np.asarray(parcels.geometry.array, dtype=object)
    found = [same(valid_polygons(layer(year, "47").geometry.array), zones) for year in (2010, 2020)]
    assert all((areas > 0).sum() > 10_000 for areas in found)


@published
def test_a_cadastre_laid_over_itself_a_little_aside() -> None:
    rows = gpd.read_file(REAL / "fr-cadastre-epinay" / "cadastre-91216-parcelles.json")
    zones = np.asarray(rows.geometry.array, dtype=object)
    aside = valid_polygons(shapely.transform(zones, lambda points: points + np.array([1.3e-4, 0.7e-4])))
    found = same(aside, zones)
    assert (found > 0).sum() > 4_000
