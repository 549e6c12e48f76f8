"""Rows settled at one go are those that the thorough way would leave alone, and come out the same."""

import numpy as np
import pytest
import shapely
from pyogrio.raw import write
from shapely import Polygon, box

from etl.issues import Findings
from etl.mending import CONVENTIONS
from etl.placing import Asked, place
from etl.plain_rings import settle
from etl.readers import structure
from etl.readers.crs_decide import declared_crs
from etl.readers.vector import _shapes
from etl.work import Work

EAST, NORTH = 500_000.0, 4_550_000.0  # on the central meridian of EPSG:4549, 120 degrees east
SQUARE = box(0, 0, 30, 30)
SHAPES = {
    "a square": (SQUARE, True),
    "a hole": (SQUARE - box(9, 9, 12, 12), False),  # two rings: not plain at all
    "a repeated point": (Polygon([(0, 0), (0, 9), (0, 9), (9, 9), (9, 0)]), False),
    "a bow tie": (Polygon([(0, 0), (0, 9), (9, 0), (9, 9)]), False),
    "a spike": (Polygon([(0, 0), (0, 9), (9, 9), (20, 9), (9, 9), (9, 0)]), False),
    "no area": (Polygon([(0, 0), (0, 9), (0, 5)]), False),
    "far away": (box(9e6, 0, 9e6 + 30, 30), False),
}


@pytest.fixture
def records(tmp_path):
    path = tmp_path / "parcels.shp"
    shapes = [shapely.transform(s, lambda p: p + np.array([EAST, NORTH])) for s, _ in SHAPES.values()]
    wkb = np.array(shapely.to_wkb(shapes), dtype=object)
    write(path, wkb, [np.arange(len(shapes))], ["n"], geometry_type="Polygon", crs="EPSG:4549")
    found = structure.check(path, path.with_suffix(".shx"), accept=False)
    return _shapes(path, found, tmp_path)


def thorough(delivered, stays):
    work = Work("parcels.shp", "parcel", Findings("parcel"), row_no=np.arange(1, len(delivered) + 1))
    asked = Asked(work, delivered, stays, None, "shp")
    return place(asked, lambda _: declared_crs("EPSG:4549"), lambda _: None), work


def test_only_rows_without_anything_to_say_are_settled(records):
    plain = np.flatnonzero(records.plain)
    done = settle(records, plain, CONVENTIONS["shp"], declared_crs("EPSG:4549"))
    names = list(SHAPES)
    assert [names[row] for row in done.places] == [name for name, (_, settled) in SHAPES.items() if settled]
    # 30 m x 30 m near the central meridian: 900 m², stretched by less than a ten-thousandth.
    assert done.area_m2 == pytest.approx([900], rel=1e-3)


def test_both_ways_give_the_same(records):
    stays = np.ones(len(records), dtype=bool)
    one, first = thorough(records, stays)
    other, second = thorough(records[:], stays)  # bytes alone: none of them is known to be plain
    assert one.stays.tolist() == other.stays.tolist()
    assert shapely.to_wkb(one.drawn[:]).tolist() == shapely.to_wkb(other.drawn[:]).tolist()
    assert np.array_equal(one.area_m2, other.area_m2, equal_nan=True)
    assert np.array_equal(one.drawn.boxes, other.drawn.boxes, equal_nan=True)
    assert one.drawn.points.tolist() == other.drawn.points.tolist()
    assert sorted(map(str, first.findings.items)) == sorted(map(str, second.findings.items))
    assert {i.code for i in first.findings.items} == {"COORDINATES_FAR", "GEOMETRY_INVALID", "VERTICES_DEDUPLICATED",
                                                      "GEOMETRY_REPAIRED", "RINGS_ORIENTED"}  # fmt: skip


def test_rows_that_stay_out_are_not_settled(records):
    stays = np.ones(len(records), dtype=bool)
    stays[0] = False
    placed, work = thorough(records, stays)
    assert not placed.stays[0] and all(issue.row_no != 1 for issue in work.findings.items)
