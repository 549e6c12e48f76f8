"""The program against a second reading of the rules, over random small worlds."""

import datetime as dt
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from gis.facts import Tables
from tests.gis.makers import RULE, judge, table
from tests.gis.oracle import Case
from tests.gis.worlds import CODES, building_sites, days, worlds

FIELDS = (
    "verdict", "band", "limbs", "cause", "path", "fee_wan", "blocked", "by_reference", "idle_from", "days",
)  # fmt: skip
as_of_days = st.one_of(days, days.map(lambda day: day + dt.timedelta(1)), st.just(dt.date(2025, 6, 1)))
often = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def tables_of(world: dict[str, list[dict[str, Any]]]) -> Tables:
    return Tables(**{layer: table(layer, rows) for layer, rows in world.items()})


def compare(world: dict[str, list[dict[str, Any]]], as_of: dt.date) -> None:
    found = judge(tables_of(world), RULE, as_of)
    for code in CODES:
        case = Case(world, code, as_of)
        row = found.loc[code]
        assert {name: row[name] for name in FIELDS} == case.answer(), code
        assert case.must_list() <= set(row["missing"]), code
        if row["verdict"] == "UNDETERMINED":
            assert row["missing"], code


@often
@given(worlds(), as_of_days)
def test_verdicts_agree_with_a_second_reading(world, as_of):
    compare(world, as_of)


@often
@given(building_sites(), as_of_days)
def test_suspended_land_agrees_with_a_second_reading(world, as_of):
    compare(world, as_of)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(worlds(), building_sites()), as_of_days)
def test_many_verdicts_agree_with_a_second_reading(world, as_of):
    compare(world, as_of)
