"""Differences of two lists: last + entered - left = now, and the reasons that facts prove."""

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gis.list_change import COMPARED, LEFT_REASONS, changes, proposed

LAST_ON = dt.date(2026, 10, 31)


def row(**more):
    plain = dict.fromkeys(COMPARED) | {
        "verdict": "IDLE_NOT_COMMENCED", "band": "Y1", "area_m2": Decimal(100), "idle_from": dt.date(2026, 1, 1),
        "limbs": [], "missing": [],
    }  # fmt: skip
    return plain | more


CODES = st.sampled_from([f"GB{i:05}" for i in range(12)])
ROWS = st.builds(
    lambda band, area, day: row(band=band, area_m2=Decimal(area), idle_from=LAST_ON + dt.timedelta(day)),
    st.sampled_from(["Y1", "Y2"]), st.integers(1, 5), st.integers(-400, 40),
)  # fmt: skip
LISTS = st.dictionaries(CODES, ROWS)


@given(LISTS, LISTS)
def test_the_last_list_with_its_changes_is_this_one(last, now):
    found = changes(last, now, LAST_ON, {})
    codes = {
        kind: {c.parcel_code for c in found if c.kind == kind} for kind in ("ENTERED", "LEFT", "CHANGED")
    }
    assert len(last) + len(codes["ENTERED"]) - len(codes["LEFT"]) == len(now)
    assert (set(last) | codes["ENTERED"]) - codes["LEFT"] == set(now)
    assert codes["CHANGED"] == {code for code in set(last) & set(now) if last[code] != now[code]}
    assert len(found) == sum(map(len, codes.values())), "a parcel stands once"


@given(LISTS)
def test_a_list_does_not_differ_from_itself(one):
    assert changes(one, one, LAST_ON, {}) == []


def test_time_brought_in_what_was_not_idle_yet_on_the_last_day():
    later, before = row(idle_from=dt.date(2026, 11, 1)), row(idle_from=dt.date(2026, 10, 31))
    found = {c.parcel_code: c.reason for c in changes({}, {"A": later, "B": before}, LAST_ON, {"C": "NEW"})}
    assert found == {"A": "TIME", "B": "DATA"}
    assert changes({}, {"C": later}, LAST_ON, {"C": "SPLIT"})[0].reason == "SPLIT"


def test_two_years_passing_is_time_and_a_new_holder_is_data():
    band = changes({"A": row()}, {"A": row(band="Y2", path="RECOVERY", fee_wan=None)}, LAST_ON, {})
    holder = changes({"A": row()}, {"A": row(band="Y2", holder="another")}, LAST_ON, {})
    assert [c.reason for c in band] == ["TIME"]
    assert [c.reason for c in holder] == ["DATA"]
    assert holder[0].fields == {"band": ("Y1", "Y2"), "holder": (None, "another")}


def test_facts_prove_a_reason_or_none():
    """Commenced, completed, agreed anew, without a holder; missing facts prove nothing, nor does a share reached."""
    proven = {code: proposed({"verdict": code}, []) for code in (
        "ACTIVE", "COMPLETED", "NOT_DUE", "OVERDUE", "NOT_SUPPLIED", "UNDETERMINED", "SUSPENDED_NOT_IDLE")}  # fmt: skip
    assert proven == {
        "ACTIVE": "STARTED", "COMPLETED": "COMPLETED", "NOT_DUE": "EXTENSION", "OVERDUE": "EXTENSION",
        "NOT_SUPPLIED": "TAKEN_BACK", "UNDETERMINED": "", "SUSPENDED_NOT_IDLE": "",
    }  # fmt: skip
    assert proposed(None, ["A", "B"]) == "SPLIT"
    assert proposed(None, []) == ""
    assert {reason for reason in proven.values() if reason} < set(LEFT_REASONS)
