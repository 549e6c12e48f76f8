"""What has to hold for every record: time, other parcels' rows, order, types, missing facts."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from gis.errors import DuplicateKey, MissingColumns
from gis.facts import Tables
from gis.idle import COLUMNS
from gis.tables import COLUMNS as LAYERS
from tests.gis.makers import (
    COMMENCED,
    RULE,
    contract,
    event,
    judge,
    parcel,
    supplement,
    tables,
    tables_of,
    verdict,
)
from tests.gis.worlds import days, worlds

few = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
PLAIN = [name for name in COLUMNS if name != "trace"]
WORSE = {"NOT_DUE": 0, "OVERDUE": 1, "IDLE_NOT_COMMENCED": 2}


@few
@given(worlds(), days)
def test_order_of_rows_changes_nothing_and_tables_stay_as_they_were(world, as_of):
    given_tables = tables_of(world)
    before = {name: getattr(given_tables, name).copy(deep=True) for name in LAYERS}
    found = judge(given_tables, RULE, as_of)
    for name, table in before.items():
        pd.testing.assert_frame_equal(getattr(given_tables, name), table)
    turned = tables_of({layer: rows[::-1] for layer, rows in world.items()})
    again = judge(turned, RULE, as_of).loc[found.index]
    pd.testing.assert_frame_equal(found[PLAIN], again[PLAIN])


@few
@given(worlds(), days)
def test_rows_of_other_contracts_and_parcels_change_nothing(world, as_of):
    found = judge(tables_of(world), RULE, as_of)
    more = {layer: list(rows) for layer, rows in world.items()}
    more["parcel"].append(parcel("Q9"))
    more["contract"].append(contract("Q1", ("Q9",), signed_on="2021-01-01", commence_by="2021-02-01"))
    more["contract"].append(supplement("Q2", "Q1", None, commence_by="2030-01-01"))
    more["construction_event"] += [event("PERMIT", None, "Q9"), event("SUSPENDED", "2021-01-01", "Q9")]
    again = judge(tables_of(more), RULE, as_of).loc[found.index]
    pd.testing.assert_frame_equal(found[PLAIN], again[PLAIN])


@few
@given(worlds(), days)
def test_time_alone_only_worsens_land_that_is_not_commenced(world, as_of):
    # Nothing new happens: only rows dated by the first day are kept.
    kept = {
        layer: [row for row in rows if all(v <= as_of for v in row.values() if isinstance(v, dt.date))]
        for layer, rows in world.items()
    }
    first = judge(tables_of(kept), RULE, as_of)
    second = judge(tables_of(kept), RULE, as_of + dt.timedelta(days=400))
    for code, row in first.iterrows():
        if row["verdict"] in WORSE:
            assert WORSE[second.loc[code, "verdict"]] >= WORSE[row["verdict"]]
        if row["next_due_on"] is not None and row["verdict"] in WORSE:
            eve = judge(tables_of(kept), RULE, row["next_due_on"] - dt.timedelta(1)).loc[code]
            then = judge(tables_of(kept), RULE, row["next_due_on"]).loc[code]
            assert (eve["verdict"], eve["band"]) == (row["verdict"], row["band"])
            assert (then["verdict"], then["band"]) != (row["verdict"], row["band"])


BLANKS = [
    ("contract", "commence_by"), ("contract", "signed_on"), ("contract", "planned_investment_ex_land_wan"),
    ("construction_event", "happened_on"), ("construction_event", "developed_area_m2"),
    ("investment_report", "reported_on"), ("investment_report", "building_wan"),
    ("idle_cause", "from_on"), ("idle_cause", "verified_on"), ("parcel", "registered_area_m2"),
]  # fmt: skip
RICH = {
    "parcel": [parcel()],
    "contract": [contract(commence_by="2021-01-01", planned_investment_ex_land_wan=10000, price_wan=100)],
    "construction_event": [
        *COMMENCED, event("SUSPENDED", "2022-01-01"), event("PROGRESS", "2021-06-01", developed_area_m2=20000),
    ],
    "investment_report": [
        {"contract_no": "C1", "reported_on": "2021-06-01", "basis": "VERIFIED", "building_wan": 3000,
         "equipment_wan": 0, "other_wan": 0},
    ],
    "idle_cause": [],
}  # fmt: skip


@pytest.mark.parametrize(("layer", "column"), BLANKS)
@pytest.mark.parametrize("changes", [{}, {"developed_area_m2": 100}])
def test_a_blank_never_clears_and_never_accuses(layer, column, changes):
    # Known: both ratios high enough (or the area low). With a fact blanked the verdict may stay or become
    # UNDETERMINED; it never moves between idle and not idle.
    world = {name: [dict(row) for row in rows] for name, rows in RICH.items()}
    world["construction_event"][-1] |= changes
    known = judge(tables_of(world), RULE, dt.date(2024, 1, 1)).loc["P1", "verdict"]
    for row in world[layer]:
        row[column] = None
        found = judge(tables_of(world), RULE, dt.date(2024, 1, 1)).loc["P1"]
        assert found["verdict"] in (known, "UNDETERMINED")
        assert found["verdict"] == known or found["missing"]


def test_types_of_the_columns_do_not_matter():
    given_tables = tables_of(RICH)
    events = given_tables.construction_event.assign(
        happened_on=given_tables.construction_event["happened_on"].astype("datetime64[ns]"),
        developed_area_m2=given_tables.construction_event["developed_area_m2"].astype(float),
        parcel_code=given_tables.construction_event["parcel_code"].astype("string"),
    )
    other = Tables(**{name: getattr(given_tables, name) for name in RICH} | {"construction_event": events})
    first, second = (judge(part, RULE, dt.date(2024, 1, 1)) for part in (given_tables, other))
    pd.testing.assert_frame_equal(first[PLAIN], second[PLAIN])


def test_empty_tables_have_the_same_columns_and_types():
    empty, full = (
        judge(Tables(), RULE, dt.date(2024, 1, 1)),
        judge(tables_of(RICH), RULE, dt.date(2024, 1, 1)),
    )
    assert empty.empty
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_wrong_tables_are_refused():
    with pytest.raises(MissingColumns, match="holder"):
        Tables(parcel=tables().parcel.drop(columns="holder"))
    with pytest.raises(DuplicateKey, match="P1"):
        tables(parcels=[parcel(), parcel()])


def test_supply_before_and_at_the_first_signing():
    late = [contract(signed_on="2024-01-01", commence_by="2025-01-01")]
    assert verdict("2023-12-31", contracts=late)["verdict"] == "NOT_SUPPLIED"
    assert verdict("2024-01-01", contracts=late)["verdict"] == "NOT_DUE"
    assert verdict("2024-01-01")["missing"] == ["contract"]
    assert verdict("2024-01-01", parcels=[parcel(holder=None)])["verdict"] == "NOT_SUPPLIED"
    entry = [contract("E1", contract_type="ENTRY", commence_by="2020-06-01")]
    assert verdict("2024-01-01", contracts=entry)["missing"] == ["contract"]
