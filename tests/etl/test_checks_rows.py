"""Codes, dates, figures and shapes of single rows: what is said, with numbers by hand."""

import datetime as dt
import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from data.layers import LAYERS
from etl.checks import codes, events, figures
from etl.checks.limits import using
from etl.checks.words import message
from etl.drawn import Drawn
from etl.geometry import areas
from etl.issues import Findings
from etl.work import Work

EAST, NORTH = 1 / 84_137.0, 1 / 111_048.0  # a metre in degrees at 41 N


def work(layer, shapes=None, **columns):
    count = len(next(iter(columns.values()), shapes or []))
    made = Work(f"{layer}.csv", layer, Findings(layer))
    table = {name: columns.get(name, [None] * count) for name in LAYERS[layer].names}
    made.frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in table.items()})
    made.row_no = np.arange(2, count + 2)
    made.keys = np.array([f"K{n}" for n in made.row_no], dtype=object)
    if shapes is not None:
        made.shapes = Drawn.of(
            [shapely.transform(s, lambda p: p * [EAST, NORTH] + [121.0, 41.0]) for s in shapes]
        )
        made.drawn_m2 = areas(made.shapes[:])
    return made


def said(found):
    return [(i.code, i.row_no, i.field) for i in found.findings.items]


def check(layer, own=None, **columns):
    made = work(layer, **columns)
    codes.check_codes(made.frame, made.row_no, made.keys, own or {}, made.findings)
    return made


PARCEL = "210711001001GB00001"


@given(st.lists(st.text(alphabet="0123456789٣GB-\n", max_size=9), max_size=5))
@settings(deadline=None)
def test_a_form_of_a_person_is_that_of_python(values):
    """Arrow is asked first where it knows the form; 「٣」 is a digit for Python alone."""
    for form in (
        r"\d{2,4}GB\d{1,3}",
        r"(?:\d|GB)+|-",
        r"[0-9]{3}",
        r"[\d-]*",
        r"\d{2}(?=G)GB",
        "(1|2)?B*",
        "1{2}{3}",
    ):
        try:
            known = re.compile(form)
        except re.error:
            continue
        found = codes.right("parcel_code", np.array(values, dtype=object), form).tolist()
        assert found == [known.fullmatch(value) is not None for value in values], form


def test_check_character_by_hand():
    # 91210700MA0XYZ...: the sum of value times 3^place modulo 31, taken from 31 (GB 32100-2015).
    code = "91350100M000100Y4"  # the example of the standard: check character 3
    assert codes.check_character(code) == "3"
    assert codes.is_credit_code(code + "3") and not codes.is_credit_code(code + "4")


@given(
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9),
    st.text("0123456789", min_size=6, max_size=6),
)
def test_a_code_with_its_check_character_is_right_and_no_other_character_is(letters, digits):
    code = letters[:2] + digits + letters + "M"
    code = code[:17]
    right = codes.check_character(code)
    values = np.array([code + last for last in "0123456789ABCDEFGHJKLMNPQRTUWXY"], dtype=object)
    assert values[codes.right("credit_code", values)].tolist() == [code + right]


def test_forms_of_codes():
    found = check(
        "parcel",
        parcel_code=[PARCEL, "G211001", None, "21O711OO1001GB00001"],
        unit_code=[PARCEL + "F00000001", None, PARCEL + "W0000000", None],
        supervision_no=["2107112025B000017", "2107112025B00017-2", "210711-2025-B", None],
        holder_credit_code=["91350100M000100Y43", "9135O1OOM000100Y43", "91350100M000100Y44", "企业"],
    )
    assert sorted(said(found)) == [
        ("CREDIT_CODE_FORM", 3, "holder_credit_code"), ("CREDIT_CODE_FORM", 4, "holder_credit_code"),
        ("CREDIT_CODE_FORM", 5, "holder_credit_code"), ("PARCEL_CODE_FORM", 3, "parcel_code"),
        ("PARCEL_CODE_FORM", 5, "parcel_code"), ("SUPERVISION_NO_FORM", 4, "supervision_no"),
        ("UNIT_CODE_FORM", 4, "unit_code"),
    ]  # fmt: skip
    by = {(i.code, i.row_no): i for i in found.findings.items}
    # Letter O for zero: said only where it makes the code right, check character included.
    assert by["PARCEL_CODE_FORM", 5].params["hint"] == PARCEL
    assert by["CREDIT_CODE_FORM", 3].params["hint"] == "91350100M000100Y43"
    assert by["CREDIT_CODE_FORM", 4].params["hint"] is None
    issue = by["PARCEL_CODE_FORM", 5]
    assert message(issue.code, issue.params, "zh").endswith(f"；可能应为“{PARCEL}”")
    assert message(issue.code, issue.params, "en").endswith(f"; perhaps {PARCEL}")
    assert "–" not in message("CREDIT_CODE_FORM", by["CREDIT_CODE_FORM", 4].params, "zh")


