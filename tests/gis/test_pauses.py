"""What-if: days of a verified government cause are left out of the count; half years are six months."""

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.pauses import _covered
from gis.periods import anniversary
from gis.rulings import idle_rulings, tell_ruling
from tests.gis.makers import RULE, cause, contract, day, idle_trace, judge, tables

STOPS = replace(RULE, government_cause_stops_clock=1)
HALF = replace(RULE, first_band_years=Fraction(1, 2), second_band_years=Fraction(1))


def world(**fields: object) -> object:
    stop = cause("G4", from_on="2023-06-10", to_on="2023-06-19", verified_on="2023-07-01", **fields)
    return tables(contracts=[contract(commence_by="2023-05-31")], causes=[stop])


@pytest.mark.parametrize(
    ("as_of", "by_law", "with_stop"),
    [
        # One year ends on 2024-05-31; the ten days from 10 to 19 June 2023 move it to 2024-06-10.
        ("2024-05-31", "OVERDUE", "OVERDUE"),
        ("2024-06-01", "IDLE_NOT_COMMENCED", "OVERDUE"),
        ("2024-06-10", "IDLE_NOT_COMMENCED", "OVERDUE"),
        ("2024-06-11", "IDLE_NOT_COMMENCED", "IDLE_NOT_COMMENCED"),
    ],
)
def test_ten_days_are_left_out(as_of: str, by_law: str, with_stop: str) -> None:
    assert judge(world(), RULE, day(as_of))["verdict"].tolist() == [by_law]
    found = judge(world(), STOPS, day(as_of))
    assert found["verdict"].tolist() == [with_stop]
    told = tell_ruling(idle_rulings(idle_trace(found.iloc[0], STOPS, day(as_of)))[0], "en")
    assert "10 days of government cause left out" in told["why"]


def test_only_verified_causes_of_others_stop_the_clock() -> None:
    for fields in (
        {"verified_on": None, "verified_by": None},
        {"verified_on": "2025-01-01"},
        {"cause": "ENTERPRISE"},
    ):
        row = cause("G4", from_on="2023-06-10", to_on="2023-06-19", verified_on="2023-07-01") | fields
        found = judge(
            tables(contracts=[contract(commence_by="2023-05-31")], causes=[row]), STOPS, day("2024-06-01")
        )
        assert found["verdict"].tolist() == ["IDLE_NOT_COMMENCED"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.dates(dt.date(2012, 1, 1), dt.date(2013, 6, 1))), min_size=1, max_size=40), st.sampled_from([1, 2, Fraction(1, 2)]))  # fmt: skip
def test_many_periods_end_as_each_alone(days: list[dt.date | None], years: Any) -> None:
    """Days that many parcels share are counted once: 2,000 starts on few days against the same starts one by one."""
    start = np.array(days, dtype="datetime64[D]")
    alone = [anniversary(start[n : n + 1], years)[0] for n in range(len(start))]
    assert (
        anniversary(np.tile(start, 2_000), years).astype(str).tolist() == [str(day) for day in alone] * 2_000
    )


def test_days_of_two_causes_count_once() -> None:
    assert _covered([(1, 10), (5, 12), (20, 20), (30, 29)]) == 13  # 1 to 12, and 20


@pytest.mark.parametrize(
    ("as_of", "verdict", "band"),
    [
        # Six months from 2023-08-31 end on 2024-02-29, the last day of the month (Civil Code, Art. 202).
        ("2024-02-29", "OVERDUE", ""),
        ("2024-03-01", "IDLE_NOT_COMMENCED", "Y1"),
        ("2024-08-31", "IDLE_NOT_COMMENCED", "Y1"),
        ("2024-09-01", "IDLE_NOT_COMMENCED", "Y2"),
    ],
)
def test_six_months(as_of: str, verdict: str, band: str) -> None:
    found = judge(tables(contracts=[contract(commence_by="2023-08-31")]), HALF, day(as_of)).iloc[0]
    assert (found["verdict"], found["band"]) == (verdict, band)
    assert "6 个月" in tell_ruling(idle_rulings(idle_trace(found, HALF, day(as_of)))[0], "zh")["why"]
