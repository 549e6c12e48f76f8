"""Warnings 90, 60 and 30 days before a date; stages; how sure a suspicion is."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from gis.stages import STAGES
from gis.warning_days import warning_levels
from tests.gis.makers import RULE, cause, contract, day, event, judge, tables


@pytest.mark.parametrize(
    ("as_of", "level"),
    [
        # Agreed start 2026-06-01. Day 0 is that day itself, the last on which a start is in time.
        ("2026-03-02", None),  # 29 + 30 + 31 + 1 = 91 days left
        ("2026-03-03", 90),
        ("2026-04-01", 90),  # 61 left
        ("2026-04-02", 60),
        ("2026-05-02", 30),
        ("2026-06-01", 30),
        # From 2026-06-02 it is overdue; the next date is 2027-06-01, the last day of the first year.
        ("2026-06-02", None),
        ("2027-03-03", 90),
        ("2027-06-01", 30),
        # Idle from 2027-06-02; the last day of the second year is 2028-06-01.
        ("2028-03-02", None),  # 2028-03-02 to 2028-06-01: 91 days
        ("2028-03-03", 90),
        ("2028-06-02", None),  # two years have passed: nothing gets worse by time alone
    ],
)
def test_before_each_date(as_of: str, level: int | None) -> None:
    found = judge(tables(contracts=[contract(commence_by="2026-06-01")]), RULE, day(as_of))
    assert found["warning_days"].tolist() == [level]


def test_local_days_replace_the_national_ones() -> None:
    due = np.array(["2026-06-02"], dtype="datetime64[D]")
    assert warning_levels(due, np.datetime64("2026-02-01"), (120, 10)).tolist() == [120]
    assert warning_levels(due, np.datetime64("2026-05-22"), (120, 10)).tolist() == [10]


def test_before_the_year_of_a_suspension_ends_and_not_without_need() -> None:
    work = [event("PERMIT", "2022-01-01"), event("FOUNDATION", "2022-02-01", foundation_type="PIT", done=1, of=1),
            event("SUSPENDED", "2023-03-10")]  # fmt: skip
    stopped = tables(contracts=[contract(commence_by="2022-03-01")], events=work)
    assert judge(stopped, RULE, day("2024-02-20"))["warning_days"].tolist() == [30]
    # With both ratios high enough the year's end changes nothing but the verdict's name.
    enough = contract(commence_by="2022-03-01", planned_investment_ex_land_wan=100, due_area_m2=100)
    report = {"contract_no": "C1", "reported_on": "2023-01-01", "basis": "VERIFIED", "building_wan": 90,
              "equipment_wan": 0, "other_wan": 0}  # fmt: skip
    built = [*work, event("PROGRESS", "2023-01-01", developed_area_m2=90)]
    high = tables(contracts=[enough], events=built, reports=[report])
    assert judge(high, RULE, day("2024-02-20"))["warning_days"].tolist() == [None]


@pytest.mark.parametrize(
    ("made", "stage"),
    [
        ({"contracts": [contract(signed_on="2030-01-01")]}, "NOT_SUPPLIED"),
        ({"contracts": [contract(commence_by="2026-06-01")]}, "SUPPLIED"),
        ({"contracts": [contract(commence_by="2026-06-01", delivered_on="2021-01-01")]}, "DELIVERED"),
        ({"contracts": [contract(commence_by="2026-06-01")], "events": [event("DELIVERED", "2021-01-01")]}, "DELIVERED"),
        # An undated delivery may lie after the day.
        ({"contracts": [contract(commence_by="2026-06-01")], "events": [event("DELIVERED", None)]}, ""),
        ({"contracts": [contract()], "events": [
            event("PERMIT", "2022-01-01"), event("FOUNDATION", "2022-02-01", foundation_type="PIT", done=1, of=1),
        ]}, "COMMENCED"),
        ({"contracts": [contract()], "events": [event("COMPLETION_CHECKED", "2023-01-01")]}, "COMPLETED"),
        ({"contracts": [contract(signed_on=None)]}, ""),
        ({}, ""),  # a holder without a contract: terms are missing
    ],
)  # fmt: skip
def test_stage(made: dict[str, list[dict[str, object]]], stage: str) -> None:
    found = judge(tables(**made), RULE, day("2025-12-31"))["stage"].tolist()
    assert found == [stage]
    assert stage in (*STAGES, "")


def _idle(**more: list[dict[str, object]]) -> object:
    return tables(contracts=[contract(commence_by="2022-06-01")], **more)


def test_contrary_evidence_makes_a_suspicion_less_sure() -> None:
    on, own = day("2023-12-31"), [cause("ENTERPRISE")]
    assert judge(_idle(), RULE, on)["confidence"].tolist() == ["MEDIUM"]  # no cause is verified
    price = tables(contracts=[contract(commence_by="2022-06-01", price_wan=100)], causes=own)
    assert judge(price, RULE, on)["confidence"].tolist() == ["HIGH"]
    reported = _idle(events=[event("REPORTED_START", "2023-01-01")], causes=own)
    assert judge(reported, RULE, on)["confidence"].tolist() == ["LOW"]
    # A share of 0.1 % counts as seen, less does not: two surveys never align exactly.
    for share, sure in (("0.001", "LOW"), ("0.000999", "MEDIUM")):
        seen = pd.DataFrame({"parcel_code": ["P1", "P1"], "year": [2023, 2022], "builtup_m2": [1, 0],
                             "share": [share, "0.9"]})  # fmt: skip
        assert judge(_idle(), RULE, on, seen)["confidence"].tolist() == [sure]
    assert judge(_idle(), RULE, dt.date(2022, 12, 31))["confidence"].tolist() == [
        ""
    ]  # overdue is no suspicion