def test_forms_of_a_supplier_and_lists_of_codes():
    assert said(
        check("parcel", own={"parcel_code": r"47\d{3}(?!-000)-.*"}, parcel_code=["47211-009", "47211-000"])
    ) == [("PARCEL_CODE_FORM", 3, "parcel_code")]
    found = check("contract", parcel_codes=[[PARCEL, "X1"], None, ["X2"]])
    assert [(i.row_no, i.value) for i in found.findings.items] == [(2, "X1"), (4, "X2")]
    assert said(check("park", division_code=["21071", "210711"])) == [
        ("DIVISION_CODE_FORM", 2, "division_code")
    ]


def test_divisions_and_the_unit_of_another_parcel():
    # 210712 is none of Jinzhou's; 110105 is another city's, which is not judged here.
    other = PARCEL[:-1] + "2"
    found = check(
        "parcel",
        parcel_code=["210712001001GB00001", PARCEL, "110105001001GB00001", PARCEL],
        unit_code=[None, other + "W00000000", None, PARCEL + "W00000000"],
    )
    assert said(found) == [("DIVISION_UNKNOWN", 2, "parcel_code"), ("UNIT_CODE_OTHER", 3, "unit_code")]
    assert found.findings.items[0].params["division"] == "210712"


def test_land_use_within_its_scheme():
    # 1001 is industry among the space-use classes and railway land in GB/T 21010; 0604 (storage, 2017) is 063 in 2007;
    # M1 is industry in GB 50137 only; 0508 (logistics) exists in the survey only.
    schemes = [
        "GB/T 21010-2017",
        "GB/T 21010-2007",
        "gb/t 21010—2007",
        "用地用海分类",
        "三调",
        "GB 50137-2011",
    ]
    rows = [
        ("0604", schemes[0], True), ("063", schemes[0], False), ("063", schemes[1], True), ("0604", schemes[1], False),
        ("100101", schemes[3], True), ("1004", schemes[3], False), ("0508", schemes[4], True), ("0810A", schemes[4], True),
        ("0508", schemes[0], False), ("M1", schemes[5], True), ("M4", schemes[5], False), ("06", schemes[0], True),
    ]  # fmt: skip
    found = check("parcel", landuse_code=[r[0] for r in rows], landuse_scheme=[r[1] for r in rows])
    wrong = {n + 2 for n, row in enumerate(rows) if not row[2]}
    assert {i.row_no for i in found.findings.items} == wrong
    assert {i.code for i in found.findings.items} == {"LANDUSE_CODE_UNKNOWN"}
    found = check(
        "parcel", landuse_code=["0601", "0601", None], landuse_scheme=[None, "本地标准", "本地标准"]
    )
    assert [(i.code, i.row_no) for i in found.findings.items] == [
        ("LANDUSE_SCHEME_MISSING", 2), ("LANDUSE_SCHEME_UNKNOWN", None),
    ]  # fmt: skip
    assert found.findings.items[1].params["count"] == 1


def test_numbers_that_cannot_be():
    made = work(
        "contract",
        contract_no=["A", "B", "C"],
        contract_type=["GRANT", "ALLOCATION", "GRANT"],
        price_wan=[Decimal(0), Decimal(0), Decimal("-1")],
        granted_area_m2=[Decimal("0.00"), Decimal(5), None],
        far_min=[Decimal("1.2"), Decimal(0), Decimal("-0.5")],
    )
    figures.check_numbers(made)
    # An allocation may cost nothing; a price below zero is said as negative, not as zero.
    assert sorted(said(made)) == [
        ("NUMBER_NEGATIVE", 4, "far_min"), ("NUMBER_NEGATIVE", 4, "price_wan"), ("NUMBER_ZERO", 2, "granted_area_m2"),
        ("NUMBER_ZERO", 2, "price_wan"), ("NUMBER_ZERO", 3, "far_min"),
    ]  # fmt: skip


