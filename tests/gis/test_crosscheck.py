"""Sources against each other: each planted error is named as what it is, and nothing is said where all agree."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.rules import crosscheck_rule, intensity_rule
from gis import intensity
from gis.accounts import accounts
from gis.crosscheck import crosscheck, reporters
from gis.disagreements import EXPLANATIONS, KINDS, NEXT_STEPS, SUSPICIONS
from gis.phrases.crosscheck import tell_disagreement
from gis.slips import FACTORS, slip
from gis.words_crosscheck import EXPLANATIONS as EXPLANATION_WORDS
from gis.words_crosscheck import KINDS as KIND_WORDS
from gis.words_crosscheck import NEXT_STEPS as STEP_WORDS
from gis.words_crosscheck import SUSPICIONS as SUSPICION_WORDS
from tests.gis.makers import RULE as IDLE
from tests.gis.makers import contract, event, parcel, report, table, tables
from tests.gis.worlds import worlds

DAY = dt.date(2026, 1, 1)
RULE = crosscheck_rule(DAY)
INTENSITY = intensity_rule(DAY)
D = Decimal
SHARE_1_PERCENT = Fraction(1, 100)

# A parcel of 30,000 m2 whose sources agree: supplied 2020, permit and start 2021, half built by the end of 2022,
# finished and checked 2024; 6,000 promised, 6,100 reported and verified.
CONTRACT = contract(
    granted_area_m2=30_000, total_investment_wan=6_000, complete_by="2023-12-31", holder="甲公司"
)
EVENTS = (
    event("PERMIT", "2021-02-01", source="住建局"),
    event("REPORTED_START", "2021-02-10", source="园区月报"),
    event("FOUNDATION", "2021-03-01", foundation_type="PIT", done=1, of=1, source="园区月报"),
    event("PROGRESS", "2022-11-30", developed_area_m2=15_000, source="园区月报"),
    event("COMPLETED", "2024-03-01", source="园区月报"),
    event("COMPLETION_CHECKED", "2024-06-01", source="自然资源局"),
)
REPORTS = (
    report("2024-02-01", "REPORTED", building_wan=4_000, equipment_wan=1_600, land_price_wan=500, other_wan=0, source="园区月报"),
    report("2024-09-01", "VERIFIED", building_wan=4_000, equipment_wan=1_600, land_price_wan=500, other_wan=0, source="评估所"),
)  # fmt: skip
SEEN = {2021: "6000", 2022: "15000", 2023: "28000", 2024: "29000", 2025: "29000"}


def found(
    seen: dict[int, str] | None = None, park_seen: tuple[int, ...] = (2021, 2022, 2023, 2024, 2025), as_of: dt.date = DAY,
    drawn: Any = None, **rows: Any,
) -> pd.DataFrame:  # fmt: skip
    """Compare a world that is clean but for what is given."""
    return compared(made(drawn, **rows), seen, park_seen, as_of)


def made(drawn: Any = None, **rows: Any) -> Any:
    whole = {"contracts": [CONTRACT], "events": EVENTS, "reports": REPORTS, "parcels": [parcel()]} | rows
    facts = tables(**whole)
    facts.parcel["drawn_area_m2"] = pd.Series([D(str(drawn or 30_000))] * len(facts.parcel), dtype=object)
    return facts


def compared(
    facts: Any, seen: dict[int, str] | None = None, park_seen: Any = (2021, 2022, 2023, 2024, 2025), as_of: dt.date = DAY
) -> pd.DataFrame:  # fmt: skip
    codes = facts.parcel["parcel_code"].tolist()
    areas = SEEN if seen is None else seen
    built = pd.DataFrame(
        [
            (code, year, D(area), (D(area) / 30_000).quantize(D("0.000001")))
            for year, area in areas.items()
            for code in codes
        ],
        columns=["parcel_code", "year", "builtup_m2", "share"],
    )
    growth = pd.DataFrame({
        "park_code": ["K"] * len(park_seen), "year": list(park_seen),
        "observed_on": [dt.date(year, 12, 31) for year in park_seen],
    })  # fmt: skip
    terms = intensity.judge(facts, INTENSITY, as_of)
    return crosscheck(facts, RULE, IDLE, as_of, built, growth, accounts(facts, INTENSITY, as_of, terms))


def rows_of(table_: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    return list(table_[list(names)].itertuples(index=False, name=None))


def without(*kinds: str) -> list[dict[str, Any]]:
    return [row for row in EVENTS if row["event"] not in kinds]


# ---- nothing where all agree ------------------------------------------------


def test_sources_that_agree_say_nothing():
    assert found().empty


def test_a_survey_of_the_park_that_never_was_says_nothing():
    # No built-up land of the park is on record: nobody looked, so an empty parcel is no evidence.
    bare = dict.fromkeys(SEEN, "0")
    assert rows_of(found(seen=bare, park_seen=()), "kind") == []
    assert rows_of(found(seen=bare), "kind") == [("COMPLETED_NOT_SEEN",), ("DEVELOPED_AREA",)]


# ---- each planted error -------------------------------------------------------

NO_PERMIT = without("PERMIT")
LATE_PERMIT = [*without("PERMIT"), event("PERMIT", "2021-09-01")]
UNFINISHED = without("COMPLETED", "COMPLETION_CHECKED", "PROGRESS")
STOPPED = [*UNFINISHED, event("SUSPENDED", "2022-06-01", source="巡查", developed_area_m2=6_000)]
TWICE = report("2024-02-01", "REPORTED", "C2", building_wan=4_000, equipment_wan=1_600, land_price_wan=500, other_wan=0,
               source="园区月报")  # fmt: skip
PLANTED = {
    # No permit at all by 2026-01-01, 1,786 days after the start.
    "no permit": ({"events": NO_PERMIT}, ("START_WITHOUT_PERMIT", "OVERREPORTED", "UNEXPLAINED", "", 1_786)),
    # 2021-02-10 to 2021-09-01: 203 days, more than the 180 that a late paper explains.
    "late permit": ({"events": LATE_PERMIT}, ("START_BEFORE_PERMIT", "OVERREPORTED", "UNEXPLAINED", "", 203)),
    "start before contract": (
        {"contracts": [CONTRACT | {"signed_on": "2021-06-10"}]},
        ("START_BEFORE_CONTRACT", "MISMATCH", "LATE_FILING", "", 120),
    ),
    "start not seen": (
        {"events": UNFINISHED, "seen": dict.fromkeys(SEEN, "0")},
        ("START_NOT_SEEN", "OVERREPORTED", "UNEXPLAINED", "", None),
    ),
    "completion not seen": (
        {"seen": dict.fromkeys(SEEN, "200"), "events": without("PROGRESS")},
        ("COMPLETED_NOT_SEEN", "OVERREPORTED", "UNEXPLAINED", "", None),
    ),
    "built without start": ({"events": []}, ("BUILT_WITHOUT_START", "OMITTED", "UNEXPLAINED", "", None)),
    "built before supply": (
        {"events": [], "contracts": [CONTRACT | {"signed_on": "2023-06-01"}]},
        ("BUILT_WITHOUT_START", "MISMATCH", "BUILT_BEFORE_SUPPLY", "", None),
    ),
    "grows while suspended": (
        {"events": STOPPED, "seen": SEEN | {2022: "6000"}},
        ("SUSPENDED_BUT_GROWS", "UNDERREPORTED", "UNEXPLAINED", "", None),
    ),
    "developed too much": (
        {"events": [*UNFINISHED, event("PROGRESS", "2022-11-30", developed_area_m2=29_500)], "seen": {2022: "15000"}},
        ("DEVELOPED_AREA", "OVERREPORTED", "UNEXPLAINED", "", None),
    ),
    "developed in mu for m2": (
        {"events": [*UNFINISHED, event("PROGRESS", "2022-11-30", developed_area_m2="22.5")], "seen": {2021: "15000"}},
        None,  # too little is a question on suspended land only
    ),
    "suspended, developed in mu for m2": (
        {"events": [*UNFINISHED, event("SUSPENDED", "2022-11-30", developed_area_m2="22.5")], "seen": {2021: "15000"}},
        ("DEVELOPED_AREA", "MISMATCH", "UNIT_SLIP", "/666.67", None),
    ),
    "registered in m2 for mu": (
        {"parcels": [parcel(registered_area_m2="45")], "contracts": [CONTRACT | {"granted_area_m2": 45}]},
        ("REGISTERED_AREA", "MISMATCH", "UNIT_SLIP", "/666.67", None),
    ),
    "registered otherwise": (
        {"parcels": [parcel(registered_area_m2=36_000)], "contracts": [CONTRACT | {"granted_area_m2": 36_000}]},
        ("REGISTERED_AREA", "MISMATCH", "BOUNDARY_CHANGE", "", None),
    ),
    "granted otherwise": (
        {"contracts": [CONTRACT | {"granted_area_m2": 40_000}]},
        ("GRANTED_AREA", "MISMATCH", "BOUNDARY_CHANGE", "", None),
    ),
    "granted in hectares": (
        {"contracts": [CONTRACT | {"granted_area_m2": 3}]},
        ("GRANTED_AREA", "MISMATCH", "UNIT_SLIP", "/10000", None),
    ),
    "reported more than verified": (
        {"reports": [REPORTS[0] | {"building_wan": 7_000}, REPORTS[1]]},
        ("INVESTED_VERIFIED", "OVERREPORTED", "UNEXPLAINED", "", None),
    ),
    "reported later and less than verified": (
        {"reports": [REPORTS[0] | {"reported_on": "2025-01-01", "building_wan": 1_000}, REPORTS[1]]},
        ("INVESTED_VERIFIED", "UNDERREPORTED", "UNEXPLAINED", "", None),
    ),
    "reported in CNY": (
        {"reports": [REPORTS[0] | {"building_wan": 40_000_000, "equipment_wan": 16_000_000, "land_price_wan": 5_000_000},
                     REPORTS[1]]},
        ("INVESTED_VERIFIED", "MISMATCH", "UNIT_SLIP", "x10000", None),
    ),
    "reported in CNY, never verified": (
        {"reports": [REPORTS[0] | {"building_wan": 40_000_000, "equipment_wan": 16_000_000, "land_price_wan": 4_000_000}]},
        ("INVESTED_PROMISED", "MISMATCH", "UNIT_SLIP", "x10000", None),
    ),
    "more than three times the promise": (
        {"reports": [REPORTS[0] | {"building_wan": 16_000}]},
        ("INVESTED_PROMISED", "MISMATCH", "UNEXPLAINED", "", None),
    ),
    "never reported": ({"reports": []}, ("REPORT_MISSING", "OMITTED", "UNEXPLAINED", "", 579)),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_error_is_named_as_what_it_is(name: str) -> None:
    changes, expected = PLANTED[name]
    rows = found(**changes)
    columns = ("kind", "suspicion", "explanation", "slip", "days")
    assert rows_of(rows, *columns) == ([] if expected is None else [expected])


def test_both_sides_stand_in_the_row_with_size_ratio_reporter_and_source():
    (row,) = found(reports=[REPORTS[0] | {"building_wan": 7_000}, REPORTS[1]]).to_dict("records")
    # 7,000 + 1,600 + 500 = 9,100 reported; 6,100 verified: 3,000 more, 9,100 / 6,100 = 1.4918.
    assert (row["said"], row["found"], row["size"], row["ratio"]) == (
        D(9100),
        D(6100),
        D(3000),
        D("1.491803"),
    )
    assert (row["said_on"], row["found_on"]) == (dt.date(2024, 2, 1), dt.date(2024, 9, 1))
    assert (row["reporter"], row["said_source"], row["found_source"]) == ("园区月报", "园区月报", "评估所")
    assert (row["direction"], row["next_step"], row["parcel_code"], row["contract_no"]) == (
        "OVER",
        "REPORTER",
        "P1",
        "C1",
    )
    assert tell_disagreement(row, "zh") == (
        "疑似虚报：上报投资与核实投资不符；上报 9,100 万元 2024-02-01 [园区月报]；核实 6,100 万元 2024-09-01 [评估所]；"
        "相差 3,000 万元，为对照值的 1.49 倍；原因不明；请报送单位说明或更正。"
    )  # fmt: skip
    assert tell_disagreement(row, "en").startswith(
        "Suspected over-reporting: Reported and verified investment differ; "
    )


def test_amounts_that_grew_after_the_verification_are_no_error():
    rows = [REPORTS[0] | {"reported_on": "2025-06-01", "building_wan": 7_000}, REPORTS[1]]
    assert found(reports=rows).empty


def test_the_same_figures_in_reports_of_two_contracts():
    two = [parcel(), parcel("P2")]
    other = contract("C2", ["P2"], granted_area_m2=30_000, total_investment_wan=6_000)
    events = [row | {"parcel_code": code} for code in ("P1", "P2") for row in EVENTS]
    rows = found(parcels=two, contracts=[CONTRACT, other], events=events, reports=[*REPORTS, TWICE])
    assert rows_of(rows, "kind", "suspicion", "explanation", "contract_no", "reporter") == [
        ("REPEATED_AMOUNT", "OVERREPORTED", "COPIED", "C2", "园区月报")
    ]
    apart = TWICE | {"equipment_wan": "1600.01"}
    assert found(parcels=two, contracts=[CONTRACT, other], events=events, reports=[*REPORTS, apart]).empty


@pytest.mark.parametrize(
    ("holder", "why"), [("乙公司", "TWO_FIRMS"), ("甲公司", "UNEXPLAINED"), (None, "UNEXPLAINED")]
)
def test_one_plot_in_two_contracts_is_two_firms_only_if_they_are_two(holder: str | None, why: str) -> None:
    other = CONTRACT | {"contract_no": "C2", "parcel_codes": ["P0", "P1"], "signed_on": "2019-01-01",
                        "granted_area_m2": 60_000}  # fmt: skip
    events = [row | {"parcel_code": code} for code in ("P0", "P1") for row in EVENTS]
    reports = [*REPORTS, *(row | {"contract_no": "C2", "building_wan": 4_100} for row in REPORTS)]
    plots = [parcel("P0", holder=holder), parcel()]
    rows = found(parcels=plots, contracts=[CONTRACT, other], events=events, reports=reports)
    assert rows_of(rows, "kind", "contract_no", "explanation") == [
        ("TWO_FIRMS", "C2", why),  # of two parcels: it stands before those of one
        ("TWO_FIRMS", "C1", why),
    ]


def test_what_was_built_and_torn_down_again_was_no_false_report():
    """Finished in 2024, seen so at the end of that year, bare a year later: the reports were right."""
    gone = SEEN | {2025: "0"}
    assert found(seen=gone).empty
    assert found(seen=gone, events=[*UNFINISHED, EVENTS[3]]).empty


def test_an_event_of_no_kind_may_be_the_permit():
    nameless = event(None, "2021-01-05")
    assert found(events=[*NO_PERMIT, nameless]).empty
    assert found(events=[*LATE_PERMIT, nameless]).empty


@pytest.mark.parametrize("unclear", [{"reported_on": None}, {"basis": None}])
def test_a_report_without_date_or_basis_may_be_the_one_that_counts(unclear: dict[str, Any]) -> None:
    more = REPORTS[0] | {"building_wan": 7_000}
    late = REPORTS[0] | {"reported_on": "2025-01-01", "building_wan": 1_000}
    for reports in ([more, REPORTS[1]], [late, REPORTS[1]], [REPORTS[0] | {"building_wan": 16_000}]):
        assert not found(reports=reports).empty
        assert found(reports=[*reports, REPORTS[0] | unclear]).empty


def test_a_building_on_record_where_the_survey_shows_bare_land():
    building = {"building_id": "B1", "parcel_code": "P1", "floor_area_m2": 900, "completed_on": "2022-05-01"}
    bare = dict.fromkeys(SEEN, "0")
    assert rows_of(found(seen=bare, events=[], buildings=[building]), "kind", "suspicion") == [
        ("BUILDINGS_NOT_SEEN", "MISMATCH")
    ]
    later = building | {"completed_on": "2026-05-01"}
    assert found(seen=bare, events=[], buildings=[later]).empty


@pytest.mark.parametrize("kind", ["PERMIT", "REPORTED_START", "COMPLETED"])
def test_an_event_without_a_date_accuses_nobody(kind: str) -> None:
    """A permit without a date may be older than the start; a start or a completion without one may be after the survey."""
    undated = [row | {"happened_on": None} if row["event"] == kind else row for row in UNFINISHED]
    undated += [event("COMPLETED", None)] if kind == "COMPLETED" else []
    bare = {"seen": dict.fromkeys(SEEN, "0")} if kind == "REPORTED_START" else {}
    assert found(events=undated, **bare).empty


def test_what_lies_after_the_day_is_not_known():
    rows = [event("REPORTED_START", "2025-12-30"), event("PERMIT", "2026-02-01")]
    assert found(events=rows, seen=dict.fromkeys(SEEN, "0"), as_of=dt.date(2026, 1, 15)).empty


# ---- thresholds ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("verified", "flagged"),
    [("5490.00", False), ("5489.99", True)],  # 6,100 - 5,490 = 610: a tenth of 6,100, not more
)
def test_a_tenth_is_not_more_than_a_tenth(verified: str, flagged: bool) -> None:
    less = REPORTS[1] | {"building_wan": str(D(verified) - 2_100)}
    assert found(reports=[REPORTS[0], less]).empty is not flagged


@pytest.mark.parametrize(("factor", "code"), [("10000", "10000"), ("15", "15"), ("2000/3", "666.67")])
def test_slips_of_units_by_hand(factor: str, code: str) -> None:
    one = D(300)
    large = D(str(round(float(300 * Fraction(factor)), 2)))
    assert slip(large, one, SHARE_1_PERCENT) == f"x{code}"
    assert slip(one, large, SHARE_1_PERCENT) == f"/{code}"
    assert slip(large * D("1.02"), one, SHARE_1_PERCENT) == ""
    assert slip(D(0), one, SHARE_1_PERCENT) == slip(one, D(0), SHARE_1_PERCENT) == ""


@given(
    st.decimals("0.01", "1e9", places=2), st.sampled_from(sorted(FACTORS)), st.decimals("-0.0099", "0.0099", places=4)
)  # fmt: skip
def test_any_figure_in_another_unit_is_recognised(value: Decimal, name: str, noise: Decimal) -> None:
    said = Fraction(value) * FACTORS[name] * (1 + Fraction(noise))
    text = D(said.numerator) / D(said.denominator)
    assert slip(text, value, SHARE_1_PERCENT) == f"x{name}"


# ---- reporters ------------------------------------------------------------------


def test_the_index_of_a_reporter_counts_and_needs_enough():
    facts = made(events=NO_PERMIT)
    rows = compared(facts)
    (index,) = reporters(facts, RULE, DAY, rows).to_dict("records")
    # 园区月报 says start, foundation, progress, completion, and one report: 5 facts, one of them suspected.
    assert (index["reporter"], index["compared"], index["overreported"]) == ("园区月报", 5, 1)
    assert index["share"] == D("0.2")
    few = made(events=without("PERMIT", "PROGRESS"))
    (index,) = reporters(few, RULE, DAY, compared(few)).to_dict("records")
    assert (index["compared"], index["share"]) == (4, None)


# ---- properties -------------------------------------------------------------------


@settings(max_examples=20, deadline=None)  # each world is judged and compared twice
@given(worlds(), st.integers(0, 5))
def test_order_of_rows_changes_nothing_and_every_word_is_known(world: Any, seed: int) -> None:
    def rows(order: int) -> pd.DataFrame:
        facts = {name: list(rows) for name, rows in world.items()}
        for name in ("construction_event", "contract"):
            if order and name in facts:
                facts[name] = (
                    facts[name][order % max(len(facts[name]), 1) :]
                    + facts[name][: order % max(len(facts[name]), 1)]
                )
        from gis.facts import Tables

        return compared(Tables(**{layer: table(layer, rows) for layer, rows in facts.items()}))

    first, again = rows(0), rows(seed)
    names = ["kind", "parcel_code", "contract_no", "suspicion", "slip"]
    assert sorted(rows_of(first, *names)) == sorted(rows_of(again, *names))
    for row in first.to_dict("records"):
        assert row["kind"] in KINDS and row["suspicion"] in SUSPICIONS and row["explanation"] in EXPLANATIONS
        assert row["next_step"] in NEXT_STEPS
        assert all(tell_disagreement(row, lang) for lang in ("zh", "en"))


def test_every_code_has_words():
    for codes, words in ((KINDS, KIND_WORDS), (SUSPICIONS, SUSPICION_WORDS), (EXPLANATIONS, EXPLANATION_WORDS),
                         (NEXT_STEPS, STEP_WORDS)):  # fmt: skip
        assert set(codes) == set(words)
