"""Shapes kept as bytes come out as they went in, whatever is taken of them."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from etl.drawn import Drawn

KINDS = (
    box(0, 0, 2, 1),
    MultiPolygon([box(0, 0, 1, 1), box(5, 5, 6, 6)]),
    Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(1, 1), (2, 1), (2, 2)]]),
    Point(3, 4),
    Polygon(),
    None,
)
SHAPES = st.lists(st.sampled_from(KINDS), max_size=12)


def bytes_of(shapes):
    return shapely.to_wkb(np.array([*shapes], dtype=object), byte_order=1).tolist() if len(shapes) else []


def objects(shapes):
    found = np.full(len(shapes), None, dtype=object)
    found[:] = shapes
    return found


@given(SHAPES, st.data())
def test_what_is_taken_is_what_was_put_in(shapes, data):
    drawn, held = Drawn.of(objects(shapes)), objects(shapes)
    assert len(drawn) == len(shapes) and bytes_of(drawn[:]) == bytes_of(held)
    places = np.array(
        data.draw(st.lists(st.integers(0, len(shapes) - 1), max_size=9) if shapes else st.just([])), dtype=int
    )
    assert bytes_of(drawn[places]) == bytes_of(held[places]) == drawn.wkb(places).to_pylist()
    assert bytes_of(drawn.where(places)[:]) == bytes_of(held[places])
    mask = np.isin(np.arange(len(shapes)), places)
    assert bytes_of(drawn.where(mask)[:]) == bytes_of(held[mask])
    start, stop = sorted(data.draw(st.tuples(st.integers(0, 12), st.integers(0, 12))))
    assert (
        bytes_of(drawn[start:stop]) == bytes_of(held[start:stop]) == drawn.wkb(slice(start, stop)).to_pylist()
    )


@given(SHAPES, SHAPES, st.data())
def test_tables_are_put_together_and_shapes_replaced(one, two, data):
    both = Drawn.joined([Drawn.of(objects(one)), Drawn.of(objects(two))])
    held = objects([*one, *two])
    assert bytes_of(both[:]) == bytes_of(held)
    places = np.array(
        sorted(data.draw(st.sets(st.integers(0, len(held) - 1)) if len(held) else st.just(set()))), dtype=int
    )
    new = both.replaced(places, objects([box(7, 7, 8, 8)] * len(places)))
    held[places] = box(7, 7, 8, 8)
    assert bytes_of(new[:]) == bytes_of(held)
    assert np.array_equal(new.boxes, shapely.bounds(held).reshape(-1, 4), equal_nan=True)


def test_measures_are_those_of_the_shapes():
    drawn = Drawn.of(objects(KINDS))
    # 2 x 1: border 6; two squares of side 1: 8; a square of side 9 with a hole of 1 + 1 + the root of 2.
    assert np.allclose(drawn.border[:3], [6, 8, 36 + 2 + 2**0.5])
    assert drawn.parts.tolist() == [1, 2, 1, 1, 1, 0] and drawn.points.tolist() == [5, 10, 9, 1, 0, 0]
    assert drawn.total_box().tolist() == [0, 0, 9, 9]
    assert np.isnan(Drawn.of(objects([None])).total_box()).all()
    assert drawn[3].equals(Point(3, 4)) and drawn[-1:].tolist() == [None]
