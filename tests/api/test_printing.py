"""Printed maps and dossiers over HTTP: limits in words, one verdict a rule for every parcel, hostile values."""

import re
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from data import export_jobs, queries
from data.filtering import Filter
from data.identity import SYSTEM, Actor, acting
from data.session import transaction
from data.settings import settings
from etl import exporting
from gis.every_rule import FIRES, OPEN, every_rule
from gis.trace import explain_idle
from gis.trace_text import idle_trace

DAY = "2026-11-01"
PAGE = {"accept": "text/html"}


def test_every_parcel_of_the_sample_has_one_verdict_a_rule_that_agrees_with_its_own(
    client: httpx.Client,
) -> None:
    from data import dossier

    run_id = client.get(f"/api/v1/parcels?as_of={DAY}").json()["run_id"]
    seen: set[str] = set()
    with transaction() as connection:
        codes = queries.matching_codes(connection, run_id, Filter())
        for code in sorted(codes):
            row = dossier.parcel(connection, run_id, parcel_code=code)
            told = explain_idle(idle_trace(row, row["cited"], row["as_of"]), "zh")
            found = {one.rule: one.verdict for one in every_rule(row, told["arithmetic"])}
            assert len(found) == 4
            suspected = row["verdict"] in ("IDLE_NOT_COMMENCED", "MAY_BE_IDLE")
            assert (FIRES in found.values()) == suspected, code
            assert (OPEN in found.values()) or row["verdict"] != "UNDETERMINED", code
            seen.add(row["verdict"])
    assert len(seen) >= 8


def test_why_a_parcel_is_not_on_the_list_is_a_sentence(client: httpx.Client) -> None:
    for verdict, is_there in (("COMPLETED", True), ("UNDETERMINED", True), ("IDLE_NOT_COMMENCED", False)):
        one = client.get(f"/api/v1/parcels?as_of={DAY}&verdict={verdict}&size=1").json()["items"][0]
        page = client.get(f"/parcels/{one['parcel_code']}?as_of={DAY}&lang=zh", headers=PAGE).text
        assert ("为何不在疑似闲置清单" in page) == is_there, verdict
        assert page.count('class="law"') == 4


def test_too_many_parcels_are_said_with_larger_scales(client: httpx.Client, monkeypatch: Any) -> None:
    monkeypatch.setenv("LANDSTOCK_SHEET_PARCELS", "1")
    settings.cache_clear()
    try:
        park = client.get(f"/api/v1/parcels?as_of={DAY}&size=1").json()["items"][0]["park_code"]
        page = client.get(f"/print/sheet?as_of={DAY}&park={park}&lang=zh", headers=PAGE).text
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert "请改用更大的比例尺" in page and re.search(r"scale=\d+", page) and "<section" not in page


@pytest.mark.parametrize("query", ["paper=A5", "scale=1", "c=abc", "turn=up", "title=" + "x" * 61, "r=-1"])
def test_what_the_form_does_not_offer_is_refused(client: httpx.Client, query: str) -> None:
    assert client.get(f"/print/sheet?as_of={DAY}&{query}", headers=PAGE).status_code == 422


def test_values_of_the_form_and_of_deliveries_stay_text(client: httpx.Client) -> None:
    evil = "<script>alert(1)</script>"
    page = client.get(
        "/print/sheet", params={"as_of": DAY, "title": evil, "note": evil, "list": "1"}, headers=PAGE
    ).text
    assert evil not in page and "&lt;script&gt;alert(1)" in page


def test_more_dossiers_than_one_page_holds_are_split_by_park(client: httpx.Client) -> None:
    page = client.get(f"/print/dossiers?as_of={DAY}&lang=zh", headers=PAGE).text
    assert "一次最多打印 50 份档案" in page and "<article" not in page
    with transaction() as connection:
        ids = connection.scalars(
            text("SELECT DISTINCT entity_id FROM parcel WHERE upper_inf(known) LIMIT 3")
        ).all()
    asked = "&".join(f"ids={one}" for one in ids)
    assert client.get(f"/print/dossiers?as_of={DAY}&{asked}", headers=PAGE).text.count("<article") == len(ids)


