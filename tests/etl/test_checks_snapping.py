"""Gaps and overlaps closed within the tolerance, on request: by hand on squares of fifty metres."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box
from sqlalchemy import text

from data.session import engine
from etl import snapping
from etl.checks import topology
from etl.checks.limits import packaged
from etl.drawn import Drawn
from etl.geometry import areas
from etl.importer import run
from etl.options import ImportOptions

EAST, NORTH = 1 / 84_137.0, 1 / 111_048.0  # a metre in degrees at 41 N


def metres(*shapes):
    return np.array(
        [shapely.transform(s, lambda p: p * [EAST, NORTH] + [121.0, 41.0]) for s in shapes], dtype=object
    )


def pairs(shapes, least=0.0):
    drawn = Drawn.of(shapes)
    return [topology.overlaps(drawn, least), topology.gaps(drawn, 0.5, least)]


def snapped(shapes, **limits):
    places, moved = snapping.proposals(Drawn.of(shapes), pairs(shapes), packaged() | limits, 100)
    after = shapes.copy()
    after[places] = moved
    return places.tolist(), after


def test_a_gap_is_closed():
    # 0.3 m of 50 m: the second square, 49.7 m wide, becomes 50 m wide: 15 m2 of 2,485, 0.6 %.
    shapes = metres(box(0, 0, 50, 50), box(50.3, 0, 100, 50))
    places, after = snapped(shapes)
    assert places == [1]
    assert areas(after) == pytest.approx([2500, 2500], rel=2e-3)
    shared, between = pairs(after)
    assert not len(shared.first) and not len(between.first)
    assert shapely.equals_exact(after[0], shapes[0])


def test_an_overlap_is_drawn_back():
    shapes = metres(box(0, 0, 50, 50), box(49.8, 0, 100, 50))
    places, after = snapped(shapes)
    assert places == [1]
    shared, between = pairs(after)
    assert not len(shared.first) and not len(between.first)


def test_corners_of_the_neighbour_are_taken_over():
    # The first has a corner 0.2 m out in the middle of its side; the second has none there.
    first = Polygon([(0, 0), (50, 0), (50.2, 25), (50, 50), (0, 50)])
    shapes = metres(first, box(50.3, 0, 100, 50))
    _, after = snapped(shapes)
    shared, between = pairs(after)
    assert not len(shared.first) and not len(between.first)
    assert shapely.get_num_coordinates(after[1]) == 6


@pytest.mark.parametrize(
    "limits",
    [
        {"snap_m": 0},  # nothing may move
        {"snap_m": 0.2},  # the gap is wider
        {"snap_share": 0.005},  # 0.6 % is more than half a percent
    ],
)
def test_what_the_tolerance_does_not_allow_is_not_proposed(limits):
    shapes = metres(box(0, 0, 50, 50), box(50.3, 0, 100, 50))
    places, after = snapped(shapes, **limits)
    assert places == [] and shapely.equals_exact(after, shapes).all()


offsets = st.floats(-0.45, 0.45).map(lambda n: round(n, 2))


@given(st.lists(st.tuples(offsets, offsets), min_size=4, max_size=4))
@settings(max_examples=60, deadline=None)
def test_snapping_keeps_shapes_valid_and_their_area_within_the_tolerance(moves):
    # Four squares around one corner, each drawn a little off.
    corners = [(0, 0), (50, 0), (0, 50), (50, 50)]
    squares = [
        box(x + dx, y + dy, x + dx + 50, y + dy + 50) for (x, y), (dx, dy) in zip(corners, moves, strict=True)
    ]
    shapes = metres(*squares)
    _, after = snapped(shapes)
    assert shapely.is_valid(after).all()
    before_m2, after_m2 = areas(shapes), areas(after)
    assert (abs(after_m2 - before_m2) <= packaged()["snap_share"] * before_m2 + 1e-6).all()


def test_a_delivery_is_snapped_only_on_request(empty_database, tmp_path):
    code = "210711001001GB{:05d}"
    shapes = metres(box(0, 0, 50, 50), box(50.3, 0, 100, 50))
    gpd.GeoDataFrame({"parcel_code": [code.format(1), code.format(2)]}, geometry=shapes, crs=4490).to_file(
        tmp_path / "parcel.gpkg", layer="parcel"
    )
    plain = run([tmp_path / "parcel.gpkg"], ImportOptions(publish=True))
    assert plain.layers[0].issues["GAP"] == 1 and "SNAPPED" not in plain.layers[0].issues
    asked = run([tmp_path / "parcel.gpkg"], ImportOptions(publish=True, repairs=("SNAP",)))
    assert "GAP" not in asked.layers[0].issues and asked.layers[0].issues["SNAPPED"] == 1
    with engine().connect() as connection:
        found = connection.execute(
            text(
                "SELECT row_no, supplier_key, chosen, after_m2 > before_m2 FROM repair WHERE kind = 'SNAP' ORDER BY repair_id"
            )
        ).all()
        ((extra, m2),) = connection.execute(
            text("SELECT extra, drawn_area_m2 FROM parcel WHERE parcel_code = :c AND upper_inf(known)"),
            {"c": code.format(2)},
        )
    assert [tuple(row) for row in found] == [
        (2, code.format(2), False, True),
        (2, code.format(2), True, True),
    ]
    assert extra["delivered_geometry"].startswith("EPSG:4490;MULTIPOLYGON") and float(m2) == pytest.approx(
        2500, rel=2e-3
    )
    # Taking the choice back brings the delivered shape back.
    again = run([tmp_path / "parcel.gpkg"], ImportOptions(publish=True, repairs=()))
    assert again.changes["parcel"]["changed"] == 1
