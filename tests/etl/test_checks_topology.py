"""Shapes against shapes, with numbers worked out by hand on squares of ten metres."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from etl.checks import tiles, topology
from etl.checks.duplicates import same_shapes
from etl.checks.plane import cut
from etl.checks.shapes import check_overlaps
from etl.drawn import Drawn
from etl.issues import Findings
from etl.work import Work

LON, LAT = 121.0, 41.0
# One metre in degrees at 41 N on the ellipsoid: 111,048 m a degree of latitude, 84,137 m one of longitude.
EAST, NORTH = 1 / 84_137.0, 1 / 111_048.0


def metres(*shapes):
    """Shapes in metres east and north of a point near Jinzhou, as degrees."""
    return np.array(
        [shapely.transform(s, lambda p: p * [EAST, NORTH] + [LON, LAT]) for s in shapes], dtype=object
    )


def found(shapes, overlap_m2=0.0, gap_width_m=0.5, gap_m2=0.0):
    drawn = Drawn.of(shapes)
    return topology.overlaps(drawn, overlap_m2), topology.gaps(drawn, gap_width_m, gap_m2)


def test_overlap_by_half_a_metre():
    # 0.5 m of a side of 10 m: 5 m2.
    shared, _ = found(metres(box(0, 0, 10, 10), box(9.5, 0, 19.5, 10)))
    assert (shared.first.tolist(), shared.second.tolist()) == ([0], [1])
    assert shared.area_m2 == pytest.approx([5.0], rel=2e-3)
    # The point lies in the strip, not just in the row.
    (x,), (y,) = shapely.get_x(shared.points) - LON, shapely.get_y(shared.points) - LAT
    assert 9.5 <= x / EAST <= 10 and 0 <= y / NORTH <= 10


def test_tolerance_of_an_overlap_at_zero_and_above():
    # 1 mm of 10 m: 0.01 m2. At zero it is said, above it not.
    shapes = metres(box(0, 0, 10, 10), box(9.999, 0, 20, 10))
    assert found(shapes, overlap_m2=0.0)[0].area_m2 == pytest.approx([0.01], rel=0.01)
    assert not len(found(shapes, overlap_m2=1.0)[0].first)
    # 5 m2 against a tolerance of 4 and of 6.
    shapes = metres(box(0, 0, 10, 10), box(9.5, 0, 19.5, 10))
    assert len(found(shapes, overlap_m2=4.0)[0].first) == 1
    assert not len(found(shapes, overlap_m2=6.0)[0].first)


def test_one_inside_the_other_and_the_same_twice():
    # 2 x 2 m inside; and the same square again: 100 m2.
    shared, _ = found(metres(box(0, 0, 10, 10), box(4, 4, 6, 6), box(0, 0, 10, 10)))
    assert list(zip(shared.first, shared.second, strict=True)) == [(0, 1), (0, 2), (1, 2)]
    assert shared.area_m2 == pytest.approx([4, 100, 4], rel=2e-3)


def test_a_large_parcel_over_a_whole_block():
    # A block of 2 x 2 squares that meet exactly, and two halves drawn over it that meet exactly too: each edge has
    # its neighbour's, and yet each half shares 2 x 100 m2 with the squares below it.
    block = [box(x, y, x + 10, y + 10) for x in (0, 10) for y in (0, 10)]
    shared, _ = found(metres(*block, box(0, 0, 10, 20), box(10, 0, 20, 20)))
    assert list(zip(shared.first, shared.second, strict=True)) == [(0, 4), (1, 4), (2, 5), (3, 5)]
    assert shared.area_m2 == pytest.approx([100] * 4, rel=2e-3)
    # The line between the halves goes through the squares: 5 m of the one, 5 m of the other.
    shared, _ = found(metres(*block, box(0, 0, 5, 20), box(5, 0, 20, 20)))
    assert list(zip(shared.first, shared.second, strict=True)) == [
        (0, 4),
        (0, 5),
        (1, 4),
        (1, 5),
        (2, 5),
        (3, 5),
    ]


def test_neighbours_that_meet_are_clean():
    # A whole edge, half an edge (a corner in the middle of the other's side), a corner.
    shapes = metres(box(0, 0, 10, 10), box(10, 0, 20, 5), box(10, 5, 20, 10), box(20, 10, 30, 20))
    shared, between = found(shapes)
    assert not len(shared.first) and not len(between.first)


def test_gap_by_its_width():
    # 0.3 m between two sides of 10 m: 3 m2, closed by no one at its ends.
    shapes = metres(box(0, 0, 10, 10), box(10.3, 0, 20, 10))
    _, between = found(shapes)
    assert (between.first.tolist(), between.second.tolist()) == ([0], [1])
    assert between.area_m2 == pytest.approx([3.0], rel=2e-3)
    # The mean width is twice the area by the border: 2 x 3 / 20.6.
    assert between.width_m == pytest.approx([6 / 20.6], rel=0.01)
    assert 10 < (shapely.get_x(between.points[0]) - LON) / EAST < 10.3
    # At a tolerance of zero nothing is looked for; 0.2 m is narrower than the gap; 4 m2 more than its area.
    assert not len(found(shapes, gap_width_m=0.0)[1].first)
    assert not len(found(shapes, gap_width_m=0.2)[1].first)
    assert not len(found(shapes, gap_m2=4.0)[1].first)


def test_gap_that_opens_like_a_wedge():
    # 0 m at the bottom, 0.4 m at the top of 10 m: half of 0.4 x 10 = 2 m2.
    wedge = shapely.Polygon([(10, 0), (20, 0), (20, 10), (10.4, 10)])
    _, between = found(metres(box(0, 0, 10, 10), wedge))
    assert between.area_m2 == pytest.approx([2.0], rel=0.01)


def test_a_street_and_a_street_corner_are_no_gaps():
    corner = shapely.Polygon([(10, 0), (20, 0), (20, 10)])  # meets the first in one point, at 45 degrees
    shapes = metres(box(0, 0, 10, 10), corner, box(0, 16, 10, 26))
    assert not len(found(shapes)[1].first)


def test_a_third_parcel_fills_the_gap():
    # 0.3 m wide, but somebody's: a sliver, no gap.
    shapes = metres(box(0, 0, 10, 10), box(10.3, 0, 20, 10), box(10, 0, 10.3, 10))
    assert not len(found(shapes)[1].first)


def test_slices_find_what_one_piece_finds(monkeypatch):
    # A field of 12 x 12 squares, every fifth moved by 0.3 m: overlaps east, gaps west of it.
    moved = [0.3 * (n % 5 == 0) for n in range(144)]
    squares = [
        box(10 * (n % 12) + m, 10 * (n // 12), 10 * (n % 12) + 10 + m, 10 * (n // 12) + 10)
        for n, m in enumerate(moved)
    ]
    shapes = metres(*squares)
    whole = found(shapes)
    monkeypatch.setattr(tiles, "SIZE", 20)
    monkeypatch.setattr(topology, "PAIRS", 7)
    parts = found(shapes)
    for one, other in zip(whole, parts, strict=True):
        assert one.first.tolist() == other.first.tolist()
        assert one.second.tolist() == other.second.tolist()
        np.testing.assert_allclose(one.area_m2, other.area_m2)
    assert len(whole[0].first) and len(whole[1].first)


def test_against_another_table():
    shared = topology.across(
        Drawn.of(metres(box(0, 0, 10, 10), box(50, 50, 60, 60))),
        metres(box(90, 0, 99, 9), box(9, 0, 20, 10)),
        0.0,
    )
    assert (shared.first.tolist(), shared.second.tolist()) == ([0], [1])
    assert shared.area_m2 == pytest.approx([10.0], rel=2e-3)  # 1 m of 10 m
    assert not len(topology.across(Drawn.of(metres(box(0, 0, 1, 1))), np.zeros(0, dtype=object), 0.0).first)


squares = st.tuples(
    st.integers(0, 60), st.integers(0, 60), st.sampled_from([5, 10, 20]), st.sampled_from([0, 0.2, 0.4])
).map(lambda s: box(s[0] + s[3], s[1], s[0] + s[2] + s[3], s[1] + s[2]))


@given(st.lists(squares, min_size=1, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_what_is_found_does_not_depend_on_the_order(shapes, random):
    order = list(range(len(shapes)))
    random.shuffle(order)

    def pairs(table, names):
        return [
            {
                (frozenset((names[a], names[b])), round(float(m2), 2))
                for a, b, m2 in zip(f.first, f.second, f.area_m2, strict=True)
            }
            for f in found(table, gap_m2=0.5)
        ]

    plain = metres(*shapes)
    assert pairs(plain, list(range(len(shapes)))) == pairs(plain[order], order)


@given(st.lists(squares, min_size=2, max_size=10))
@settings(max_examples=60, deadline=None)
def test_overlaps_are_those_of_plain_geometry(shapes):
    # Each pair by the formula for boxes: no pair is lost before it is cut.
    shared, _ = found(metres(*shapes), overlap_m2=0.5)
    expected = set()
    for a in range(len(shapes)):
        for b in range(a + 1, len(shapes)):
            if shapes[a].intersection(shapes[b]).area > 0.55:
                expected.add((a, b))
    assert expected <= set(zip(shared.first.tolist(), shared.second.tolist(), strict=True))


def work(shapes, layer="parcel", path="parcel.shp"):
    made = Work(path, layer, Findings(layer))
    made.shapes = Drawn.of(shapes)
    made.row_no = np.arange(1, len(shapes) + 1)
    made.keys = np.array([f"P{n}" for n in made.row_no], dtype=object)
    return made


def test_findings_name_both_rows_and_the_spot():
    one, two = (
        work(metres(box(0, 0, 10, 10))),
        work(metres(box(9, 0, 19, 10), box(19.3, 0, 30, 10)), path="b.shp"),
    )
    check_overlaps([one, two])
    assert not one.findings.items
    overlap, gap = two.findings.items
    assert (overlap.code, overlap.row_no, overlap.supplier_key, overlap.params["other"]) == (
        "OVERLAP",
        1,
        "P1",
        "P1",
    )
    assert overlap.params["area_m2"] == pytest.approx(10, rel=2e-3)
    assert (gap.code, gap.row_no, gap.params["other"]) == ("GAP", 2, "P1")
    assert overlap.point is not None and gap.point is not None


def test_same_shape_twice_is_said_once():
    square = box(0, 0, 10, 10)
    turned = shapely.Polygon([(10, 10), (0, 10), (0, 0), (10, 0)])  # the same, from another corner
    rows = work(metres(square, turned, box(0, 0, 10, 9)))
    assert same_shapes([rows]) == {(0, 1)}
    (issue,) = rows.findings.items
    assert (issue.code, issue.row_no, issue.params["other"]) == ("DUPLICATE_SHAPE", 2, "P1")


def test_a_needle_that_the_grid_folds_up_is_cut():
    # Left of an earlier cut: a strip of 37 m by 0.2 m along a street, 7.2 m², and a needle turned inside out beside it.
    strip = [(39.265497753110004, 18.85473674668816), (36.18885089206403, 0.7798764103429797),
             (36.168770051497475, 0.787712208385385), (35.98804699631065, 0.7798764103429789),
             (39.06469385735662, 18.85473674668816), (42.56390132361136, 36.851857415956026),
             (42.76082939029413, 36.83192325539253)]  # fmt: skip
    needle = [(18.001155708076556, -2.000057523072398e-17), (0.5870235570064442, 0.3006350484433034),
              (18.001155708076556, 0), (35.98804699631065, 0.7798764103429789)]  # fmt: skip
    hole = [(34.66401810710571, -45.856312875840786), (55.25804494556097, -47.722186139154296),
            (55.25804494556097, -6.449453851832321), (49.95293520645641, -4.669399646442685),
            (35.98804699631065, 0.7798764103429789)]  # fmt: skip
    left = shapely.MultiPolygon([shapely.Polygon(strip), shapely.Polygon(needle, [hole])])
    right = shapely.Polygon([(-4.288251656622449, -44.91319420167969), (-2.6061359139503706, -29.862317941449703),
                             (-2.4741481236816867, -14.664392855873132), (0, 0.3107693378794352),
                             (18.001155708076556, 0), (35.98804699631065, 0.7798764103429789),
                             (34.66401810710571, -45.856312875840786), (-0.3895755868326511, -44.87211894424945)])  # fmt: skip
    with pytest.raises(shapely.GEOSException):
        shapely.difference(left, right)
    (rest,) = cut(shapely.difference, np.array([left], dtype=object), np.array([right], dtype=object))
    assert rest.area == pytest.approx(shapely.Polygon(strip).area, rel=1e-3) == pytest.approx(7.24, rel=1e-3)
