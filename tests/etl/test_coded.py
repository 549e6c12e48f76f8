"""Columns that keep each different value once are used like columns of Python objects."""

from decimal import Decimal

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings

from etl.coded import Coded, coded, constant, floats, nothing
from etl.extra import Extra

texts = st.lists(st.none() | st.text(alphabet="ab锦\x00\u3000", max_size=2), max_size=8)


def both(values):
    """Return a column of texts, coded and of objects."""
    objects = np.array([*values, None], dtype=object)[:-1]
    return pd.Series(Coded._from_sequence(objects)), pd.Series(objects, dtype=object)


@given(texts, st.text(alphabet="ab", max_size=1), st.data())
@settings(deadline=None)
def test_it_is_used_like_objects(values, asked, data):
    one, other = both(values)
    assert one.tolist() == other.tolist() == values
    assert one.isna().tolist() == other.isna().tolist()
    assert (one == asked).tolist() == (other == asked).tolist()
    assert one.isin([asked, "锦"]).tolist() == other.isin([asked, "锦"]).tolist()
    assert list(one.dropna().unique()) == list(other.dropna().unique())
    assert one.duplicated().tolist() == other.duplicated().tolist()
    codes, found = pd.factorize(one)
    assert np.append(np.asarray(found), None)[codes].tolist() == values
    assert pd.concat([one, one], ignore_index=True).tolist() == values * 2
    some = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=5)) if values else []
    assert one.iloc[some].tolist() == other.iloc[some].tolist()
    assert one.equals(one.copy())
    assert np.concatenate([one.array, one.array]).tolist() == values * 2


@given(texts.filter(len), st.none() | st.text(alphabet="abc", max_size=2), st.data())
@settings(deadline=None)
def test_values_can_be_set(values, new, data):
    one, _ = both(values)
    before = one.copy()
    place = data.draw(st.integers(0, len(values) - 1))
    frame = pd.DataFrame({"a": one})
    frame.at[frame.index[place], "a"] = new
    expected = [new if at == place else value for at, value in enumerate(values)]
    assert frame["a"].tolist() == expected and frame["a"].iat[place] == new
    assert frame.iloc[[place]]["a"].tolist() == [new]
    assert before.tolist() == one.tolist() == values  # others that show the same values keep theirs
    assert one.where(one.notna(), "x").tolist() == [value if value is not None else "x" for value in values]


def test_more_values_than_the_numbers_of_the_rows_reach():
    column = constant(300, "a")  # one byte a row
    column[np.arange(200)] = np.array([f"b{n}" for n in range(200)], dtype=object)
    for n in range(200, 300):
        column[n] = f"b{n}"
    assert column.tolist() == [f"b{n}" for n in range(300)] and column.codes.dtype == np.int16


def test_only_what_it_is_made_for_is_put_in():
    with pytest.raises(TypeError):
        constant(1, "a")[0] = 1
    with pytest.raises(TypeError):
        Coded._from_sequence([1])


def test_numbers_come_out_with_the_digits_they_had():
    column = coded(np.array([0, 1, -1, 2]), pa.array(["1.50", "-7", None]), Decimal)
    assert [str(value) for value in column] == ["1.50", "-7", "None", "None"]
    assert floats(pd.Series(column)).tolist()[:2] == [1.5, -7.0] and np.isnan(column.floats()[2:]).all()
    column[3] = Decimal("0.1")
    assert column[3] == Decimal("0.1") and column.floats()[3] == 0.1
    # The nearest float, as Python gives it.
    hard = ["0.1234567890123456789", "9007199254740993", "1E+5", "0.000001", "123456789012345.123456"]
    numbers = Coded._from_sequence([Decimal(text) for text in hard], dtype=column.dtype)
    assert numbers.floats().tolist() == [float(Decimal(text)) for text in hard]


def test_one_value_is_one_object():
    column = Coded(np.zeros(3, dtype=np.int8), pa.array(["甲"]))
    assert len({id(value) for value in column.objects()}) == 1
    assert nothing(2).tolist() == [None, None] and nothing(0).tolist() == []


@given(st.lists(st.tuples(texts.map(lambda v: (v + [None] * 3)[:3])), min_size=1, max_size=3), st.data())
@settings(deadline=None)
def test_coded_columns_stay_with_a_row_as_objects_do(columns, data):
    one = pd.DataFrame({f'"{n}': both(values)[0] for n, (values,) in enumerate(columns)})
    other = pd.DataFrame({f'"{n}': both(values)[1] for n, (values,) in enumerate(columns)})
    kept = data.draw(st.dictionaries(st.integers(0, 2), st.just({"k": "v\x00"}), max_size=2))
    made = Extra.of(one, kept)
    assert made.tolist() == Extra.of(other, kept).tolist() == [made[n] for n in range(3)]
    assert made[np.array([2, 0])].tolist() == [made[2], made[0]]
    assert made.texts(head=b"\x01").to_pylist() == [b"\x01" + text.encode() for text in made.tolist()]
    made[1] = "{}"
    assert made[1] == "{}" and made[1:].tolist()[0] == "{}"
