"""Repairs of shapes: proposed with before and after, chosen or not, on the exact spot."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon
from sqlalchemy import text

from data.session import engine
from etl import geometry, repairs
from etl.checks.limits import packaged
from etl.errors import ImportUsage
from etl.importer import run
from etl.issues import Findings
from etl.mending import Mending
from etl.options import ImportOptions
from etl.readers.crs import Decision, parse
from etl.rings import find_open
from etl.work import Work

STORED = Decision(parse("EPSG:4490"), "DECLARED", False)
LON, LAT = 121.0, 41.0
EAST, NORTH = 1 / 84_137.0, 1 / 111_048.0  # a metre in degrees at 41 N


def degrees(points):
    return [(LON + x * EAST, LAT + y * NORTH) for x, y in points]


def wkb(points, holes=()):
    """A polygon as its bytes, closed or not: no library would write an open one."""
    rings = [points, *holes]
    body = b"".join(np.uint32(len(ring)).tobytes() + np.array(ring, dtype="<f8").tobytes() for ring in rings)
    return b"\x01" + np.uint32(3).tobytes() + np.uint32(len(rings)).tobytes() + body


def mend(delivered, kinds=None, format_="shp"):
    """Send delivered shapes through all steps; return shapes, which rows stay, and the work."""
    work = Work("parcel.shp", "parcel", Findings("parcel"))
    work.row_no = np.arange(1, len(delivered) + 1)
    texts = np.array(delivered, dtype=object)
    shapes = geometry.from_wkb(texts)
    mending = Mending(work, kinds)
    shapes = mending.close(texts, shapes)
    there = np.ones(len(delivered), dtype=bool)
    shapes, good = geometry.only_polygons(shapes, there, ~mending.still_open(), work.row_no, work.findings)
    raw, shapes = shapes, mending.tidy(shapes, good, format_)
    shapes, good = mending.store(shapes, good, raw, STORED, packaged())
    return shapes, good, work, mending


def codes(work):
    return [issue.code for issue in work.findings.items]


SQUARE = degrees([(0, 0), (0, 10), (10, 10), (10, 0), (0, 0)])  # clockwise, as a shapefile has it


def test_an_open_ring_is_closed_and_the_place_is_said():
    # The fourth side is missing: 10 m along the south, its middle at 5 m east.
    shapes, good, work, mending = mend([wkb(SQUARE), wkb(SQUARE[:-1])])
    assert good.tolist() == [True, True] and codes(work) == ["RING_CLOSED"]
    assert shapely.equals(shapes[0], shapes[1])
    (issue,) = work.findings.items
    assert issue.row_no == 2 and issue.params["missing_m"] == pytest.approx(10, rel=0.01)
    assert ((issue.point.x - LON) / EAST, (issue.point.y - LAT) / NORTH) == pytest.approx((5, 0), abs=0.01)
    found = work.repairs.joined()
    assert (found["kind"].tolist(), found["chosen"].tolist()) == (["CLOSE_RING"], [True])
    assert found["after_m2"][0] == pytest.approx(100, rel=2e-3) and np.isnan(found["before_m2"][0])
    assert found["before"][0].geom_type == "MultiLineString"
    assert mending.kept[1].startswith("MULTILINESTRING")


def test_an_open_ring_stays_out_where_closing_was_not_chosen():
    _, good, work, _ = mend([wkb(SQUARE), wkb(SQUARE[:-1])], kinds=())
    assert good.tolist() == [True, False] and codes(work) == ["RING_UNCLOSED"]
    assert work.repairs.joined()["chosen"].tolist() == [False]


def test_an_open_hole_and_a_text():
    hole = degrees([(4, 4), (6, 4), (6, 6), (4, 6)])
    shapes, good, work, _ = mend([wkb(SQUARE, [hole])])
    assert good.all() and codes(work) == ["RING_CLOSED"]
    assert geometry.areas(shapes)[0] == pytest.approx(96, rel=2e-3)  # 100 less 2 x 2
    texts = np.array(
        [
            "SRID=4490;POLYGON((0 0, 0 1, 1 1))",
            "POLYGON((0 0, 0 1))",
            "POINT(1 1)",
            "POLYGON((a b, c d, e f))",
        ],
        dtype=object,
    )
    opened = find_open(texts, np.full(4, None, dtype=object))
    assert opened.places.tolist() == [0]
    assert not len(find_open(texts[:0], texts[:0]).places)
    assert shapely.equals(opened.closed[0], Polygon([(0, 0), (0, 1), (1, 1)]))


@pytest.mark.parametrize("cut", [0, 1, 4, 5, 9, 13, 14, 40])
def test_bytes_that_end_too_early_are_no_ring(cut):
    assert not len(
        find_open(np.array([wkb(SQUARE[:-1])[:cut]], dtype=object), np.array([None], dtype=object)).places
    )


def test_a_bow_tie_is_said_where_it_crosses():
    # Two triangles of 25 m2 each that meet in (5, 5): mending gives 50 of -0: the area of the ring is 0.
    bow = degrees([(0, 0), (10, 10), (10, 0), (0, 10), (0, 0)])
    _, good, work, _ = mend([wkb(bow)], format_="")
    assert not good[0] and codes(work) == ["GEOMETRY_INVALID"]
    (issue,) = work.findings.items
    assert ((issue.point.x - LON) / EAST, (issue.point.y - LAT) / NORTH) == pytest.approx((5, 5), abs=0.01)
    assert issue.params["after_m2"] == pytest.approx(50, rel=2e-3)
    assert not len(work.repairs)  # nothing safe to propose


SPIKE = degrees([(0, 0), (0, 10), (10, 10), (10, 0), (5, 0), (5, -3), (5, 0), (0, 0)])


def test_a_spike_is_mended_or_not_as_chosen():
    shapes, good, work, mending = mend([wkb(SPIKE)])
    assert good[0] and codes(work) == ["GEOMETRY_REPAIRED"] and shapely.is_valid(shapes[0])
    found = work.repairs.joined()
    assert found["before_m2"] == pytest.approx([100], rel=2e-3)
    assert found["after_m2"] == pytest.approx([100], rel=2e-3)
    assert mending.kept[0].startswith("POLYGON")
    _, good, work, mending = mend([wkb(SPIKE)], kinds=("CLOSE_RING",))
    assert not good[0] and codes(work) == ["GEOMETRY_NOT_REPAIRED"]
    assert work.repairs.joined()["chosen"].tolist() == [False] and not mending.kept


def test_repeated_vertices():
    twice = [SQUARE[0], SQUARE[1], SQUARE[1], SQUARE[1], *SQUARE[2:]]
    shapes, good, work, _ = mend([wkb(twice), wkb(SQUARE)])
    assert good.all() and codes(work) == ["VERTICES_DEDUPLICATED"]
    assert shapely.get_num_coordinates(shapes).tolist() == [5, 5]
    (issue,) = work.findings.items
    assert issue.params["count"] == 2 and issue.point.coords[0] == pytest.approx(SQUARE[1])
    shapes, good, work, _ = mend([wkb(twice)], kinds=())
    assert good.all() and codes(work) == ["VERTICES_REPEATED"] and shapely.get_num_coordinates(shapes[0]) == 7


def test_a_ring_that_ends_where_the_next_begins_repeats_nothing():
    hole = [SQUARE[0], *degrees([(6, 4), (4, 6)]), SQUARE[0]]
    _, good, work, _ = mend([wkb(SQUARE, [hole])])
    assert good[0] and codes(work) == []


def test_direction_of_rings_is_said_once_a_file():
    other = SQUARE[::-1]
    shapes, _, work, _ = mend([wkb(other), wkb(SQUARE), wkb(other)])
    (issue,) = work.findings.items
    assert (issue.code, issue.row_no) == ("RINGS_ORIENTED", None)
    assert (issue.params["count"], issue.params["rows"]) == (2, [1, 3])
    assert not shapely.is_ccw(shapely.get_exterior_ring(shapely.get_parts(shapes))).any()
    assert work.repairs.joined()["row_no"].tolist() == [1, 3]
    # GeoJSON asks for the other direction; a GeoPackage for none.
    shapes, _, work, _ = mend([wkb(SQUARE)], kinds=(), format_="geojson")
    assert codes(work) == ["RING_WINDING"]
    assert not shapely.is_ccw(shapely.get_exterior_ring(shapely.get_parts(shapes))).any()
    assert codes(mend([wkb(other)], format_="")[2]) == []


def test_one_broken_row_never_costs_the_layer():
    nan = wkb([SQUARE[0], (float("nan"), LAT), *SQUARE[2:]])
    point = shapely.to_wkb(shapely.Point(LON, LAT))
    surface = b"\x01" + np.uint32(1016).tobytes() + np.uint32(0).tobytes()  # a TIN: what a multipatch becomes
    _, good, work, _ = mend([wkb(SQUARE), nan, point, surface, b"\x01\x03", wkb(SQUARE[:2])])
    assert good.tolist() == [True, False, False, False, False, False]
    assert sorted(codes(work)) == [
        "GEOMETRY_NOT_FINITE", "GEOMETRY_NOT_POLYGON", "GEOMETRY_UNREADABLE", "GEOMETRY_UNREADABLE", "GEOMETRY_UNREADABLE",
    ]  # fmt: skip


def test_kinds_by_name():
    assert repairs.asked(()) is None and repairs.asked(("none",)) == ()
    assert repairs.asked(("snap", "MAKE_VALID", "SNAP")) == ("SNAP", "MAKE_VALID")
    for odd in (("straighten",), ("none", "SNAP")):
        with pytest.raises(ImportUsage):
            repairs.asked(odd)
    assert repairs.chosen("ORIENT", None) and not repairs.chosen("SNAP", None)


rings = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=3, max_size=9)


@given(rings, st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_repair_keeps_the_area_within_the_tolerance(points, closed):
    ring = degrees([*points, points[0]] if closed else points)
    shapes, good, work, _ = mend([wkb(ring)])
    if good[0]:
        assert shapely.is_valid(shapes[0]) and shapely.get_type_id(shapes[0]) == 6
    limits = packaged()
    found = work.repairs.joined() if len(work.repairs) else {"kind": []}
    for n, kind in enumerate(found["kind"]):
        before, after = found["before_m2"][n], found["after_m2"][n]
        if kind == "MAKE_VALID":
            allowed = min(max(limits["repair_share"] * before, limits["repair_m2"]), before / 10)
            assert abs(after - before) <= allowed
        elif kind == "DEDUPLICATE":
            assert after == pytest.approx(before, abs=1e-6)


@given(st.permutations(range(5)))
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_does_not_matter(order):
    rows = [
        wkb(SQUARE),
        wkb(SQUARE[:-1]),
        wkb(SPIKE),
        wkb(SQUARE[::-1]),
        wkb(degrees([(0, 0), (10, 10), (10, 0), (0, 10), (0, 0)])),
    ]
    plain = mend(rows)
    turned = mend([rows[n] for n in order])
    assert [bool(plain[1][n]) for n in order] == turned[1].tolist()
    assert [shapely.to_wkb(plain[0][n]) for n in order] == [shapely.to_wkb(s) for s in turned[0]]


def test_a_delivery_chooses(empty_database, tmp_path):
    code = "210711001001GB{:05d}"
    shapes = [Polygon(SQUARE[::-1]), Polygon(SPIKE)]
    gpd.GeoDataFrame({"parcel_code": [code.format(1), code.format(2)]}, geometry=shapes, crs=4490).to_file(
        tmp_path / "parcel.geojson"
    )
    report = run([tmp_path / "parcel.geojson"], ImportOptions(publish=True, repairs=()))
    assert (report.layers[0].accepted, report.layers[0].rejected) == (1, 1)
    again = run([tmp_path / "parcel.geojson"], ImportOptions(publish=True, repairs=("MAKE_VALID",)))
    assert (again.layers[0].accepted, again.published, again.duplicate_of) == (2, True, None)
    with engine().connect() as connection:
        rows = connection.execute(
            text(
                "SELECT f.delivery_id, r.row_no, r.supplier_key, r.kind, r.chosen, round(r.before_m2) AS m2, "
                "ST_IsValid(r.after_geom) AS valid FROM repair r JOIN delivery_file f USING (file_id) "
                "WHERE r.kind = 'MAKE_VALID' ORDER BY 1, 2"
            )
        ).all()
        ((kept,),) = connection.execute(
            text("SELECT extra FROM parcel WHERE parcel_code = :c"), {"c": code.format(2)}
        )
    assert [tuple(row[1:]) for row in rows] == [
        (2, code.format(2), "MAKE_VALID", False, 100, True),
        (2, code.format(2), "MAKE_VALID", True, 100, True),
    ]
    assert kept["delivered_geometry"].startswith("EPSG:4490;POLYGON")
