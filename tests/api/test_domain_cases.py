"""The boundary cases T01-T28, from canonical files on disk to ``landstock explain``.

Nothing of the program is called but its command line: what is tested is what
a bureau would see. The cases and their results are those of the law's tests
(Order 53, counting by Civil Code arts. 200-204), worked out by hand.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli import main

COLUMNS = {
    "parcel": "parcel_code park_code holder registered_area_m2 ownership in_monitoring_system geom",
    "contract": "contract_no contract_type amends parcel_codes signed_on delivered_on commence_by price_wan "
    "planned_investment_ex_land_wan due_area_m2",
    "construction_event": "parcel_code event happened_on foundation_type done of developed_area_m2 source",
    "investment_report": "contract_no reported_on basis building_wan equipment_wan land_price_wan land_tax_wan "
    "other_wan",
    "idle_cause": "parcel_code cause from_on to_on verified_on verified_by",
}


class World:
    """Canonical rows of a small city; parcels stand side by side, 0.001 degrees apart."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, str]]] = {layer: [] for layer in COLUMNS}

    def add(self, layer: str, **values: str) -> None:
        assert set(values) <= set(COLUMNS[layer].split())
        self.rows[layer].append(values)

    def parcel(self, code: str, **values: str) -> None:
        west = 121 + len(self.rows["parcel"]) * 0.002
        ring = [(west, 41), (west + 0.001, 41), (west + 0.001, 41.001), (west, 41.001), (west, 41)]
        wkt = "POLYGON ((" + ", ".join(f"{x:.4f} {y:.4f}" for x, y in ring) + "))"
        defaults = {"holder": "甲公司", "registered_area_m2": "30000", "ownership": "STATE"}
        defaults |= {"in_monitoring_system": "true", "geom": wkt}
        self.add("parcel", parcel_code=code, **(defaults | values))

    def granted(self, code: str, **values: str) -> None:
        """Add a parcel's grant contract: signed 2021, 1,800 万元, 10,000 万元 planned without land."""
        defaults = {"signed_on": "2021-01-01", "price_wan": "1800", "due_area_m2": "30000"}
        defaults |= {"planned_investment_ex_land_wan": "10000", "contract_type": "GRANT"}
        self.add("contract", contract_no=f"C-{code}", parcel_codes=code, **(defaults | values))

    def cause(self, code: str, cause: str, verified: bool = True) -> None:
        checked = {"verified_on": "2023-01-01", "verified_by": "张某"} if verified else {}
        self.add("idle_cause", parcel_code=code, cause=cause, from_on="2022-06-01", **checked)

    def commenced(self, code: str, stopped: str = "2023-03-10", **stop: str) -> None:
        self.add("construction_event", parcel_code=code, event="PERMIT", happened_on="2021-06-01")
        self.add("construction_event", parcel_code=code, event="FOUNDATION", happened_on="2021-08-01",
                 foundation_type="PILES", done="100", of="100")  # fmt: skip
        if stopped:
            self.add("construction_event", parcel_code=code, event="SUSPENDED", happened_on=stopped, **stop)

    def invested(self, code: str, building: str, **components: str) -> None:
        parts = {"equipment_wan": "0", "other_wan": "0"} | components
        self.add("investment_report", contract_no=f"C-{code}", reported_on="2023-03-01", basis="VERIFIED",
                 building_wan=building, **parts)  # fmt: skip

    def write(self, folder: Path) -> None:
        for layer, rows in self.rows.items():
            with (folder / f"{layer}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS[layer].split())
                writer.writeheader()
                writer.writerows(rows)


def city() -> World:
    """Return a city in which every parcel is one case."""
    w = World()
    for code in ("T01", "T03"):
        w.parcel(code)
        w.granted(code, commence_by="2023-05-31")
    w.cause("T03", "ENTERPRISE")
    w.parcel("T06")
    w.granted("T06", commence_by="2024-02-29")
    w.parcel("T07")
    w.granted("T07", delivered_on="2022-04-20")
    w.parcel("T08")
    w.granted("T08")
    w.parcel("T09")
    w.granted("T09", commence_by="2022-01-01")
    w.add("construction_event", parcel_code="T09", event="PERMIT", happened_on="2021-06-01")
    w.add("construction_event", parcel_code="T09", event="FOUNDATION", happened_on="2021-08-01",
          foundation_type="PILES", done="99", of="100")  # fmt: skip
    w.parcel("T10")
    w.granted("T10", commence_by="2022-01-01")
    w.add("construction_event", parcel_code="T10", event="FOUNDATION", happened_on="2021-08-01",
          foundation_type="PILES", done="100", of="100")  # fmt: skip
    w.parcel("T11")
    w.granted("T11", commence_by="2022-01-01")
    w.add("construction_event", parcel_code="T11", event="PERMIT", happened_on="2021-06-01")
    w.add("construction_event", parcel_code="T11", event="FOUNDATION", happened_on="2021-08-01",
          foundation_type="OTHER", done="1", of="3")  # fmt: skip
    for code, area, building in (
        ("T12", "10000", "3000"),
        ("T13", "9999.99", "3000"),
        ("T14", "24000", "2500"),
        ("T15", "24000", "2499.99"),
        ("T17", "3000", "1000"),
        ("T21", "3000", "1000"),
        ("T26", "24000", ""),
        ("T27", "3000", ""),
    ):
        w.parcel(code)
        w.granted(code)
        w.commenced(code, developed_area_m2=area)
        if building:
            w.invested(code, building)
    w.cause("T21", "ENTERPRISE")
    w.parcel("T16")
    w.granted("T16")
    w.commenced("T16", stopped="")
    w.add("construction_event", parcel_code="T16", event="PROGRESS", happened_on="2023-01-01",
          developed_area_m2="3000")  # fmt: skip
    w.invested("T16", "1000")
    w.parcel("T18")
    w.granted("T18", planned_investment_ex_land_wan="7000")
    w.commenced("T18", developed_area_m2="24000")
    w.invested("T18", "1100", land_price_wan="3000")
    for code, cause, verified in (("T19", "G2", True), ("T20", "G2", False), ("T22", "G2", True)):
        w.parcel(code, in_monitoring_system="false" if code == "T22" else "true")
        w.granted(code, commence_by="2022-01-01")
        w.cause(code, cause, verified)
    w.parcel("T23")
    w.granted("T23", commence_by="2023-05-31")
    w.add("contract", contract_no="S-T23", contract_type="SUPPLEMENT", amends="C-T23",
          signed_on="2024-05-20", commence_by="2025-05-31")  # fmt: skip
    w.parcel("T25", ownership="COLLECTIVE")
    w.granted("T25", commence_by="2023-05-31")
    w.parcel("T28")
    w.granted("T28", commence_by="2022-01-01")
    w.commenced("T28", stopped="")
    w.add("construction_event", parcel_code="T28", event="COMPLETION_CHECKED", happened_on="2022-12-01")
    w.parcel("F33")  # an allocation price of 33,350,000 元
    w.granted("F33", contract_type="ALLOCATION", commence_by="2023-05-31", price_wan="3335")
    w.cause("F33", "ENTERPRISE")
    return w


CASES = [
    ("T01", "2023-05-31", {"verdict": "NOT_DUE"}),
    ("T01", "2024-05-31", {"verdict": "OVERDUE"}),  # T02: exactly one year
    ("T03", "2024-06-01", {"verdict": "IDLE_NOT_COMMENCED", "band": "Y1", "path": "FEE", "fee_wan": "360"}),
    ("T03", "2025-05-31", {"verdict": "IDLE_NOT_COMMENCED", "band": "Y1", "path": "FEE", "fee_wan": "360"}),
    ("T03", "2025-06-01", {"verdict": "IDLE_NOT_COMMENCED", "band": "Y2", "path": "RECOVERY", "fee_wan": None}),
    ("T03", "2024-06-01", {"idle_from": "2024-06-01", "days": 1}),
    ("T06", "2025-02-28", {"verdict": "OVERDUE"}),
    ("T06", "2025-03-01", {"verdict": "IDLE_NOT_COMMENCED", "band": "Y1"}),
    ("T07", "2024-04-20", {"verdict": "OVERDUE"}),
    ("T07", "2024-04-21", {"verdict": "IDLE_NOT_COMMENCED", "band": "Y1"}),
    ("T07", "2025-04-21", {"verdict": "IDLE_NOT_COMMENCED", "band": "Y2"}),
    ("T08", "2026-01-01", {"verdict": "UNDETERMINED"}),
    ("T09", "2023-06-01", {"verdict": "IDLE_NOT_COMMENCED"}),
    ("T10", "2023-06-01", {"verdict": "IDLE_NOT_COMMENCED"}),
    ("T11", "2023-06-01", {"verdict": "ACTIVE"}),
    ("T12", "2024-06-01", {"verdict": "SUSPENDED_NOT_IDLE"}),
    ("T13", "2024-06-01", {"verdict": "MAY_BE_IDLE", "limbs": ["AREA"], "path": "ART12"}),
    ("T14", "2024-06-01", {"verdict": "SUSPENDED_NOT_IDLE"}),
    ("T15", "2024-06-01", {"verdict": "MAY_BE_IDLE", "limbs": ["INVESTMENT"]}),
    ("T16", "2024-06-01", {"verdict": "ACTIVE"}),
    ("T17", "2024-03-10", {"verdict": "SUSPENDED_UNDER_1Y"}),
    ("T17", "2024-03-11", {"verdict": "MAY_BE_IDLE", "limbs": ["AREA", "INVESTMENT"], "days": 1}),
    ("T18", "2024-06-01", {"verdict": "MAY_BE_IDLE", "limbs": ["INVESTMENT"]}),
    ("T19", "2024-06-01", {"verdict": "IDLE_NOT_COMMENCED", "band": "Y2", "cause": "GOVERNMENT:G2",
                           "path": "ART12", "fee_wan": None}),
    ("T20", "2024-06-01", {"verdict": "IDLE_NOT_COMMENCED", "cause": "CAUSE_PENDING", "path": "NONE"}),
    ("T21", "2024-06-01", {"verdict": "MAY_BE_IDLE", "cause": "ENTERPRISE", "path": "ART12", "fee_wan": None}),
    ("T22", "2024-06-01", {"path": "ART12", "blocked": "NOT_IN_MONITORING_SYSTEM"}),
    ("T23", "2024-05-19", {"verdict": "OVERDUE"}),
    ("T23", "2026-05-31", {"verdict": "OVERDUE"}),
    ("T23", "2026-06-01", {"verdict": "IDLE_NOT_COMMENCED", "band": "Y1"}),
    ("T25", "2024-06-01", {"verdict": "IDLE_NOT_COMMENCED", "by_reference": True}),
    ("T26", "2024-06-01", {"verdict": "UNDETERMINED"}),
    ("T27", "2024-06-01", {"verdict": "MAY_BE_IDLE", "limbs": ["AREA"]}),
    ("T28", "2026-06-01", {"verdict": "COMPLETED"}),
    ("T28", "2020-06-01", {"verdict": "NOT_SUPPLIED"}),  # before the first signing
    ("F33", "2024-06-01", {"path": "FEE", "fee_wan": "667"}),
]  # fmt: skip


def run(*arguments: str) -> Any:
    """Run a command with ``--json`` and return its document."""
    result = CliRunner().invoke(main, [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def published(module_database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Import the city once for all cases."""
    folder = tmp_path_factory.mktemp("city")
    city().write(folder)
    report = run("import", str(folder), "--publish")
    assert report["published"], report
    yield


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(("code", "day", "expected"), CASES)
def test_case(code: str, day: str, expected: dict[str, Any]) -> None:
    idle = run("explain", code, "--as-of", day)["idle"]
    found = idle | {k: idle["consequence"][k] for k in ("path", "fee_wan", "blocked")}
    assert {key: found[key] for key in expected} == expected


@pytest.mark.usefixtures("published")
def test_what_is_missing_is_named() -> None:
    assert "commence_by" in run("explain", "T08", "--as-of", "2026-01-01")["idle"]["missing"]
    assert run("explain", "T26", "--as-of", "2024-06-01")["idle"]["missing"]
