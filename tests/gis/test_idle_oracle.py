"""The program against a second reading of the rules, over random small worlds."""

import datetime as dt
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from gis.rulings import CANNOT_DECIDE, FIRES, idle_rulings, tell_ruling
from tests.gis.makers import RULE, idle_trace, judge, tables_of
from tests.gis.oracle import Case
from tests.gis.worlds import CODES, as_of_days, building_sites, worlds

FIELDS = (
    "verdict", "band", "limbs", "cause", "path", "fee_wan", "blocked", "by_reference", "idle_from", "days",
)  # fmt: skip
World = dict[str, list[dict[str, Any]]]
KEYS = ("parcel_code", "contract_no", "amends")


def batches(of: st.SearchStrategy[World]) -> st.SearchStrategy[list[World]]:
    """Several worlds that know nothing of each other: judged together, each as if it were alone."""
    return st.lists(of, min_size=1, max_size=6)


def budget(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


def apart(world: World, number: int) -> World:
    """Give the codes and numbers of a world a prefix of its own, all of one width: their order stays."""

    def named(row: dict[str, Any]) -> dict[str, Any]:
        own = {key: f"W{number}-{row[key]}" for key in KEYS if row.get(key) is not None}
        if row.get("parcel_codes"):
            own["parcel_codes"] = [f"W{number}-{code}" for code in row["parcel_codes"]]
        return row | own

    return {layer: [named(row) for row in rows] for layer, rows in world.items()}


def agrees_rule_by_rule(row: Any, as_of: dt.date) -> None:
    """Each rule has one answer, and together they are the verdict."""
    rulings = idle_rulings(idle_trace(row, RULE, as_of))
    first, *suspended = [ruling.answer for ruling in rulings]
    assert len(suspended) == 2
    assert (first == FIRES) == (row["verdict"] == "IDLE_NOT_COMMENCED")
    assert (FIRES in suspended) == (row["verdict"] == "MAY_BE_IDLE")
    limbs = [limb for limb, answer in zip(("AREA", "INVESTMENT"), suspended, strict=True) if answer == FIRES]
    assert limbs == row["limbs"]
    nothing = FIRES not in (first, *suspended)
    assert (row["verdict"] == "UNDETERMINED") == (nothing and CANNOT_DECIDE in (first, *suspended))
    for ruling in rulings:
        assert all(tell_ruling(ruling, lang)["name"] for lang in ("zh", "en"))


def compare(worlds_at_once: list[World], as_of: dt.date) -> None:
    parts = [apart(world, number) for number, world in enumerate(worlds_at_once)]
    together = {layer: [row for part in parts for row in part[layer]] for layer in parts[0]}
    found = judge(tables_of(together), RULE, as_of)
    for number, world in enumerate(worlds_at_once):
        for code in CODES:
            case = Case(world, code, as_of)
            row = found.loc[f"W{number}-{code}"]
            assert {name: row[name] for name in FIELDS} == case.answer(), (number, code)
            assert case.must_list() <= set(row["missing"]), (number, code)
            if row["verdict"] == "UNDETERMINED":
                assert row["missing"], (number, code)
            agrees_rule_by_rule(row, as_of)


@budget(60)
@given(batches(worlds()), as_of_days)
def test_verdicts_agree_with_a_second_reading(worlds_at_once, as_of):
    compare(worlds_at_once, as_of)


@budget(60)
@given(batches(building_sites()), as_of_days)
def test_suspended_land_agrees_with_a_second_reading(worlds_at_once, as_of):
    compare(worlds_at_once, as_of)


@pytest.mark.slow
@budget(3000)
@given(batches(st.one_of(worlds(), building_sites())), as_of_days)
def test_many_verdicts_agree_with_a_second_reading(worlds_at_once, as_of):
    compare(worlds_at_once, as_of)
