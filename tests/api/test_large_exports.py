"""Shapes of a large area: a purpose, a second person's consent, and a full entry in the log (decision on secrecy)."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from api.cli import main
from data import approvals
from data.identity import Actor, acting
from data.session import transaction
from data.settings import settings
from tests.api.conftest import served
from tests.people import COOKIE, session_of

PATH, DAY = "/export/parcels.geojson", {"as_of": "2026-11-01", "park": "S217903"}
HTML = {"Accept": "text/html"}


@pytest.fixture
def client(sample_copy: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """Return a client of an installation that wants a second person from one square kilometre on."""
    monkeypatch.setenv("LANDSTOCK_TWO_PERSON", '["export"]')
    monkeypatch.setenv("LANDSTOCK_SECRECY_KM2", "1")
    settings.cache_clear()
    with served() as found:
        yield found
    monkeypatch.undo()
    settings.cache_clear()


def signed(client: httpx.Client, role: str) -> httpx.Client:
    client.cookies.clear()
    client.cookies.set(COOKIE, session_of(role))
    return client


def logged(action: str = "export") -> list[Any]:
    asked = text("SELECT person, new FROM audit_event WHERE action = :action ORDER BY event_id")
    with acting(Actor("tests", "auditor")), transaction() as connection:
        return list(connection.execute(asked, {"action": action}))


def test_a_large_export_goes_by_purpose_and_consent_once(client: httpx.Client) -> None:
    planner = signed(client, "planner")
    assert planner.get("/export/parcels.csv", params=DAY).status_code == 200  # no shapes
    asked = planner.get(PATH, params=DAY, headers=HTML)
    assert asked.status_code == 403 and 'name="purpose"' in asked.text and 'value="S217903"' in asked.text
    assert planner.get(PATH, params=DAY).json()["type"] == "purpose-needed"
    told = DAY | {"purpose": "总体规划修编"}
    waiting = planner.get(PATH, params=told, headers=HTML)
    assert waiting.status_code == 403 and "须经另一人审批" in waiting.text
    assert (
        planner.post("/approvals/1", data={"act": "approve"}).status_code == 403
    )  # a planner is no approver
    listed = signed(client, "approver").get("/approvals", headers=HTML)
    assert "总体规划修编" in listed.text
    assert "/approvals/1" in listed.text
    assert client.post("/approvals/1", data={"act": "approve"}).status_code == 303
    assert client.post("/approvals/1", data={"act": "refuse"}).status_code == 409  # decided is decided
    other = DAY | {"purpose": "别的用途"}
    assert signed(client, "planner").get(PATH, params=other).json()["type"] == "approval-needed"
    given = client.get(PATH, params=told)
    assert given.status_code == 200
    assert client.get(PATH, params=told).json()["type"] == "approval-needed"  # consent is used once
    (csv, export) = logged()
    assert "extent" not in csv.new and export.person == "planner"
    new = export.new
    assert new["sha256"] == hashlib.sha256(given.content).hexdigest() and new["rows"] == len(
        given.json()["features"]
    )
    assert (
        new["purpose"] == "总体规划修编" and new["precision"] == "7 decimals of a degree" and new["km2"] > 1
    )
    west, south, east, north = new["extent"]
    assert 121 < west < east < 122 and 41 < south < north < 42


def test_the_command_line_asks_as_well(client: httpx.Client, tmp_path: Path) -> None:
    out = tmp_path / "parcels.gpkg"
    command = [
        "export",
        "parcels",
        "--format",
        "gpkg",
        "--out",
        str(out),
        "--as-of",
        "2026-11-01",
        "--park",
        "S217903",
    ]
    refused = CliRunner().invoke(main, command)
    assert refused.exit_code == 1 and "purpose-needed" in refused.stderr and "--purpose" in refused.stderr
    refused = CliRunner().invoke(main, [*command, "--purpose", "修编"])
    assert refused.exit_code == 1 and "approval-needed" in refused.stderr and not out.exists()
    signed(client, "approver").post("/approvals/1", data={"act": "approve"})
    done = CliRunner().invoke(main, [*command, "--purpose", "修编"])
    assert done.exit_code == 0 and out.exists()
    assert [row.new["purpose"] for row in logged()] == ["修编"]


def test_a_hand_out_map_and_a_fix_list_are_exports_too(client: httpx.Client, tmp_path: Path) -> None:
    out = tmp_path / "map.html"
    command = ["map", "--out", str(out), "--as-of", "2026-11-01", "--park", "S217903"]
    refused = CliRunner().invoke(main, command)
    assert refused.exit_code == 1 and "purpose-needed" in refused.stderr and not out.exists()
    refused = CliRunner().invoke(main, [*command, "--purpose", "踏勘"])
    assert refused.exit_code == 1 and "approval-needed" in refused.stderr and not out.exists()
    signed(client, "approver").post("/approvals/1", data={"act": "approve"})
    assert CliRunner().invoke(main, [*command, "--purpose", "踏勘"]).exit_code == 0
    content = signed(client, "clerk").get("/deliveries/1/fix-list.xlsx").content
    (mapped, listed) = (row.new for row in logged())
    assert mapped["purpose"] == "踏勘" and mapped["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert mapped["rows"] > 400 and mapped["km2"] > 1 and mapped["precision"] == "7 decimals of a degree"
    assert listed["sha256"] == hashlib.sha256(content).hexdigest() and listed["rows"] > 0


def test_consent_that_is_gone_leaves_no_file(
    client: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Consent counts once: whoever comes second with the same one gets nothing."""
    out = tmp_path / "parcels.gpkg"
    command = [
        "export",
        "parcels",
        "--format",
        "gpkg",
        "--out",
        str(out),
        "--as-of",
        "2026-11-01",
        "--park",
        "S217903",
    ]
    CliRunner().invoke(main, [*command, "--purpose", "修编"])
    signed(client, "approver").post("/approvals/1", data={"act": "approve"})
    granted = approvals.ask_unless_granted

    def overtaken(*asked: Any) -> None:
        granted(*asked)
        approvals.use_now("export", asked[1])

    monkeypatch.setattr(approvals, "ask_unless_granted", overtaken)
    assert CliRunner().invoke(main, [*command, "--purpose", "修编"]).exit_code == 1
    assert not out.exists() and logged() == []
