"""Which park holds a parcel, and how much of it: asked by boxes first, as if each were asked by itself."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from etl.checks import parks
from etl.drawn import Drawn
from gis.areas import measure

STEP = 1e-4  # degrees: about 10 m
PARKS = [
    Polygon([(0, 0), (40, 0), (40, 40), (0, 40)]),
    Polygon([(40, 0), (80, 0), (60, 40), (40, 40)]),  # a slanting side: boxes reach beyond it
    Polygon([(30, 30), (50, 30), (50, 50), (30, 50)]),  # over both
]
parcels = st.tuples(st.integers(-5, 80), st.integers(-5, 45), st.integers(1, 12), st.booleans()).map(
    lambda p: (
        Polygon([(p[0], p[1]), (p[0] + p[2], p[1]), (p[0] + p[2], p[1] + p[2])])
        if p[3]
        else box(p[0], p[1], p[0] + p[2], p[1] + p[2])
    )
)


def degrees(shapes):
    return np.array(
        [shapely.transform(s, lambda xy: xy * STEP + [121.0, 41.0]) for s in shapes], dtype=object
    )


@given(st.lists(parcels, min_size=1, max_size=15))
@settings(max_examples=80, deadline=None)
def test_as_if_each_pair_were_asked_by_itself(shapes):
    around, rows = degrees(PARKS), degrees(shapes)
    drawn_m2 = measure(rows)
    found = parks.Parks(["A", "B", "C"], around)._inside(Drawn.of(rows), drawn_m2)
    expected = {}
    for park, boundary in enumerate(around):
        for row, shape in enumerate(rows):
            if boundary.covers(shape):
                expected[row, park] = drawn_m2[row]
            elif boundary.intersects(shape):
                expected[row, park] = float(
                    np.nan_to_num(measure(np.array([boundary.intersection(shape)])))[0]
                )
    got = dict(zip(zip(found["row"], found["park"], strict=True), found["m2"], strict=True))
    assert got.keys() == expected.keys() and len(got) == len(found)
    assert all(abs(got[pair] - m2) < 1e-6 for pair, m2 in expected.items())


def test_batches_find_what_one_piece_finds(monkeypatch):
    rows = degrees([box(x, y, x + 3, y + 3) for x in range(0, 80, 4) for y in range(0, 44, 4)])
    shapes, drawn_m2, asked = Drawn.of(rows), measure(rows), parks.Parks(["A", "B", "C"], degrees(PARKS))
    whole = asked._inside(shapes, drawn_m2)
    monkeypatch.setattr(parks, "_BATCH", 7)
    parts = asked._inside(shapes, drawn_m2)
    one, other = (table.sort_values(["row", "park"]).to_numpy() for table in (whole, parts))
    assert one[:, :2].tolist() == other[:, :2].tolist()
    np.testing.assert_allclose(one[:, 2], other[:, 2], rtol=1e-12)
