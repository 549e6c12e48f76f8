"""COPY in binary form: what goes in comes out, whatever stands beside it."""

import datetime as dt
import threading
from decimal import Decimal

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from sqlalchemy import text

from etl.binary import decimals, hashes, json_objects, lay_out, of_kind, shapes, stream, texts, whole
from etl.coded import Coded, CodedType
from etl.extra import Extra
from etl.load import copy_binary
from etl.streams import Stream, ahead

KINDS = {"t": (str, "text"), "n": (Decimal, "numeric"), "d": (dt.date, "date"), "b": (bool, "boolean"),
         "i": (int, "integer"), "l": (list, "text[]")}  # fmt: skip


def through(connection, **columns):
    """Send columns through a table and return its rows."""
    count = len(next(iter(columns.values())))
    made = [
        of_kind(KINDS[name[0]][0], np.array([*values, None], dtype=object)[:-1])
        for name, values in columns.items()
    ]
    spec = ", ".join(f"{name} {KINDS[name[0]][1]}" for name in columns)
    connection.execute(text(f"CREATE TEMP TABLE sent (place serial, {spec}) ON COMMIT DROP"))
    copy_binary(connection, "sent", list(columns), iter([stream(lay_out(made, count), [], len(made))]))
    names = ", ".join(columns)
    found = connection.execute(text(f"SELECT {names} FROM sent ORDER BY place")).all()
    connection.execute(text("DROP TABLE sent"))
    return [tuple(row) for row in found]


def test_values_come_out_as_they_went_in(connection):
    columns = {
        "t1": ["甲\t\n\\N\"'", "", None],
        "n1": [Decimal("9300.5"), Decimal("-0.0001"), None],
        "d1": [dt.date(1949, 10, 1), None, dt.date(2024, 2, 29)],
        "b1": [True, None, False],
        "i1": [None, -1, 2_147_483_647],
        "l1": [["a;b", '"'], [], ["甲"]],
        "t2": ["x", "y", "z"],
    }
    assert through(connection, **columns) == list(zip(*columns.values(), strict=True))


_texts = st.none() | st.text(alphabet="a锦\x00", max_size=3)
_numbers = st.none() | st.decimals(-(10**15), 10**15, allow_nan=False, places=5) | st.just(Decimal("1e-9"))


@given(st.lists(st.tuples(_texts, _numbers), max_size=6), st.booleans())
@settings(deadline=None)
def test_coded_columns_are_laid_out_as_objects_are(rows, many):
    """Few different values are laid out once each, many of them row by row."""
    columns = [[value for value, _ in rows], [value for _, value in rows]]
    laid = []
    for kind, values in zip((str, Decimal), columns, strict=True):
        objects = np.array([*values, None], dtype=object)[:-1]
        coded = Coded._from_sequence(objects, dtype=CodedType(kind))
        if many:  # values that no row has
            unused = pa.array([str(number) for number in range(10)], pa.string())
            coded = Coded(coded.codes, pa.concat_arrays([coded.values, unused]), kind)
        laid.append([lay_out([of_kind(kind, one)], len(rows)).to_pylist() for one in (objects, coded)])
    assert all(one == other for one, other in laid)


def test_what_no_text_of_the_database_may_hold_is_left_out(connection):
    assert through(connection, t=["a\x00b"], l=[["c\x00"]]) == [("ab", ["c"])]


def test_no_list_is_an_empty_one(connection):
    assert through(connection, l=[None]) == [([],)]


@given(
    st.lists(
        st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=None), min_size=1, max_size=8
    )
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_numbers_are_exact(connection, values):
    # Up to 25 digits before and 30 behind the point: more than any figure that the readers let through.
    plain = [
        None
        if v is None or not (v.adjusted() <= 24 and v.as_tuple().exponent >= -30)
        else Decimal(format(v, "f"))
        for v in values
    ]
    assert [row[0] for row in through(connection, n=plain)] == plain


def test_zeros_at_the_end_are_not_kept(connection):
    # A number has one form, so that a row read back from the database has the hash it was stored with.
    found = through(
        connection,
        n=[
            Decimal("9300.50"),
            Decimal("700"),
            Decimal("0.0000010"),
            Decimal("123456789012345678"),
            Decimal("0.00"),
        ],
    )
    assert [str(row[0]) for row in found] == ["9300.5", "700", "0.000001", "123456789012345678", "0"]


@pytest.mark.parametrize(
    "number", ["99999999999999.9999", "100000000000000", "100000000000000.0001", "-0.5", "1E+2"]
)
def test_a_number_has_the_same_bytes_both_ways(number):
    alone = lay_out([decimals([Decimal(number)])], 1)
    beside = lay_out([decimals([Decimal("1e-9"), Decimal(number)])], 2)
    assert alone[0] == beside[1]


def test_shapes_are_as_the_library_writes_them():
    found = [
        shapely.box(0, 0, 1, 1),
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]),
        shapely.box(2, 2, 3, 3),
    ]
    wkb = shapely.to_wkb(np.array(found, dtype=object), byte_order=1)
    expected = shapely.to_wkb(
        shapely.set_srid(np.array(found, dtype=object), 4490), include_srid=True, byte_order=1
    )
    assert shapes(wkb, 4490).values.to_pylist() == expected.tolist()
    assert shapes(wkb[:1], 4490).values.to_pylist() == expected.tolist()[:1]


def test_a_hash_depends_on_its_row_alone():
    # The long number takes another way than the short one; beside it the short one's bytes stay as they are.
    alone = lay_out([texts(["甲"]), decimals([Decimal("1.5")]), json_objects(Extra.given(["{}"]))], 1)
    beside = lay_out(
        [
            texts([None, "甲"]),
            decimals([Decimal("1e-9"), Decimal("1.5")]),
            json_objects(Extra.given(["{}", "{}"])),
        ],
        2,
    )
    assert alone[0] == beside[1]
    assert hashes(alone)[0].tolist() == hashes(beside)[1].tolist() != hashes(beside)[0].tolist()


def test_nothing_and_an_empty_text_are_two_things():
    found = hashes(lay_out([texts([None, ""])], 2))
    assert found[0].tolist() != found[1].tolist()


def test_rows_of_no_fields_of_varying_width():
    assert lay_out([whole(np.array([1, 2]), ">i4")], 2)[1].as_py() == b"\0\0\0\4\0\0\0\2"


def test_a_stream_gives_the_bytes_asked_for():
    source = Stream(iter([memoryview(b"abc"), memoryview(b"de")]))
    head = source.read(19)
    assert head.startswith(b"PGCOPY") and [source.read(2) for _ in range(5)] == [
        b"ab",
        b"c",
        b"de",
        b"\xff\xff",
        b"",
    ]


def test_an_error_while_making_batches_comes_out_where_they_are_used():
    def batches():
        yield 1
        raise ValueError("torn")

    made = ahead(batches())
    assert next(made) == 1
    with pytest.raises(ValueError, match="torn"):
        next(made)


def test_giving_up_ends_the_maker():
    made = ahead(iter(range(10**9)))
    assert next(made) == 0
    made.close()
    assert not [t for t in threading.enumerate() if t.name == "ahead"]
