"""Traces as they are stored: every text comes back to its place, whatever stood before it."""

import copy
import datetime as dt
import json

from hypothesis import given
from hypothesis import strategies as st

from gis.trace_text import _unpacked, packed
from tests.gis.makers import COMMENCED, RULE, contract, event, idle_trace, verdict

VALUE = st.one_of(
    st.none(), st.integers(0, 400), st.sampled_from(["", "a", "@none", "2024-01-01"]), st.text()
)
PARTS = st.lists(st.lists(VALUE, max_size=5), max_size=5)


@given(PARTS, PARTS)
def test_what_is_stored_is_read_back(facts, steps):
    stored = packed("rule", "2024-01-01", copy.deepcopy(facts), copy.deepcopy(steps))
    rule, *parts = json.loads(stored)
    assert rule == "rule"
    assert _unpacked(parts, "2024-01-01") == [facts, steps]


def test_a_text_is_stored_once():
    # "a" is the second text after the day, "b" the third.
    assert (
        packed("r", "2024-01-01", [["a", "b", "a"]], [["b", 1, "2024-01-01"]])
        == '["r",[["a","b",-2]],[[-3,1,-1]]]'
    )


def test_the_articles_come_from_the_rule():
    suspended = [*COMMENCED, event("SUSPENDED", "2023-03-10")]
    row = verdict("2024-06-01", contracts=[contract()], events=suspended)
    steps = {step[0]: step[2] for step in idle_trace(row, RULE, dt.date(2024, 6, 1))["s"]}
    assert (steps["COMMENCED"], steps["YEARS"]) == (RULE.cite("commencement"), RULE.cite("suspension_years"))
    late = verdict("2024-06-01", contracts=[contract(commence_by="2021-01-01")])
    years = [step[2] for step in idle_trace(late, RULE, dt.date(2024, 6, 1))["s"] if step[0] == "YEARS"]
    assert years == [RULE.cite("first_band_years"), RULE.cite("second_band_years")]
