"""Strategies for small worlds: a few parcels, contracts, supplements, events, reports and causes.

Days are few and lie a year, or a year and a day, apart, so that boundaries are hit often.
"""

import datetime as dt
from typing import Any

import hypothesis.strategies as st

CODES = ("P1", "P2", "P3")
YEARS = (2020, 2021, 2022, 2023, 2024)
DAYS = [dt.date(y, m, d) for y in YEARS for m, d in ((2, 28), (3, 1), (5, 31), (6, 1))]
DAYS += [dt.date(2020, 2, 29), dt.date(2024, 2, 29)]
days = st.sampled_from(sorted(DAYS))
as_of_days = st.one_of(days, days.map(lambda day: day + dt.timedelta(1)), st.just(dt.date(2025, 6, 1)))
maybe_day = st.one_of(days, days, days, st.none())
rarely_day = st.one_of(days, st.none(), st.none())


def figure(*values: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from((*values, None))


numbers = st.sampled_from(("C1", "C2", "E1", "S1", "S2", "S3", "NONE"))


@st.composite
def contract(draw: st.DrawFn, number: str) -> dict[str, Any]:
    kind = "SUPPLEMENT" if number[0] == "S" else "ENTRY" if number[0] == "E" else None
    kind = kind or draw(st.sampled_from(("GRANT", "ALLOCATION", "LEASE")))
    codes = draw(st.lists(st.sampled_from((*CODES, "PX")), max_size=3))
    return {
        "contract_no": number,
        "contract_type": kind,
        "amends": draw(numbers) if kind == "SUPPLEMENT" else None,
        "parcel_codes": codes if kind != "SUPPLEMENT" else draw(st.sampled_from(([], ["P1"]))),
        "signed_on": draw(st.one_of(st.just(dt.date(2019, 1, 1)), days, maybe_day)),
        "commence_by": draw(rarely_day if kind == "SUPPLEMENT" else maybe_day),
        "delivered_on": draw(rarely_day),
        "price_wan": draw(figure("100", "1800", "0.000003")),
        "due_area_m2": draw(st.sampled_from((None, None, "30000", "0"))),
        "planned_investment_ex_land_wan": draw(figure("10000", "10000", "0")),
    }


EVENT_KINDS = (
    "PERMIT", "PERMIT", "FOUNDATION", "FOUNDATION", "FOUNDATION", "SUSPENDED", "SUSPENDED", "RESUMED",
    "PROGRESS", "COMPLETED", "COMPLETION_CHECKED", "DELIVERED", "REPORTED_START",
)  # fmt: skip


@st.composite
def event(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(EVENT_KINDS))
    works = kind == "FOUNDATION"
    on = st.one_of(days, days, days, days, days, st.none())
    return {
        "parcel_code": draw(st.sampled_from((*CODES, "P1"))),
        "event": kind,
        "happened_on": draw(on),
        "foundation_type": draw(st.sampled_from(("PIT", "PILES", "OTHER"))) if works else None,
        "done": draw(figure("99", "100", "33.33", "34")) if works else None,
        "of": draw(st.sampled_from(("100", "100", None))) if works else None,
        "developed_area_m2": draw(st.sampled_from((None, "9999.99", "10000", "30000"))),
    }


@st.composite
def report(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "contract_no": draw(numbers),
        "reported_on": draw(maybe_day),
        "basis": draw(st.sampled_from(("REPORTED", "VERIFIED"))),
        "building_wan": draw(figure("2499.99", "2500", "100")),
        "equipment_wan": draw(figure("0", "0.01")),
        "other_wan": draw(figure("0")),
    }


@st.composite
def cause(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "parcel_code": draw(st.sampled_from((*CODES, "P1"))),
        "cause": draw(st.sampled_from(("ENTERPRISE", "ENTERPRISE", "G2", "G6", "FORCE_MAJEURE"))),
        "from_on": draw(maybe_day),
        "to_on": draw(rarely_day),
        "verified_on": draw(maybe_day),
        "verified_by": draw(st.sampled_from(("局", None))),
    }


@st.composite
def parcel(draw: st.DrawFn, code: str) -> dict[str, Any]:
    return {
        "parcel_code": code,
        "park_code": "K",
        "entity_id": int(code[1]),
        "version_id": int(code[1]),
        "holder": draw(st.sampled_from(("甲公司", "甲公司", None))),
        "registered_area_m2": draw(st.sampled_from(("10000", "20000", "30000", "33333.33", None))),
        "ownership": draw(st.sampled_from(("STATE", "COLLECTIVE", None))),
        "in_monitoring_system": draw(st.sampled_from((True, False, None))),
    }


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    names = draw(st.lists(st.sampled_from(("C1", "C2", "E1", "S1", "S2", "S3")), unique=True, max_size=6))
    return {
        "parcel": [draw(parcel(code)) for code in CODES],
        "contract": [
            draw(contract(name)) for name in draw(st.permutations(["C1", *(n for n in names if n != "C1")]))
        ],
        "construction_event": draw(st.lists(event(), max_size=10)),
        "investment_report": draw(st.lists(report(), max_size=5)),
        "idle_cause": draw(st.lists(cause(), max_size=4)),
    }


@st.composite
def building_sites(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Worlds in which P1 has commenced and stopped, so that suspension and ratios are reached often."""
    world = draw(worlds())
    first = world["contract"][[c["contract_no"] for c in world["contract"]].index("C1")]
    first |= {
        "parcel_codes": draw(st.sampled_from((["P1"], ["P1", "P2"], ["P1"]))),
        "signed_on": dt.date(2019, 1, 1),
    }
    start = [
        {"event": "PERMIT", "happened_on": dt.date(2020, 2, 28)},
        {"event": "FOUNDATION", "happened_on": dt.date(2020, 2, 28), "foundation_type": "PIT", "done": "1", "of": "1"},
        {"event": "SUSPENDED", "happened_on": draw(days)},
        {"event": "PROGRESS", "happened_on": dt.date(2020, 2, 28),
         "developed_area_m2": draw(st.sampled_from((None, "9999.99", "10000")))},
    ]  # fmt: skip
    blank = {
        "parcel_code": "P1",
        "foundation_type": None,
        "done": None,
        "of": None,
        "developed_area_m2": None,
    }
    few = world["construction_event"][:3]
    world["construction_event"] = [blank | row for row in start] + few
    return world