def test_declared_against_drawn_area():
    # 100 m2 drawn, tolerance 10 m2: 109 is the same, 111 is not.
    made = work("parcel", [box(0, 0, 10, 10)] * 3, registered_area_m2=[Decimal(109), Decimal(111), None])
    figures.check_areas(made)
    assert said(made) == [("AREA_MISMATCH", 3, "registered_area_m2")]
    # 20,000 m2 drawn: 0.1 % is 20 m2, larger than 10. 20,015 is the same.
    made = work("parcel", [box(0, 0, 100, 200)], registered_area_m2=[Decimal(20_015)])
    made.drawn_m2 = np.array([20_000.0])
    figures.check_areas(made)
    assert not said(made)


def test_slivers_and_tiny_shapes():
    # 50 m x 0.5 m: 2 x 25 / 101 = 0.495 m wide. 2 m x 2 m: 4 m2, and 1 m wide. 10 m x 10 m with a part of 1 m2.
    two = shapely.union_all([box(0, 0, 10, 10), box(20, 0, 21, 1)])
    made = work("parcel", [box(0, 0, 50, 0.5), box(0, 0, 2.1, 2.1), two])
    figures.check_thin(made)
    assert [(i.code, i.row_no) for i in made.findings.items] == [
        ("SLIVER", 2),
        ("PARCEL_TINY", 3),
        ("PART_TINY", 4),
    ]
    sliver, tiny, part = made.findings.items
    assert sliver.params["width_m"] == pytest.approx(0.495, abs=0.003)
    assert tiny.params["area_m2"] == pytest.approx(4.41, rel=0.01)
    assert (part.params["parts"], part.params["area_m2"]) == (2, pytest.approx(1, rel=0.01))
    assert (part.point.x - 121) / EAST > 20  # in the small part
    with using({"sliver_width_m": 0, "parcel_least_m2": 0, "part_least_m2": 0}):
        made = work("parcel", [box(0, 0, 50, 0.5), box(0, 0, 2, 2), two])
        figures.check_thin(made)
        assert not made.findings.items
    made = work("building", [box(0, 0, 50, 0.5)])
    figures.check_thin(made)
    assert not made.findings.items


def day(text):
    return dt.date.fromisoformat(text)


def test_facts_in_the_order_of_a_parcel():
    contracts = work(
        "contract", contract_no=["A", "S"], contract_type=["GRANT", "SUPPLEMENT"], parcel_codes=[["P1", "P2"], ["P1"]],
        signed_on=[day("2020-05-01"), day("2019-01-01")],
    )  # fmt: skip
    rows = [
        ("P1", "DELIVERED", "2020-06-01"), ("P1", "FOUNDATION", "2020-05-20"), ("P1", "FOUNDATION", "2021-01-01"),
        ("P2", "PERMIT", "2020-04-30"), ("P2", "COMPLETED", "2022-01-01"), ("P2", "COMPLETION_CHECKED", "2021-12-31"),
        ("P2", "FOUNDATION", "2023-01-01"), ("P3", "RESUMED", "2020-01-01"), ("P3", "SUSPENDED", None),
        ("P4", "PERMIT", "2018-01-01"), ("P1", "FOUNDATION", "2020-07-01"),
    ]  # fmt: skip
    made = work(
        "construction_event", parcel_code=[r[0] for r in rows], event=[r[1] for r in rows],
        happened_on=[r[2] and day(r[2]) for r in rows],
    )  # fmt: skip
    events.check_events([contracts, made], events.first_signed([contracts], {"P4": day("2018-02-01")}))
    assert [
        (i.row_no, i.params["event"], i.params["before"], i.params["day"]) for i in made.findings.items
    ] == [
        (5, "PERMIT", "SIGNED", "2020-05-01"),
        (11, "PERMIT", "SIGNED", "2018-02-01"),  # the published contract of P4
        (3, "FOUNDATION", "DELIVERED", "2020-06-01"),
        (6, "COMPLETED", "FOUNDATION", "2023-01-01"),
        (7, "COMPLETION_CHECKED", "COMPLETED", "2022-01-01"),
    ]
    issue = made.findings.items[0]
    assert (
        message(issue.code, issue.params, "zh") == "日期先后颠倒：施工许可 2020-04-30 早于合同签订 2020-05-01"
    )


def test_facts_without_contracts_or_in_order_say_nothing():
    made = work("construction_event", parcel_code=["P1"], event=["PERMIT"], happened_on=[day("2020-01-01")])
    events.check_events([made], {})
    events.check_events([work("construction_event", parcel_code=[])], {})
    assert not made.findings.items
