"""The sample, imported and analysed, comes to what its generator worked out by hand."""

import csv
import datetime as dt
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import etl.sample
from data.session import transaction
from etl.analysis.run import ensure_run

SAMPLES = Path(etl.sample.__file__).parents[2] / "data" / "samples"
JUDGED_ON = "2026-11-01"


def by_day(name: str) -> dict[str, list[dict[str, str]]]:
    """Return the rows of a table of expectations by the day they are for."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (SAMPLES / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row.get("as_of", JUDGED_ON)].append(row)
    return found


def findings(statement: str, day: str) -> list[dict[str, Any]]:
    """Return what a stored run of a day found."""
    run_id = ensure_run(dt.date.fromisoformat(day), person="tests")
    with transaction() as connection:
        return [dict(row) for row in connection.execute(text(statement), {"run_id": run_id}).mappings()]


def plain(value: Decimal | None) -> str:
    """Return an exact decimal without trailing zeros."""
    return "" if value is None else format(value.normalize(), "f")


def idle_differences(expected: list[dict[str, str]], day: str) -> list[str]:
    """List the parcels whose verdict is not the expected one, with both."""
    found = {
        row["parcel_code"]: row for row in findings("SELECT * FROM idle_verdict WHERE run_id = :run_id", day)
    }
    differing = []
    for row in expected:
        got = found[row["parcel_code"]]
        seen = {name: got[name] for name in ("verdict", "band", "cause", "path", "blocked")}
        seen |= {"limbs": ";".join(got["limbs"]), "fee_wan": plain(got["fee_wan"])}
        seen |= {"by_reference": str(got["by_reference"]).lower()}
        lacking = set(filter(None, row["missing"].split(";"))) - set(got["missing"])
        wrong = {name: (row[name], value) for name, value in seen.items() if row[name] != value}
        if wrong or lacking:
            differing.append(f"{row['case']} {row['parcel_code']} {day}: {wrong} lacks {lacking}")
    return differing


@pytest.mark.usefixtures("sample_database")
def test_every_parcel_on_the_day_judged() -> None:
    expected = by_day("expected-day.csv")[JUDGED_ON]
    assert len(expected) > 2_000
    assert idle_differences(expected, JUDGED_ON) == []


@pytest.mark.usefixtures("sample_database")
@pytest.mark.parametrize(("day", "expected"), sorted(by_day("expected.csv").items()))
def test_cases_on_their_days(day: str, expected: list[dict[str, str]]) -> None:
    assert idle_differences(expected, day) == []


@pytest.mark.usefixtures("sample_database")
@pytest.mark.parametrize(("day", "expected"), sorted(by_day("expected-intensity.csv").items()))
def test_intensity_cases(day: str, expected: list[dict[str, str]]) -> None:
    rows = findings("SELECT * FROM intensity_verdict WHERE run_id = :run_id", day)
    found = {(row["contract_no"], row["term"]): row for row in rows}
    for row in expected:
        got = found[row["contract_no"], row["term"]]
        seen = (got["verdict"], plain(got["actual"]), plain(got["required"]))
        assert seen == (row["verdict"], row["actual"], row["required"]), row["case"]


@pytest.mark.usefixtures("sample_database")
def test_built_up_area_of_each_park_and_year() -> None:
    expected = by_day("expected-growth.csv")[JUDGED_ON]
    rows = findings("SELECT * FROM builtup_growth WHERE run_id = :run_id", JUDGED_ON)
    found = {(row["park_code"], str(row["year"])): row for row in rows}
    assert len(found) == len(expected) == 20
    for row in expected:
        got = found[row["park_code"], row["year"]]
        # The union in the plane, divided by the scale at its middle: a park is 5 km wide, so 0.01 % is wide.
        assert float(got["builtup_m2"]) / 10_000 == pytest.approx(float(row["builtup_ha"]), rel=1e-4)
        met = "" if got["target_met"] is None else str(got["target_met"]).lower()
        assert met == row["target_met"]


PLANTED = {
    ("parcel", "OVERLAP"), ("parcel", "OUTSIDE_PARK"), ("parcel", "GEOMETRY_INVALID"),
    ("parcel", "RING_CLOSED"), ("parcel", "AREA_MISMATCH"), ("parcel", "DUPLICATE_KEY"),
    ("construction_event", "DATE_MISSING"), ("contract", "REFERENCE_MISSING"), ("contract", "DATE_PLACEHOLDER"),
    ("enterprise", "CREDIT_CODE_FORM"),
}  # fmt: skip


@pytest.mark.usefixtures("sample_database")
def test_every_planted_fault_was_found() -> None:
    with transaction() as connection:
        found = {tuple(row) for row in connection.execute(text("SELECT layer, code FROM issue"))}
    assert found >= PLANTED


@pytest.mark.usefixtures("sample_database")
def test_nothing_in_the_sample_was_misread() -> None:
    misread = ("VALUE_UNREADABLE", "VALUE_NOT_IN_LIST", "UNIT_UNKNOWN", "UNIT_CONTRADICTS", "COLUMN_MISSING",
               "COLUMN_AMBIGUOUS", "KEY_EMPTY", "PARCEL_CODE_FORM", "UNIT_CODE_FORM", "SUPERVISION_NO_FORM")  # fmt: skip
    with transaction() as connection:
        found = connection.execute(
            text("SELECT layer, code, value FROM issue WHERE code = ANY(:codes)"), {"codes": list(misread)}
        ).all()
    assert found == []
