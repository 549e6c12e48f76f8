"""Intensity, total investment and floor-area ratio, worked out by hand."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from data.rules import intensity_rule
from gis import intensity
from gis.trace import explain_intensity
from tests.gis.makers import contract, parcel, report, supplement, tables, term_trace

judge: Any = intensity.judge
RULE = intensity_rule(dt.date(2026, 1, 1))
# The worked example: 12 000 over 4.80 ha is 2 500 a hectare; 8 100 were invested.
PROMISE = {"total_investment_wan": 12000, "granted_area_m2": 48000, "invest_by": "2024-01-01"}
PAID = {"building_wan": 5000, "equipment_wan": 1660, "land_price_wan": 1440}


def terms(as_of="2024-01-01", reports=None, parcels=None, **fields):
    made = tables(
        parcels=parcels or [parcel(registered_area_m2=49200)],
        contracts=[contract(**(PROMISE | fields))],
        reports=[report("2023-12-01", **PAID)] if reports is None else reports,
    )
    return judge(made, RULE, dt.date.fromisoformat(as_of)).set_index("term", drop=False)


def test_worked_example():
    # 8 100 / 4.8 = 1 687.5 < 2 500; 1 687.5 / 2 500 = 0.675.
    row = terms().loc["INTENSITY"]
    assert (row["verdict"], row["actual"], row["required"], row["rate"]) == (
        "SHORT", Decimal("1687.5"), Decimal(2500), Decimal("0.675"),
    )  # fmt: skip
    # By the surveyed 4.92 ha both sides shrink alike: 8 100 / 4.92 = 1 646.341463.
    assert terms(area_basis="SURVEYED", intensity_wan_per_ha=2500).loc["INTENSITY", "actual"] == Decimal(
        "1646.341463"
    )
    assert terms().loc["TOTAL_INVESTMENT", "rate"] == Decimal("0.675")


@pytest.mark.parametrize(
    ("building", "expected"),
    [("8900", "MET"), ("8899.999", "SHORT")],  # with 1 660 and 1 440: 12 000, and a thousandth less
)
def test_exactly_reached_is_met(building, expected):
    row = terms(reports=[report("2023-12-01", **PAID | {"building_wan": building})]).loc["INTENSITY"]
    assert row["verdict"] == expected


@pytest.mark.parametrize(
    ("as_of", "fields", "expected"),
    [
        ("2023-12-31", {}, "NOT_DUE"),
        ("2024-01-01", {}, "SHORT"),  # the day itself is judged
        ("2023-12-31", {"total_investment_wan": 8100}, "MET"),  # reached before its time
        ("2024-01-01", {"invest_by": None}, "UNDETERMINED"),
        ("2024-01-01", {"invest_by": None, "complete_by": "2025-01-01"}, "NOT_DUE"),
        ("2024-01-01", {"granted_area_m2": None}, "UNDETERMINED"),
        ("2024-01-01", {"granted_area_m2": 0}, "UNDETERMINED"),
        ("2024-01-01", {"signed_on": None}, "UNDETERMINED"),
    ],
)
def test_when_it_is_judged(as_of, fields, expected):
    assert terms(as_of, **fields).loc["INTENSITY", "verdict"] == expected


def test_a_verified_report_goes_before_a_newer_reported_one():
    reports = [
        report("2023-06-01", "VERIFIED", **PAID),
        report("2023-12-01", **PAID | {"building_wan": 9000}),
    ]
    row = terms(reports=reports).loc["TOTAL_INVESTMENT"]
    assert (row["actual"], row["basis"]) == (Decimal(8100), "VERIFIED")


def test_land_tax_and_other_do_not_count_and_a_missing_part_is_unknown():
    assert terms(reports=[report("2023-12-01", **PAID, land_tax_wan=50, other_wan=900)]).loc[
        "TOTAL_INVESTMENT", "actual"
    ] == Decimal(8100)
    row = terms(reports=[report("2023-12-01", **PAID | {"land_price_wan": None})]).loc["TOTAL_INVESTMENT"]
    assert (row["verdict"], row["missing"]) == ("UNDETERMINED", ["land_price_wan"])
    row = terms(reports=[report("2023-12-01", total_wan=12000)]).loc["TOTAL_INVESTMENT"]
    assert row["verdict"] == "MET"


def test_total_follows_from_the_intensity():
    # 2 500 a hectare x 4.8 ha = 12 000.
    row = terms(total_investment_wan=None, intensity_wan_per_ha=2500).loc["TOTAL_INVESTMENT"]
    assert (row["required"], row["verdict"]) == (Decimal(12000), "SHORT")


def test_floor_area_ratio_and_an_approved_extension():
    made = tables(
        parcels=[parcel(registered_area_m2=48000)],
        contracts=[
            contract(**PROMISE, far_min="0.8"),
            supplement("S1", "C1", "2023-06-01", invest_by="2025-01-01"),
        ],
        buildings=[
            {"building_id": "B1", "parcel_code": "P1", "floor_area_m2": 30000, "completed_on": "2023-01-01"},
            {"building_id": "B2", "parcel_code": "P1", "floor_area_m2": 8400, "completed_on": "2023-06-01"},
        ],
    )
    # 38 400 / 48 000 = 0.8 exactly: met. The extension moves the other terms' day to 2025.
    found = judge(made, RULE, dt.date(2024, 1, 1)).set_index("term")
    assert found.loc["FAR", ["verdict", "actual"]].tolist() == ["MET", Decimal("0.8")]
    assert found.loc["INTENSITY", "verdict"] == "NOT_DUE"
    assert judge(made, RULE, dt.date(2019, 12, 31)).empty


def test_the_arithmetic_is_told():
    trace = term_trace(terms().loc["INTENSITY"], RULE, dt.date(2024, 1, 1))
    text = " ".join(step["text"] for step in explain_intensity(trace, "zh")["arithmetic"])
    assert "8,100 ÷ 48,000 m² = 1,687.5 万元/公顷" in text
    assert "1,687.5 < 2,500 万元/公顷" in text