def test_an_atlas_is_a_job_whose_file_stands_alone_with_a_page_a_parcel(client: httpx.Client) -> None:
    listed = client.get(f"/api/v1/parcels?as_of={DAY}&status=suspected&size=1").json()
    park = listed["items"][0]["park_code"]
    asked = f"/print/atlas?as_of={DAY}&status=suspected&park={park}"
    found = client.get(f"/api/v1/parcels?as_of={DAY}&status=suspected&park={park}&size=1000").json()
    assert client.post("/print/atlas", data={"asked": asked}, headers=PAGE).headers["location"] == asked
    with acting(Actor("tests", SYSTEM)), transaction() as connection:
        number = int(connection.scalar(text("SELECT max(export_id) FROM export_job")) or 0)
    assert "宗地图册" in client.get(f"{asked}&lang=zh", headers=PAGE).text
    with acting(Actor("worker", SYSTEM)):
        exporting.carry_out(number)
    answer = client.get(f"/export/jobs/{number}/file")
    assert answer.status_code == 200 and "atlas_20261101.html" in answer.headers["content-disposition"]
    # One index map, a list page for each 24 parcels, a page for each parcel.
    assert answer.text.count("<section>") == 1 + -(-found["total"] // 24) + found["total"]
    assert re.findall(r"(?:src|href)=|https?:|<script", answer.text) == []
    for one in found["items"]:
        assert one["parcel_code"] in answer.text
    with acting(Actor("tests", "auditor")), transaction() as connection:
        told = connection.scalar(
            text("SELECT new FROM audit_event WHERE action = 'export' AND object = 'atlas' ORDER BY event_id DESC LIMIT 1")
        )  # fmt: skip
    assert told["rows"] == found["total"] and told["km2"] > 0


def test_an_atlas_that_is_cancelled_ends_and_leaves_no_file(client: httpx.Client) -> None:
    client.post("/print/atlas", data={"asked": f"/print/atlas?as_of={DAY}&status=suspected"}, headers=PAGE)
    with acting(Actor("tests", SYSTEM)), transaction() as connection:
        number = int(connection.scalar(text("SELECT max(export_id) FROM export_job")) or 0)
        connection.execute(
            text("UPDATE export_job SET cancel_asked = true WHERE export_id = :id"), {"id": number}
        )
    with acting(Actor("worker", SYSTEM)):
        exporting.carry_out(number)
    assert client.get(f"/export/jobs/{number}/file").status_code == 404
    with acting(Actor("tests", SYSTEM)), transaction() as connection:
        assert export_jobs.get(connection, number).state == "CANCELLED"
    assert not export_jobs.folder_of(number).exists()


def test_more_than_one_atlas_holds_is_refused_with_a_split_by_park(client: httpx.Client) -> None:
    page = client.get(f"/print/atlas?as_of={DAY}&lang=zh", headers=PAGE).text
    total = client.get(f"/api/v1/parcels?as_of={DAY}&size=1").json()["total"]
    assert total > settings().atlas_parcels, "the sample grew smaller than one atlas"
    assert "请按园区分册" in page and re.search(r"/print/atlas\?[^\"]*park=", page)
    answer = client.post("/print/atlas?lang=zh", data={"asked": f"/print/atlas?as_of={DAY}"}, headers=PAGE)
    assert answer.status_code == 422 and "一本图册最多 500 宗" in answer.text


def test_a_map_in_one_file_holds_what_the_filter_finds(client: httpx.Client) -> None:
    asked = f"as_of={DAY}&status=suspected&park={a_park(client)}"
    found = client.get(f"/api/v1/parcels?{asked}&size=1000").json()
    others = client.get(f"/api/v1/parcels?as_of={DAY}&status=normal&park={a_park(client)}&size=5").json()
    page = client.get(f"/print/handout?{asked}&lang=zh", headers=PAGE).text
    assert "单文件地图" in page and f"{found['total']:,}" in page
    answer = client.get(f"/print/handout.html?{asked}&lang=zh", headers=PAGE)
    assert "map_20261101_CGCS2000.html" in answer.headers["content-disposition"]
    assert all(one["parcel_code"] in answer.text for one in found["items"])
    assert not any(one["parcel_code"] in answer.text for one in others["items"])
    with acting(Actor("tests", "auditor")), transaction() as connection:
        told = connection.scalar(
            text("SELECT new FROM audit_event WHERE action = 'export' AND object = 'map' ORDER BY event_id DESC LIMIT 1")
        )  # fmt: skip
    assert told["rows"] == found["total"]


def test_more_than_one_file_holds_is_split_by_park(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    park = a_park(client)
    most = client.get(f"/api/v1/parcels?as_of={DAY}&park={park}&size=1").json()["total"]
    monkeypatch.setattr("maps.handout.LIMIT", most)
    monkeypatch.setattr("api.handout_page.LIMIT", most)
    page = client.get(f"/print/handout?as_of={DAY}&lang=en", headers=PAGE).text
    assert re.search(rf'href="/print/handout\?[^"]*park={park}"', page) and "Download one a park" in page
    assert 'type="submit" disabled' in page
    answer = client.get(f"/print/handout.html?as_of={DAY}&lang=en", headers=PAGE)
    assert answer.status_code == 422 and "A hand-out map holds at most" in answer.text
    assert client.get(f"/print/handout.html?as_of={DAY}&park={park}", headers=PAGE).status_code == 200


def a_park(client: httpx.Client) -> str:
    """Return the park of the first suspected parcel."""
    listed = client.get(f"/api/v1/parcels?as_of={DAY}&status=suspected&size=1").json()
    return str(listed["items"][0]["park_code"])
