"""The boundary cases of the idle-land rule, each worked out by hand from the text of the Measures."""

from decimal import Decimal

import pytest

from tests.gis.makers import COMMENCED, PERMIT, cause, contract, event, parcel, report, supplement, verdict

DUE = (contract(commence_by="2023-05-31", price_wan=1800),)
OWN = (cause("ENTERPRISE"),)


@pytest.mark.parametrize(
    ("due", "as_of", "expected"),
    [
        # T01-T05. Due on 31 May 2023: the first full year ends with 31 May 2024, the second with
        # 31 May 2025; each has passed on 1 June (Civil Code arts. 201-203).
        ("2023-05-31", "2023-05-31", ("NOT_DUE", "")),
        ("2023-05-31", "2023-06-01", ("OVERDUE", "")),
        ("2023-05-31", "2024-05-31", ("OVERDUE", "")),
        ("2023-05-31", "2024-06-01", ("IDLE_NOT_COMMENCED", "Y1")),
        ("2023-05-31", "2025-05-31", ("IDLE_NOT_COMMENCED", "Y1")),
        ("2023-05-31", "2025-06-01", ("IDLE_NOT_COMMENCED", "Y2")),
        # T06. 2025 has no 29 February: the year ends with the 28th.
        ("2024-02-29", "2025-02-28", ("OVERDUE", "")),
        ("2024-02-29", "2025-03-01", ("IDLE_NOT_COMMENCED", "Y1")),
        ("2024-02-29", "2026-02-28", ("IDLE_NOT_COMMENCED", "Y1")),
        ("2024-02-29", "2026-03-01", ("IDLE_NOT_COMMENCED", "Y2")),
        # The counting table: 28 Feb 2024 is the last day, so 29 Feb 2024 is the first idle one.
        ("2023-02-28", "2024-02-28", ("OVERDUE", "")),
        ("2023-02-28", "2024-02-29", ("IDLE_NOT_COMMENCED", "Y1")),
        ("2022-03-15", "2023-03-15", ("OVERDUE", "")),
        ("2022-03-15", "2023-03-16", ("IDLE_NOT_COMMENCED", "Y1")),
    ],
)
def test_not_commenced_by_the_day(due, as_of, expected):
    found = verdict(as_of, contracts=[contract(commence_by=due)])
    assert (found["verdict"], found["band"]) == expected


def test_t03_fee_of_the_enterprise():
    # 20 % of 1 800 (18 000 000 yuan) is 360 (3 600 000 yuan); idle from 1 June, one day by then.
    found = verdict("2024-06-01", contracts=DUE, causes=OWN)
    assert (found["path"], found["fee_wan"], found["cause"]) == ("FEE", Decimal(360), "ENTERPRISE")
    assert (str(found["idle_from"]), found["days"], str(found["next_due_on"])) == (
        "2024-06-01",
        1,
        "2025-06-01",
    )
    assert found["missing"] == []


def test_t04_t05_last_day_of_the_fee_then_recovery():
    assert verdict("2025-05-31", contracts=DUE, causes=OWN)["path"] == "FEE"
    found = verdict("2025-06-01", contracts=DUE, causes=OWN)
    assert (found["path"], found["fee_wan"], found["next_due_on"]) == ("RECOVERY", None, None)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [("2024-04-20", "OVERDUE"), ("2024-04-21", "IDLE_NOT_COMMENCED"), ("2025-04-21", "IDLE_NOT_COMMENCED")],
)
@pytest.mark.parametrize("by_event", [True, False])
def test_t07_delivery_plus_one_year(as_of, expected, by_event):
    # Delivered on 20 Apr 2022, so due on 20 Apr 2023 (Art. 22); idle from 21 Apr 2024.
    own = {} if by_event else {"delivered_on": "2022-04-20"}
    events = [event("DELIVERED", "2022-04-20")] if by_event else []
    assert verdict(as_of, contracts=[contract(**own)], events=events)["verdict"] == expected


def test_t08_no_date_and_no_delivery():
    found = verdict("2026-01-01", contracts=[contract()])
    assert found["verdict"] == "UNDETERMINED"
    assert found["missing"] == ["commence_by", "delivered_on"]


def test_t09_99_of_100_piles_are_not_all():
    piles = event("FOUNDATION", "2021-03-01", foundation_type="PILES", done=99, of=100)
    assert verdict("2024-06-01", contracts=DUE, events=[PERMIT, piles])["verdict"] == "IDLE_NOT_COMMENCED"


