"""Values read at sight are those that the reader of single values gives."""

from decimal import Decimal

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings

from data.layers import LAYERS
from etl.extra import Extra
from etl.issues import Findings
from etl.mapping.apply import apply
from etl.mapping.file import ColumnRule, SourceRule
from etl.mapping.plain import as_column, plain_numbers, plain_texts
from etl.readers.raw import Raw

HARD = [
    "007", "0", "0.00", "00.10", "100", "1200.50", "1.123456", "1.1234567", "123456789012345", "1234567890123456",
    "1,200.50", "-3", "+3", "1.", ".5", "1e3", "１２", "12亩", "12 公顷", "N/A", "NULL", "none", "-", "--", "无", "/",
    "／", "abc", "ABC-1", "abC", "A B", "Ａ1", "\t-", "", " ", "\u3000", "1 200", "约3", "NAN", "nil", "0-0",
    "4700.439999999999600", "0.0000005", "0.00000049", "1.0000005", "0.000000000000001", "00.0000000",
    "99999999.9999995", "999999999999999.9999995", "123456789012345.12345678", "123456789012345.123456789",
    "1.1234567890123456", "12.00000000", "100.0000000", "0.1000005000",
]  # fmt: skip
COLUMNS = {
    "parcel": ("parcel_code", "holder", "registered_area_m2", "holder_credit_code"),
    "contract": ("price_wan", "cure_days", "intensity_wan_per_ha"),
    "park": ("approved_area_ha",),
}


def read(values, layer, column, unit=None):
    """Return the values, the findings and the kept texts of one column."""
    raw = Raw(pd.DataFrame({"given": pd.Series(values, dtype=object)}), np.arange(1, len(values) + 1))
    rule = SourceRule("*", layer, columns={column: ColumnRule(("given",), unit=unit)})
    findings = Findings(layer)
    mapped = apply(raw, layer, rule, findings)
    told = [(i.code, i.row_no, i.value, str(i.params)) for i in findings.items]
    return [(repr(value), type(value)) for value in mapped.frame[column]], told, mapped.kept


def one_by_one(monkeypatch_at):
    nothing = lambda texts, **_: (pa.nulls(len(texts), pa.string()), np.zeros(len(texts), dtype=bool))  # noqa: E731
    for name in ("plain_texts", "plain_numbers"):
        monkeypatch_at.setattr(f"etl.mapping.plain.{name}", nothing)


@pytest.mark.parametrize("unit", [None, "㎡", "公顷", "万元", "元"])
@pytest.mark.parametrize(("layer", "column"), [(name, c) for name, cs in COLUMNS.items() for c in cs])
def test_both_ways_give_the_same(layer, column, unit, monkeypatch):
    assert column in LAYERS[layer].names
    values = [*HARD, None, *HARD]
    at_sight = read(values, layer, column, unit)
    one_by_one(monkeypatch)
    assert at_sight == read(values, layer, column, unit)


@given(st.lists(st.text(alphabet="0123456789.-,ABab 亩／\u3000\t１", max_size=8), max_size=6))
@settings(deadline=None)
def test_any_texts_give_the_same(values):
    with pytest.MonkeyPatch.context() as patch:
        found = [read(values, "parcel", column) for column in COLUMNS["parcel"]]
        one_by_one(patch)
        assert found == [read(values, "parcel", column) for column in COLUMNS["parcel"]]


def test_by_hand():
    values, settled = plain_numbers(pa.array(["0100.50", "7", "1,000", "-"]))
    assert values.to_pylist() == ["0100.5", "7", None, None] and settled.tolist() == [
        True,
        True,
        False,
        True,
    ]
    assert str(Decimal(values[0].as_py())) == "100.5"
    values, settled = plain_texts(pa.array(["A1", "a1", "null"]), codes=True)
    assert values.to_pylist() == ["A1", None, None] and settled.tolist() == [True, False, True]


def test_texts_that_arrow_cannot_hold_are_left_to_the_other_reader():
    assert as_column(["\ud800", "a"]) is None
    assert read(["\ud800", "a", None], "parcel", "holder") == (
        [("'\\ud800'", str), ("'a'", str), ("None", type(None))], [], {}
    )  # fmt: skip


def test_what_stays_with_a_row_is_one_object():
    table = pd.DataFrame({"a": ["1", None, None], "b": [None, '"', None], "c": [None] * 3}, dtype=object)
    assert Extra.of(table, {2: {"k": "v"}}).tolist() == ['{"a": "1"}', '{"b": "\\""}', '{"k": "v"}']
    assert Extra.of(table[["c"]], {}).tolist() == ["{}"] * 3
    assert Extra.of(table[[]], {1: {"k": "v"}}).tolist() == ["{}", '{"k": "v"}', "{}"]
