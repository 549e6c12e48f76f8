"""A list from draft to frozen: same hash again, an independent hash, blocked without reasons, rights, two persons."""

import hashlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
from sqlalchemy import text

from data.faults import DatabaseFault
from data.identity import Actor, acting
from data.session import transaction
from data.settings import settings
from etl.importer import run
from etl.options import ImportOptions, silent
from gis.list_change import LEFT_REASONS
from tests.api.conftest import served
from tests.people import COOKIE, session_of

PARK, OTHER = "S217901", "S217902"
LAST, NOW = "2025-10-31", "2026-11-01"


@pytest.fixture
def client(sample_copy: str) -> Iterator[httpx.Client]:
    """The application on a sample of its own, for a committee of the first park."""
    with served() as found:
        found.cookies.set(COOKIE, session_of("committee", PARK))
        yield found


def page_of(client: httpx.Client, day: str, park: str = PARK) -> str:
    answer = client.get("/idle", params={"as_of": day, "park": park}, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return answer.text


def check(
    client: httpx.Client, day: str, reasons: dict[str, str] | None = None, park: str = PARK
) -> httpx.Response:
    fields = {f"reason:{code}": reason for code, reason in (reasons or {}).items()}
    return client.post("/idle/check", params={"as_of": day, "park": park}, data=fields or {"x": ""})


def freeze(client: httpx.Client, day: str, park: str = PARK) -> httpx.Response:
    return client.post("/idle/freeze", params={"as_of": day, "park": park})


def left_on(page: str) -> list[str]:
    return re.findall(r'name="reason:([^"]+)"', page)


def number(answer: httpx.Response) -> str:
    """The number of the list that a freezing leads to."""
    found = re.search(r"/idle/frozen/(\d+)", answer.headers["location"])
    assert found
    return found[1]


def frozen(client: httpx.Client, day: str) -> dict:
    assert check(client, day).status_code == 303
    answer = freeze(client, day)
    assert answer.status_code == 303, answer.text
    return client.get("/api/v1/idle-lists/" + number(answer)).json()


def test_draft_checked_frozen_and_frozen_again(client: httpx.Client) -> None:
    assert freeze(client, LAST).status_code == 422  # a draft that nobody checked
    first = frozen(client, LAST)
    listed = client.get(
        "/api/v1/parcels", params={"as_of": LAST, "park": PARK, "status": "suspected", "size": 1}
    ).json()
    unknown = client.get(
        "/api/v1/parcels", params={"as_of": LAST, "park": PARK, "status": "unknown", "size": 1}
    ).json()
    assert first["parcels"] == len(first["rows"]) == listed["total"] > 0
    assert float(first["area_m2"]) == pytest.approx(listed["area_m2"])
    assert first["undetermined"] == unknown["total"]
    assert (first["checked_by"], first["frozen_by"]) == (
        f"committee-{PARK.lower()}",
        f"committee-{PARK.lower()}",
    )
    # The same state again is the same list; nothing is added.
    again = freeze(client, LAST)
    assert number(again) == str(first["list_id"])
    assert len(client.get("/api/v1/idle-lists").json()["lists"]) == 1
    assert "已冻结" in page_of(client, LAST)


def test_the_hash_is_that_of_the_downloaded_text(client: httpx.Client) -> None:
    """By hashlib alone, and the text says what the rows say: read by JSON alone."""
    one = frozen(client, LAST)
    content = client.get(f"/idle/frozen/{one['list_id']}.json").content
    assert hashlib.sha256(content).hexdigest() == one["content_sha256"]
    told = json.loads(content)
    assert [row[0] for row in told["rows"]] == [row["parcel_code"] for row in one["rows"]]
    assert (told["as_of"], told["park_code"], told["undetermined"]) == (LAST, PARK, one["undetermined"])
    sheet = client.get(f"/idle/frozen/{one['list_id']}.xlsx").content
    assert one["content_sha256"] in ZipFile(io.BytesIO(sheet)).read("xl/worksheets/sheet1.xml").decode()
    rows = client.get(f"/idle/frozen/{one['list_id']}.csv").content.decode("utf-8-sig").splitlines()
    shapes = client.get(f"/idle/frozen/{one['list_id']}.geojson").json()
    assert len(rows) - 1 == len(shapes["features"]) == one["parcels"]


@pytest.fixture
def moved_on(client: httpx.Client, tmp_path: Path) -> dict[str, str]:
    """A frozen list, then a delivery: one parcel commenced, one was agreed anew; code -> reason that the facts prove."""
    first = frozen(client, LAST)
    started, extended = [row for row in first["rows"] if row["verdict"] == "IDLE_NOT_COMMENCED"][:2]
    (tmp_path / "construction_event.csv").write_text(
        "parcel_code,event,happened_on,foundation_type,done,of,source\n"
        f"{started['parcel_code']},PERMIT,2026-02-01,,,,x\n"
        f"{started['parcel_code']},FOUNDATION,2026-03-01,PIT,1,1,x\n"
    )
    (tmp_path / "contract.csv").write_text(
        "contract_no,contract_type,amends,signed_on,commence_by\n"
        f"SUPPLEMENT-1,SUPPLEMENT,{extended['contract_no']},2026-01-05,2026-12-31\n"
    )
    with acting(Actor("tests", "clerk")):
        done = run(
            [tmp_path], ImportOptions(publish=True, person="tests", supplier="tests"), silent
        ).as_json()
    assert done["published"]
    return {started["parcel_code"]: "STARTED", extended["parcel_code"]: "EXTENSION"}


def test_leaving_without_a_reason_blocks(client: httpx.Client, moved_on: dict[str, str]) -> None:
    first = client.get("/api/v1/idle-lists").json()["lists"][0]
    left = sorted(left_on(page_of(client, NOW)))
    assert left == sorted(moved_on)
    refused = check(client, NOW)
    assert refused.status_code == 422 and all(code in refused.text for code in left)
    assert freeze(client, NOW).status_code == 422
    assert check(client, NOW, {left[1]: LEFT_REASONS[0]}).status_code == 422  # one is still without
    assert (
        check(client, NOW, {left[1]: LEFT_REASONS[0], left[0]: "BECAUSE"}).status_code == 422
    )  # not of the set
    given = {left[1]: "STARTED", left[0]: "SPLIT"}
    assert check(client, NOW, given).status_code == 303
    answer = freeze(client, NOW)
    assert answer.status_code == 303
    second = client.get("/api/v1/idle-lists/" + number(answer)).json()
    kinds = [change["kind"] for change in second["changes"]]
    assert kinds.count("LEFT") == 2 and kinds.count("ENTERED") > 0
    assert first["parcels"] + kinds.count("ENTERED") - kinds.count("LEFT") == second["parcels"]
    assert second["previous_id"] == first["list_id"]
    assert {c["parcel_code"]: c["reason"] for c in second["changes"] if c["kind"] == "LEFT"} == given
    assert all(change["reason"] for change in second["changes"])
    assert client.get(answer.headers["location"]).status_code == 200


def test_the_facts_propose(client: httpx.Client, moved_on: dict[str, str]) -> None:
    page = page_of(client, NOW)
    for code, reason in moved_on.items():
        chosen = re.search(rf'name="reason:{code}".*?</select>', page, re.S)
        assert chosen and re.findall(r'<option value="(\w+)" selected>', chosen[0]) == [reason]


def test_another_park_is_not_there(client: httpx.Client) -> None:
    own = frozen(client, LAST)
    client.cookies.set(COOKIE, session_of("committee", OTHER))
    assert client.get(f"/api/v1/idle-lists/{own['list_id']}").status_code == 404
    assert client.get(f"/idle/frozen/{own['list_id']}.xlsx").status_code == 404
    assert client.get("/api/v1/idle-lists").json()["lists"] == []
    client.cookies.set(COOKIE, session_of("auditor"))
    assert client.get(f"/api/v1/idle-lists/{own['list_id']}").json()["intact"] is True
    assert check(client, NOW).status_code == 403  # an auditor looks and does nothing
    client.cookies.set(COOKIE, session_of("planner"))
    assert client.get("/api/v1/idle-lists").status_code == 403


def test_what_is_frozen_never_changes(client: httpx.Client) -> None:
    own = frozen(client, LAST)
    for role in ("committee", "clerk", "system"):
        with pytest.raises(DatabaseFault), acting(Actor("x", role, (PARK,))), transaction() as connection:
            connection.execute(text("UPDATE frozen_row SET holder = 'another'"))
    with acting(Actor("x", "clerk")), transaction() as connection:
        logged = text("SELECT count(*) FROM frozen_list WHERE list_id = :n")
        assert connection.scalar(logged, {"n": own["list_id"]}) == 1
    with acting(Actor("x", "auditor")), transaction() as connection:
        found = connection.execute(
            text(
                "SELECT person, object FROM audit_event WHERE object IN ('frozen_list', 'list_check') ORDER BY event_id"
            )
        ).all()
    assert found == [
        (f"committee-{PARK.lower()}", "list_check"),
        (f"committee-{PARK.lower()}", "frozen_list"),
    ]


def test_two_persons(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDSTOCK_TWO_PERSON", '["freeze"]')
    settings.cache_clear()
    try:
        assert check(client, LAST).status_code == 303
        assert freeze(client, LAST).status_code == 422  # who checked it
        client.cookies.set(COOKIE, session_of("committee", PARK, name="colleague"))
        assert freeze(client, LAST).status_code == 303
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_a_remark_on_what_cannot_be_decided(client: httpx.Client) -> None:
    shown = client.get("/idle/undetermined", params={"as_of": NOW, "park": PARK}).text
    code = re.search(r'name="parcel_code" value="([^"]+)"', shown)[1]
    said = "<script>已催</script>"
    answer = client.post("/idle/remark", params={"as_of": NOW, "park": PARK}, data={
        "parcel_code": code, "park_code": PARK, "said": said})  # fmt: skip
    assert answer.status_code == 303
    shown = client.get("/idle/undetermined", params={"as_of": NOW, "park": PARK}).text
    assert "&lt;script&gt;已催" in shown and said not in shown
    foreign = client.post("/idle/remark", params={"as_of": NOW}, data={
        "parcel_code": code, "park_code": OTHER, "said": "x"})  # fmt: skip
    assert foreign.status_code >= 400
