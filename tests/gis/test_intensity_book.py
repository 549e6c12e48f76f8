"""The example book of investment intensity: each figure worked by hand, each property for any contract."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.rules import intensity_rule
from gis import intensity
from gis.accounts import accounts
from gis.peers import peer_medians
from gis.phrases.accounts import tell_account
from gis.standards import Control, Grade, Standards
from gis.trace import explain_intensity
from tests.gis.makers import contract, parcel, report, supplement, tables, term_trace

RULE = intensity_rule(dt.date(2026, 1, 1))
DAY = dt.date(2024, 1, 1)
# 12,000 on 4.80 ha, price 1,440; 8,100 invested: 2,500 and 1,687.5 a hectare (section 6.2).
PROMISE = {
    "total_investment_wan": 12000,
    "granted_area_m2": 48000,
    "invest_by": "2024-01-01",
    "price_wan": 1440,
}
PAID = {"building_wan": 5000, "equipment_wan": 1660, "land_price_wan": 1440}
SURVEYED = parcel(registered_area_m2=49200)


def terms(as_of: dt.date = DAY, **rows: Any) -> Any:
    rows.setdefault("reports", [report("2023-12-01", **PAID)])
    rows.setdefault("parcels", [SURVEYED])
    return intensity.judge(tables(**rows), RULE, as_of).set_index("term", drop=False)


def account(as_of: dt.date = DAY, standards: Standards | None = None, rule: Any = RULE, **rows: Any) -> Any:
    """Return the account of the first contract."""
    rows.setdefault("reports", [report("2023-12-01", **PAID)])
    rows.setdefault("parcels", [SURVEYED])
    made = tables(**rows)
    return accounts(made, rule, as_of, intensity.judge(made, rule, as_of), standards, {"K": "210703"}).iloc[0]


@pytest.mark.parametrize(
    ("fields", "actual", "share", "damages"),
    [
        # (2,500 − 1,687.5) ÷ 2,500 = 0.325; 1,440 × 0.325 = 468
        ({}, "1687.5", "0.325", "468"),
        # 8,100 ÷ 4.92 = 1,646.341…; (2,500 − 8,100/4.92) ÷ 2,500 = 0.341463…; × 1,440 = 491.707317…
        ({"area_basis": "SURVEYED", "intensity_wan_per_ha": 2500}, "1646.341463", "0.341463", "491.707317"),
    ],
)
def test_worked_example_of_damages(fields, actual, share, damages):
    row = terms(contracts=[contract(**PROMISE, shortfall_clause=True, **fields)]).loc["INTENSITY"]
    assert (row["actual"], row["shortfall_share"], row["damages_wan"]) == tuple(
        map(Decimal, (actual, share, damages))
    )


def test_damages_of_the_total_are_an_alternative_with_the_same_share():
    row = terms(contracts=[contract(**PROMISE, shortfall_clause=True)]).loc["TOTAL_INVESTMENT"]
    assert (row["shortfall"], row["shortfall_share"], row["damages_wan"]) == (3900, Decimal("0.325"), 468)


def test_a_damage_of_less_than_a_cent_is_rounded_half_up():
    # 1 of 3 is lacking: 1/3 of 0.0000045 × 10,000 CNY = 0.0000015, half-up to 0.000002 (2 cents of a cent's hundredth)
    promise = {
        "total_investment_wan": 3,
        "granted_area_m2": 10000,
        "invest_by": "2023-01-01",
        "price_wan": "0.0000045",
    }
    paid = [report("2022-12-01", building_wan=1, equipment_wan=1, land_price_wan=0)]
    row = terms(contracts=[contract(**promise, shortfall_clause=True)], reports=paid).loc["TOTAL_INVESTMENT"]
    assert row["damages_wan"] == Decimal("0.000002")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"shortfall_clause": False}, "NO_CLAUSE"),
        ({"shortfall_clause": None}, "CLAUSE_UNKNOWN"),
        ({"shortfall_clause": True, "price_wan": None}, "NO_PRICE"),
        ({"shortfall_clause": True, "price_wan": 0}, "NO_PRICE"),
    ],
)
def test_without_clause_or_price_there_is_no_amount(fields, why):
    row = terms(contracts=[contract(**(PROMISE | fields))]).loc["INTENSITY"]
    assert row["verdict"] == "SHORT" and row["damages_wan"] is None and row["no_damages"] == why


@pytest.mark.parametrize(
    ("as_of", "cure_days", "expected"),
    [
        ("2024-01-01", 90, ("IN_CURE", dt.date(2024, 3, 31))),  # 30 of January, 29 of February, 31 of March
        ("2024-03-31", 90, ("IN_CURE", dt.date(2024, 3, 31))),  # the last day belongs to it
        ("2024-04-01", 90, ("OVER", dt.date(2024, 3, 31))),
        ("2024-04-01", None, ("NO_TERM", None)),
        ("2024-01-01", 0, ("IN_CURE", dt.date(2024, 1, 1))),
    ],
)
def test_time_to_cure_runs_from_the_deadline(as_of, cure_days, expected):
    found = terms(dt.date.fromisoformat(as_of), contracts=[contract(**PROMISE, cure_days=cure_days)])
    assert (found.loc["INTENSITY", "cure"], found.loc["INTENSITY", "cure_until"]) == expected


def test_the_trace_tells_shortfall_damages_and_cure():
    row = terms(contracts=[contract(**PROMISE, shortfall_clause=True, cure_days=90)]).loc["INTENSITY"]
    text = " ".join(
        step["text"] for step in explain_intensity(term_trace(row, RULE, DAY), "zh")["arithmetic"]
    )
    # 2,500 × 4.8 = 12,000 are due on the area; 12,000 − 8,100 = 3,900 are lacking.
    assert (
        "2,500 − 1,687.5 = 812.5 万元/公顷；按考核面积应投 12,000 万元，缺 3,900 万元，占 3,900 ÷ 12,000 = 0.325"
        in text
    )
    assert (
        "整改期满仍不足时，价款 1,440 × 3,900 ÷ 12,000 = 468 万元" in text
        and "整改期至 2024-03-31，2024-01-01 尚在期内" in text
    )


def test_damages_can_be_recomputed_from_what_is_told():
    """A share that does not end is told by its two sides: 1,440 × 0.341463 would be 491.70672, not 491.707317."""
    agreed = contract(**PROMISE, shortfall_clause=True, area_basis="SURVEYED", intensity_wan_per_ha=2500)
    row = terms(contracts=[agreed]).loc["INTENSITY"]
    step = next(step for step in term_trace(row, RULE, DAY)["s"] if step[0] == "DAMAGES")
    price, part, whole, damages = map(Decimal, step[3:7])
    assert (part, whole) == (4200, 12300)  # 2,500 × 4.92 = 12,300; − 8,100
    assert round(price * part / whole, 6) == damages == Decimal("491.707317")


@pytest.mark.parametrize("cure_days", ["1e12", -1, "1.5"])
def test_a_time_to_cure_that_no_calendar_holds_is_none(cure_days):
    row = terms(contracts=[contract(**PROMISE, cure_days=cure_days)]).loc["INTENSITY"]
    assert (row["verdict"], row["cure"], row["cure_until"]) == ("SHORT", "NO_TERM", None)


def test_the_promise_has_the_day_and_source_of_the_paper_that_states_it():
    agreed = contract(**PROMISE, source="出让合同")
    later = supplement("S1", "C1", "2023-06-01", total_investment_wan=15000, source="补充协议")
    found = account(contracts=[agreed, later])
    assert (found["committed_wan"], found["committed_on"], found["committed_source"]) == (
        15000, dt.date(2023, 6, 1), "补充协议",
    )  # fmt: skip


def test_reported_and_verified_stand_side_by_side():
    reports = [
        report("2023-06-01", "VERIFIED", **PAID, land_tax_wan=43, other_wan=7, source="审计报告"),
        report("2023-12-01", **PAID | {"building_wan": 9000}, source="统计月报"),
        report("2023-11-01", **PAID),
    ]
    found = account(contracts=[contract(**PROMISE)], reports=reports)
    assert (found["reported_wan"], found["reported_on"], found["reported_source"]) == (
        12100,
        dt.date(2023, 12, 1),
        "统计月报",
    )
    assert (found["verified_wan"], found["verified_on"], found["verified_source"]) == (
        8100,
        dt.date(2023, 6, 1),
        "审计报告",
    )
    # Without land price (1,440) and taxes (43), with other (7): 5,000 + 1,660 + 7.
    assert found["verified_ex_land_wan"] == 6667
    assert found["reported_ex_land_wan"] is None  # "other" was not reported: no sum, never zero


@pytest.mark.parametrize(
    ("registered", "drawn", "flagged"),
    [
        (48048, 48000, False),  # 48 m² is exactly 0.1 % of 48,000: not more
        ("48048.01", 48000, True),
        (48000, "48048.01", True),
        (None, None, False),
    ],
)
def test_areas_that_differ_are_pointed_out(registered, drawn, flagged):
    place = parcel(registered_area_m2=registered)
    made = tables(parcels=[place], contracts=[contract(**PROMISE)])
    made.parcel["drawn_area_m2"] = [None if drawn is None else Decimal(drawn)]
    found = accounts(made, RULE, DAY, intensity.judge(made, RULE, DAY)).iloc[0]
    assert ("AREAS_DIFFER" in found["flags"]) is flagged


def test_of_a_small_area_ten_square_metres_count():
    small = PROMISE | {"granted_area_m2": 1000}
    assert (
        "AREAS_DIFFER"
        not in account(contracts=[contract(**small)], parcels=[parcel(registered_area_m2=1010)])["flags"]
    )
    assert (
        "AREAS_DIFFER"
        in account(contracts=[contract(**small)], parcels=[parcel(registered_area_m2="1010.01")])["flags"]
    )


@pytest.mark.parametrize(
    ("stated", "flagged"), [("2525", False), ("2525.3", True), ("2475.3", False), ("2475.2", True)]
)
def test_a_stated_intensity_that_contradicts_the_total(stated, flagged):
    # T ÷ A is 2,500. Of 2,525.2525… it is 1 % away, of 2,475.2475… too: one way each.
    found = account(contracts=[contract(**PROMISE, intensity_wan_per_ha=stated)])
    assert ("INTENSITY_CONTRADICTS_TOTAL" in found["flags"]) is flagged


PHASES: list[dict[str, Any]] = [
    {"contract_no": "C1", "phase": "一期", "area_m2": 20000, "investment_wan": 5000, "due_on": "2023-06-30"},
    {"contract_no": "C1", "phase": "二期", "area_m2": 28000, "investment_wan": 7000, "due_on": "2025-06-30"},
]


def test_phases_are_counted_as_they_fall_due():
    # Of 8,100 invested 5,000 were due by 2024: 1.62; by area due 8,100 ÷ 2 ha = 4,050; in 2025 8,100 ÷ 12,000 = 0.675.
    found = account(contracts=[contract(**PROMISE)], phases=PHASES)
    assert (found["due_wan"], found["due_m2"], found["phase_rate"], found["due_intensity"]) == (
        5000,
        20000,
        Decimal("1.62"),
        4050,
    )
    assert [phase["due"] for phase in found["phases"]] == [True, False]
    assert "PHASES_AFTER_DEADLINE" in found["flags"] and "PHASES_DIFFER" not in found["flags"]
    later = account(dt.date(2025, 6, 30), contracts=[contract(**PROMISE)], phases=PHASES)
    assert (later["due_wan"], later["phase_rate"]) == (12000, Decimal("0.675"))


def test_nothing_is_due_before_the_first_phase_and_nothing_pro_rata_without_phases():
    early = account(dt.date(2023, 6, 29), contracts=[contract(**PROMISE)], phases=PHASES, reports=[])
    assert (early["due_wan"], early["phase_rate"]) == (0, None)
    none = account(contracts=[contract(**PROMISE)])
    assert none["phases"] is None and none["due_wan"] is None


def test_phases_of_a_supplement_count_from_its_signing():
    later = supplement("S1", "C1", "2023-09-01")
    third = {"contract_no": "S1", "phase": "三期", "area_m2": 1, "investment_wan": 1, "due_on": "2023-07-01"}
    rows = {"contracts": [contract(**PROMISE), later], "phases": [*PHASES, third]}
    assert account(dt.date(2023, 8, 31), **rows)["due_wan"] == 5000
    assert account(dt.date(2023, 9, 1), **rows)["due_wan"] == 5001
    undated = {"contracts": [contract(**PROMISE), supplement("S1", "C1", None)], "phases": [*PHASES, third]}
    assert account(**undated)["due_wan"] is None


@pytest.mark.parametrize("name", ["area_m2", "investment_wan", "due_on"])
def test_an_incomplete_phase_leaves_its_sum_unknown(name):
    found = account(contracts=[contract(**PROMISE)], phases=[PHASES[0] | {name: None}, PHASES[1]])
    assert "PHASES_INCOMPLETE" in found["flags"]
    assert found["due_m2" if name == "area_m2" else "due_wan"] is None


def test_phases_that_do_not_add_up():
    more = [PHASES[0], PHASES[1] | {"investment_wan": 7001}]
    assert "PHASES_DIFFER" in account(contracts=[contract(**PROMISE)], phases=more)["flags"]


def test_a_parcel_in_two_contracts_is_not_counted_twice():
    # C2 is newer and takes P2 of C1's two parcels: both are in force, and P2 is in both.
    places = [parcel("P1"), parcel("P2", entity_id=2, version_id=2)]
    both = [
        contract("C1", ["P1", "P2"], **PROMISE),
        contract("C2", ["P2"], signed_on="2021-01-01", **PROMISE),
    ]
    found = account(parcels=places, contracts=both)
    assert found["shared_with"] == ["C2"] and "SHARED_PARCEL" in found["flags"]
    # Where the newer one takes all, the older one is superseded, not shared.
    found = account(parcels=places, contracts=[both[0], contract("C2", ["P1", "P2"], signed_on="2021-01-01")])
    assert found["flags"] == ["AREAS_DIFFER", "SUPERSEDED"] and found["shared_with"] == []


CELL = Control("2023", "CN", "INTENSITY", "36", "2017", None, None, Decimal(120), "万元/亩", "NATIONAL_RECOMMENDED", False,
               dt.date(2019, 1, 1), None, "测试表")  # fmt: skip
INDUSTRY = {"industry_code": "3670", "industry_code_version": "2017"}


def standard(
    cell: Control | None, fields: dict[str, Any] | None = None, grades: tuple[Grade, ...] = ()
) -> Any:
    loaded = Standards(() if cell is None else (cell,), grades)
    found = account(
        standards=loaded, contracts=[contract(**PROMISE, **(INDUSTRY if fields is None else fields))]
    )
    return found["standards"][0] if found["standards"] else None


def test_a_standard_is_compared_exactly_and_a_recommended_one_does_not_bind():
    # 120 a mu × 15 = 1,800 a hectare; 1,687.5 were reached.
    found = standard(CELL)
    assert (found["met"], found["binding"], found["value"]) == (False, False, "120")
    assert standard(replace(CELL, value=Decimal("112.5")))["met"] is True  # × 15 = 1,687.5 exactly
    # 8,100 ÷ 4.92 = 1,646.3414634…, which is shown as 1,646.341463 and does not reach 1,646.3414635.
    exact = replace(CELL, value=Decimal("1646.3414635"), unit="元/㎡")
    surveyed = contract(**PROMISE, **INDUSTRY, area_basis="SURVEYED")
    assert account(standards=Standards((exact,)), contracts=[surveyed])["standards"][0]["met"] is False
    shown = replace(exact, value=Decimal("1646.3414634"))
    assert account(standards=Standards((shown,)), contracts=[surveyed])["standards"][0]["met"] is True
    said = account(standards=Standards((CELL,)), contracts=[contract(**PROMISE, **INDUSTRY)])
    assert any("推荐性指标" in line and "无约束力" in line for line in tell_account(said, "zh"))


@pytest.mark.parametrize(
    ("cell", "fields", "grades", "reason"),
    [
        (CELL, {}, (), "NO_INDUSTRY"),
        (CELL, {"industry_code": "3670"}, (), "NO_INDUSTRY_VERSION"),
        (
            CELL,
            {"industry_code": "3670", "industry_code_version": "2002"},
            (),
            "NO_ROW",
        ),  # 36 means another industry
        (
            CELL,
            {"industry_code": "3770", "industry_code_version": "2017"},
            (),
            "NO_ROW",
        ),  # no neighbouring class
        (replace(CELL, grade_from=9, grade_to=10), None, (), "NO_GRADE"),
        (
            replace(CELL, grade_from=9, grade_to=10),
            None,
            (Grade("210703", 11, dt.date(2009, 1, 1), None, "d"),),
            "NO_ROW",
        ),
        (replace(CELL, place="CN/21/2108"), None, (), "NO_ROW"),
        (replace(CELL, since=dt.date(2020, 1, 2)), None, (), "NO_ROW"),  # signed a day before
    ],
)
def test_a_look_up_that_misses_says_so(cell, fields, grades, reason):
    assert standard(cell, fields, grades) == {"indicator": "INTENSITY", "reason": reason}


def test_a_contract_without_a_day_has_no_edition():
    undated = contract(**PROMISE, **INDUSTRY, signed_on=None)
    found = account(standards=Standards((CELL,)), contracts=[undated])
    assert found["standards"][0] == {"indicator": "INTENSITY", "reason": "NO_SIGNING_DATE"}


def test_without_a_table_only_the_contract_counts():
    assert standard(None) is None
    said = tell_account(account(contracts=[contract(**PROMISE)]), "en")
    assert "No official table is loaded: compared with the contract only" in said


def test_a_land_grade_and_a_local_place_that_fit():
    grade = (Grade("210703", 9, dt.date(2009, 1, 1), None, "d"),)
    fitting = replace(CELL, grade_from=9, grade_to=10, place="CN/21/2107", source="LOCAL", binding=True)
    assert standard(fitting, None, grade)["binding"] is True


def test_the_median_is_that_of_the_others():
    keys = [(False, "3670", "2017")] * 6
    values: list[Decimal | None] = [Decimal(value) for value in (10, 20, 30, 40, 50, 1000)]
    # Without 10: 20, 30, 40, 50, 1000 → 40. Without 1000: 10 … 50 → 30. Four others are too few.
    assert peer_medians(keys, values, 5)[0] == (5, Decimal(40))
    assert peer_medians(keys, values, 5)[-1] == (5, Decimal(30))
    assert peer_medians(keys[:5], values[:5], 5)[0] == (None, None)
    assert peer_medians([*keys, (False, "3670", "2002")], [*values, Decimal(1)], 5)[-1] == (None, None)


@settings(deadline=None)  # how long a case takes is no property of it
@given(st.lists(st.one_of(st.none(), st.integers(0, 50)), min_size=1, max_size=30))
def test_medians_agree_with_numpy(listed):
    values = [None if value is None else Decimal(value) for value in listed]
    for place, (count, median) in enumerate(peer_medians([(False, "36", "v")] * len(values), values, 1)):
        others = [value for n, value in enumerate(listed) if n != place and value is not None]
        assert (count or 0) == len(others)
        assert median is None if not others else float(median) == pytest.approx(np.median(others))


AMOUNT = st.one_of(st.none(), st.decimals(0, 20000, places=2))
PARTS = st.fixed_dictionaries({"building_wan": AMOUNT, "equipment_wan": AMOUNT, "land_price_wan": AMOUNT})
FIELDS = st.fixed_dictionaries(
    {
        "total_investment_wan": AMOUNT, "intensity_wan_per_ha": AMOUNT, "price_wan": AMOUNT,
        "granted_area_m2": st.one_of(st.none(), st.decimals(0, 90000, places=2)),
        "shortfall_clause": st.sampled_from([True, False, None]), "cure_days": st.sampled_from([None, 0, 60]),
        "invest_by": st.sampled_from([None, "2023-12-31", "2024-01-02"]),
    }
)  # fmt: skip


@settings(deadline=None)  # how long a case takes is no property of it
@given(FIELDS, PARTS, st.sampled_from(["VERIFIED", "REPORTED"]))
def test_a_missing_fact_never_accuses_and_damages_never_exceed_the_price(fields, parts, basis):
    found = terms(contracts=[contract(**fields)], reports=[report("2023-06-01", basis, **parts)])
    for term in ("INTENSITY", "TOTAL_INVESTMENT"):
        row = found.loc[term]
        known = row["actual"] is not None and row["required"] is not None and fields["invest_by"] is not None
        assert (
            known or row["verdict"] == "UNDETERMINED" or (row["verdict"] == "NOT_DUE" and fields["invest_by"])
        )
        if row["verdict"] == "SHORT":
            assert 0 < row["shortfall_share"] <= 1 or row["shortfall"] < Decimal("0.000001")
        if row["damages_wan"] is not None:
            assert fields["shortfall_clause"] is True and row["verdict"] == "SHORT"
            assert row["damages_wan"] <= fields["price_wan"] + Decimal("0.000001")


@settings(deadline=None)  # how long a case takes is no property of it
@given(FIELDS, PARTS, FIELDS)
def test_rows_of_other_contracts_and_the_order_of_rows_change_nothing(fields, parts, others):
    alone = {"contracts": [contract(**fields)], "reports": [report("2023-06-01", **parts)]}
    other = contract("C0", ["P9"], **others)
    more = {
        "contracts": [other, *alone["contracts"]],
        "reports": [report("2023-06-01", number="C0"), *alone["reports"]],
    }
    places = [parcel("P9", entity_id=9, version_id=9), SURVEYED]
    mine = terms(**alone)
    for rows in (more, {name: list(reversed(listed)) for name, listed in more.items()}):
        found = intensity.judge(tables(parcels=places, **rows), RULE, DAY)
        theirs = found[found["contract_no"] == "C1"].set_index("term", drop=False)
        assert theirs.astype(str).equals(mine.astype(str))


def test_a_report_that_may_not_count_is_shown_but_never_reckoned_with():
    """An undated verified report may be the one that decides: the dated one is a fact, no figure follows from it."""
    reports = [report("2023-12-01", **PAID), report(None, "VERIFIED", **PAID)]
    row = terms(contracts=[contract(**PROMISE)], reports=reports).loc["INTENSITY"]
    trace = term_trace(row, RULE, DAY)
    assert (row["verdict"], row["actual"], row["missing"]) == ("UNDETERMINED", None, ["reported_on"])
    assert next(step for step in trace["s"] if step[0] == "QUOTIENT")[3:6] == [None, "48000", None]
    assert ["building_wan", "5000", "2023-12-01"] in [fact[:3] for fact in trace["f"]]
    said = account(standards=Standards((CELL,)), contracts=[contract(**PROMISE, **INDUSTRY)], reports=reports)
    assert said["standards"][0]["met"] is None


def test_a_supplement_moves_price_and_clause_too():
    later = supplement("S1", "C1", "2023-06-01", price_wan=2000, shortfall_clause=True)
    row = terms(contracts=[contract(**PROMISE), later]).loc["INTENSITY"]
    assert row["damages_wan"] == 650  # 2,000 × 0.325