def test_t10_foundation_without_a_permit():
    assert verdict("2024-06-01", contracts=DUE, events=[COMMENCED[1]])["verdict"] == "IDLE_NOT_COMMENCED"


@pytest.mark.parametrize(("done", "expected"), [(1, "ACTIVE"), ("0.99", "IDLE_NOT_COMMENCED")])
def test_t11_exactly_one_third_of_the_foundation(done, expected):
    # 3 x 1 = 3 reaches 3; 3 x 0.99 = 2.97 does not.
    other = event("FOUNDATION", "2021-03-01", foundation_type="OTHER", done=done, of=3)
    assert verdict("2024-06-01", contracts=DUE, events=[PERMIT, other])["verdict"] == expected


@pytest.mark.parametrize(
    ("developed", "invested", "verdict_is", "limbs"),
    [
        (10000, 3000, "SUSPENDED_NOT_IDLE", []),  # T12: 3 x 10 000 = 30 000, not less
        ("9999.99", 3000, "MAY_BE_IDLE", ["AREA"]),  # T13: 29 999.97 < 30 000
        (24000, 2500, "SUSPENDED_NOT_IDLE", []),  # T14: 4 x 2 500 = 10 000, not less
        (24000, "2499.99", "MAY_BE_IDLE", ["INVESTMENT"]),  # T15: 9 999.96 < 10 000
        ("9999.99", "2499.99", "MAY_BE_IDLE", ["AREA", "INVESTMENT"]),
        (None, 2500, "UNDETERMINED", []),  # T26: one unknown, the other not low
        (10000, None, "UNDETERMINED", []),
        (None, "2499.99", "MAY_BE_IDLE", ["INVESTMENT"]),  # T27: one unknown, the other low
        ("9999.99", None, "MAY_BE_IDLE", ["AREA"]),
    ],
)
def test_t12_to_t15_t26_t27_suspended_over_a_year(developed, invested, verdict_is, limbs):
    events = [*COMMENCED, event("SUSPENDED", "2023-03-10")]
    events += [] if developed is None else [event("PROGRESS", "2023-03-01", developed_area_m2=developed)]
    parts = {"building_wan": invested, "equipment_wan": 0, "other_wan": 0}
    reports = [] if invested is None else [report("2023-03-01", **parts)]
    contracts = [contract(planned_investment_ex_land_wan=10000)]
    found = verdict("2024-03-11", contracts=contracts, events=events, reports=reports)
    assert (found["verdict"], found["limbs"]) == (verdict_is, limbs)


LOW = {
    "contracts": [contract(planned_investment_ex_land_wan=10000, price_wan=1800)],
    "reports": [report("2023-03-01", building_wan=1000, equipment_wan=0, other_wan=0)],
}
LOW_EVENTS = [*COMMENCED, event("PROGRESS", "2022-03-01", developed_area_m2=3000)]
STOPPED = [*LOW_EVENTS, event("SUSPENDED", "2023-03-10")]


def test_t16_low_but_still_building():
    assert verdict("2024-06-01", **LOW, events=LOW_EVENTS)["verdict"] == "ACTIVE"


def test_t17_the_suspended_year():
    young = verdict("2024-03-10", **LOW, events=STOPPED)
    assert (young["verdict"], str(young["next_due_on"])) == ("SUSPENDED_UNDER_1Y", "2024-03-11")
    old = verdict("2024-03-11", **LOW, events=STOPPED)
    assert (old["verdict"], str(old["idle_from"]), old["days"]) == ("MAY_BE_IDLE", "2024-03-11", 1)


def test_t18_land_price_is_left_out():
    # With the land price 4 100 of 10 000 would be 41 %; without it 1 100 of 7 000 is 15.7 %.
    parts = {
        "building_wan": 1000,
        "equipment_wan": 100,
        "other_wan": 0,
        "land_price_wan": 3000,
        "total_wan": 4100,
    }
    found = verdict(
        "2024-06-01",
        contracts=[contract(planned_investment_ex_land_wan=7000, total_investment_wan=10000)],
        events=[
            *COMMENCED,
            event("PROGRESS", "2022-03-01", developed_area_m2=24000),
            event("SUSPENDED", "2023-03-10"),
        ],
        reports=[report("2023-03-01", **parts)],
    )
    assert (found["verdict"], found["limbs"]) == ("MAY_BE_IDLE", ["INVESTMENT"])


def test_t19_government_cause():
    found = verdict("2025-06-01", contracts=DUE, causes=[cause("G2", to_on="2024-01-01")])
    assert (found["band"], found["path"], found["cause"]) == ("Y2", "ART12", "GOVERNMENT:G2")
    assert found["fee_wan"] is None


def test_t20_claimed_cause():
    found = verdict("2025-06-01", contracts=DUE, causes=[cause("G2", verified_on=None, verified_by=None)])
    assert (found["path"], found["cause"]) == ("NONE", "CAUSE_PENDING")
    assert found["missing"] == ["verified_on"]


def test_t21_suspended_land_never_pays():
    found = verdict("2024-03-11", **LOW, events=STOPPED, causes=OWN)
    assert (found["path"], found["fee_wan"], found["cause"]) == ("ART12", None, "ENTERPRISE")


@pytest.mark.parametrize(
    ("recorded", "blocked", "missing"),
    [(False, "NOT_IN_MONITORING_SYSTEM", []), (True, "", []), (None, "", ["in_monitoring_system"])],
)
def test_t22_gate_of_the_monitoring_system(recorded, blocked, missing):
    found = verdict("2024-03-11", parcels=[parcel(in_monitoring_system=recorded)], **LOW, events=STOPPED)
    assert (found["blocked"], found["missing"]) == (blocked, missing)


def test_t23_supplement_restarts_the_clock():
    both = [*DUE, supplement("S1", "C1", "2024-05-20", commence_by="2025-05-31")]
    assert verdict("2024-05-19", contracts=both)["verdict"] == "OVERDUE"
    assert verdict("2026-05-31", contracts=both)["verdict"] == "OVERDUE"
    assert verdict("2026-06-01", contracts=both)["band"] == "Y1"


def test_t25_collective_land():
    found = verdict("2024-06-01", parcels=[parcel(ownership="COLLECTIVE")], contracts=DUE)
    assert found["by_reference"]
    assert found["verdict"] == "IDLE_NOT_COMMENCED"


def test_t28_an_empty_finished_plant_is_no_idle_land():
    events = [*COMMENCED, event("COMPLETION_CHECKED", "2022-12-01"), event("SUSPENDED", "2023-01-01")]
    assert verdict("2026-01-01", contracts=DUE, events=events)["verdict"] == "COMPLETED"


@pytest.mark.parametrize(("price", "fee"), [(1800, 360), (3335, 667), ("0.000003", "0.000001"), (0, 0)])
def test_fee_examples(price, fee):
    # 20 % of 33 350 000 yuan is 6 670 000; 20 % of 0.000003 is 0.0000006, half-up 0.000001.
    found = verdict("2024-06-01", contracts=[contract(commence_by="2023-05-31", price_wan=price)], causes=OWN)
    assert found["fee_wan"] == Decimal(str(fee))


@pytest.mark.parametrize("change", [{"contract_type": "LEASE"}, {"price_wan": None}])
def test_no_base_for_a_fee(change):
    found = verdict("2024-06-01", contracts=[DUE[0] | change], causes=OWN)
    assert (found["path"], found["fee_wan"], found["missing"]) == ("FEE", None, ["price_wan"])


def test_fee_shared_by_area_the_last_takes_the_rest():
    # 20 % of 100 is 20; three equal parcels bear 6.666667 each, the last what is left: 6.666666.
    codes = ("P1", "P2", "P3")
    parcels = [parcel(code) for code in codes]
    contracts = [contract(codes=codes, commence_by="2023-05-31", price_wan=100)]
    causes = [cause("ENTERPRISE", parcel_code=code) for code in codes]
    events = [event("PERMIT", "2021-02-01", "P2"), event("COMPLETED", "2021-03-01", "P2")]
    rows = {"parcels": parcels, "contracts": contracts, "causes": causes}
    shares = [verdict("2024-06-01", code, **rows)["fee_wan"] for code in codes]
    assert shares == [Decimal("6.666667"), Decimal("6.666667"), Decimal("6.666666")]
    # P2 has commenced: it pays nothing, and the others' shares stay what they were.
    shares = [verdict("2024-06-01", code, **rows, events=events)["fee_wan"] for code in codes]
    assert shares == [Decimal("6.666667"), None, Decimal("6.666666")]
