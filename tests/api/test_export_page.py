"""The page of exports: what it counts, what it refuses in words, files that state their datum, and jobs."""

import io
import json
import re
import zipfile
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from data import accounts, export_jobs
from data.identity import SYSTEM, Actor, acting
from data.session import transaction
from etl import exporting
from etl.export.order import Order, from_json
from tests.api.conftest import first_park
from tests.people import COOKIE, session_of

DAY = "2026-11-01"
PAGE = {"accept": "text/html"}
ASKED = f"/export?status=suspected&as_of={DAY}"


@pytest.fixture(autouse=True)
def _no_jobs(sample_database: str) -> Any:
    yield
    with acting(Actor("tests", SYSTEM)), transaction() as connection:
        connection.execute(
            text("UPDATE export_job SET state = 'CANCELLED' WHERE state IN ('QUEUED', 'RUNNING')")
        )


def test_count_and_area_are_those_of_the_list(client: httpx.Client) -> None:
    listed = client.get(f"/api/v1/parcels?status=suspected&as_of={DAY}").json()
    page = client.get(f"{ASKED}&lang=en", headers=PAGE).text
    area = f"{listed['area_m2'] / 10_000:,.2f}"
    assert f"The filter finds {listed['total']:,} parcels, {area} ha" in page


@pytest.mark.parametrize("role", ["clerk", "approver", "committee", "planner", "auditor"])
def test_geojson_comes_with_a_file_that_states_the_datum(as_role: Any, role: str) -> None:
    client = as_role(role)
    answer = client.get(f"/export/now?status=suspected&as_of={DAY}&what=parcels&form=geojson&decimals=5")
    assert answer.status_code == 200, answer.text[:300]
    assert 'filename="parcels_20261101_CGCS2000.zip"' in answer.headers["content-disposition"]
    pack = zipfile.ZipFile(io.BytesIO(answer.content))
    name = "parcels_20261101_CGCS2000.geojson"
    assert sorted(pack.namelist()) == [name, f"{name}.meta.json"]
    meta, shapes = json.loads(pack.read(f"{name}.meta.json")), json.loads(pack.read(name))
    assert (meta["datum"], meta["crs"], meta["decimals"], meta["axis_order"]) == (
        "CGCS2000", "EPSG:4490", 5, "longitude, latitude")  # fmt: skip
    listed = client.get(f"/api/v1/parcels?status=suspected&as_of={DAY}").json()
    assert len(shapes["features"]) == meta["rows"] == listed["total"] > 0
    numbers = re.findall(rb"\d+\.(\d+)", json.dumps(shapes["features"][0]["geometry"]).encode())
    assert max(map(len, numbers)) == 5


def test_a_zone_is_named_in_the_file_name(client: httpx.Client) -> None:
    answer = client.get(f"/export/now?as_of={DAY}&status=unknown&what=verdicts&form=gpkg&crs=4528")
    assert 'filename="verdicts_20261101_CGCS2000_EPSG4528.gpkg"' in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("what=parcels&form=geojson&crs=4528", "GeoJSON is in degrees by its standard"),
        ("what=growth&what=parcels&form=gpkg", "Built-up area by year can't be written as GPKG"),
        ("what=nothing&form=csv", "There is no export"),
        ("form=csv", "Choose at least one layer"),
        ("what=parcels&form=gpkg&crs=2436", "EPSG:2436 is no coordinate system"),
    ],
)
def test_what_does_not_go_together_is_said_in_words(client: httpx.Client, query: str, said: str) -> None:
    answer = client.get(f"/export/now?as_of={DAY}&{query}&lang=en", headers=PAGE)
    assert answer.status_code == 422 and said in answer.text.replace("&#39;", "'")
    if "crs=4528" in query:  # nothing chosen is lost
        assert re.search(r'value="4528" selected', answer.text) and 'value="parcels" checked' in answer.text


def start(client: httpx.Client, **more: Any) -> int:
    form = {"asked": ASKED, "what": ["parcels", "growth"], "form": "xlsx"} | more
    answer = client.post("/export/jobs", data=form, headers=PAGE)
    assert answer.status_code == 303, answer.text[:400]
    assert answer.headers["location"] == ASKED
    with acting(Actor("tests", SYSTEM)), transaction() as connection:
        return int(connection.scalar(text("SELECT max(export_id) FROM export_job")) or 0)


def test_a_job_writes_what_was_asked_with_the_rights_of_the_person(as_role: Any) -> None:
    client = as_role("committee")
    number = start(client)
    assert "Waiting" in client.get("/export?lang=en", headers=PAGE).text
    assert client.get(f"/export/jobs/{number}/file").status_code == 404
    with acting(Actor("worker", SYSTEM)):
        exporting.carry_out(number)
        exporting.carry_out(number)  # once is enough: a second worker finds nothing to do
    answer = client.get(f"/export/jobs/{number}/file")
    pack = zipfile.ZipFile(io.BytesIO(answer.content))
    assert pack.namelist() == ["parcels_20261101.xlsx", "growth_20261101.xlsx"]
    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(pack.read("parcels_20261101.xlsx"))).worksheets[0]
    codes = [
        str(cell.value)
        for row in sheet.iter_rows()
        for cell in row
        if re.fullmatch(r"\d{12}GB\d{5}", str(cell.value))
    ]
    listed = client.get(f"/api/v1/parcels?status=suspected&as_of={DAY}&size=1000&park={first_park()}").json()
    assert sorted(codes) == sorted(one["parcel_code"] for one in listed["items"])  # of its own park alone
    with acting(Actor("tests", "auditor")), transaction() as connection:
        told = connection.execute(
            text("SELECT person, action, object FROM audit_event WHERE (action, object) IN (('export', 'parcels'), "
                 "('download', 'export_job')) ORDER BY event_id DESC LIMIT 2")
        ).all()  # fmt: skip
    name = client.get("/account", headers=PAGE).text
    assert {row.action for row in told} == {"export", "download"} and all(row.person in name for row in told)
    for other in ("clerk", "planner"):  # whose job it is not
        assert as_role(other).get(f"/export/jobs/{number}/file").status_code == 404
        assert client.post(f"/export/jobs/{number}", data={"act": "again"}).status_code == 404


def test_a_job_is_cancelled_and_run_again(as_role: Any) -> None:
    client = as_role("planner")
    number = start(client)
    client.post(f"/export/jobs/{number}", data={"act": "cancel"})
    with acting(Actor("worker", SYSTEM)):
        exporting.carry_out(number)
        with transaction() as connection:
            assert export_jobs.get(connection, number).state == "CANCELLED"
    client.post(f"/export/jobs/{number}", data={"act": "again"})
    with acting(Actor("worker", SYSTEM)), transaction() as connection:
        again = export_jobs.get(connection, number + 1)
        assert (again.state, again.person) == ("QUEUED", "planner")
        assert export_jobs.begin(connection, number + 1) is not None
    client.post(f"/export/jobs/{number + 1}", data={"act": "cancel"})
    with acting(Actor("worker", SYSTEM)), transaction() as connection:
        assert export_jobs.beat(connection, number + 1, "read", 0, 1) is True  # the worker hears of it


def test_a_job_of_somebody_who_lost_the_role_is_not_run(client: httpx.Client, sample_database: str) -> None:
    client.cookies.set(COOKIE, session_of("clerk", name="leaving"))
    number = start(client)
    with acting(Actor("tests", "admin")), transaction() as connection:
        accounts.set_disabled(connection, "leaving", True)
    with acting(Actor("worker", SYSTEM)):
        exporting.carry_out(number)
        with transaction() as connection:
            job = export_jobs.get(connection, number)
    assert job.state == "FAILED" and job.error is not None and job.error["code"] == "no-rights"


def test_files_expire_and_dead_jobs_are_given_up(as_role: Any) -> None:
    client = as_role("clerk")
    number, dead = start(client, what="growth"), start(client)
    with acting(Actor("worker", SYSTEM)):
        exporting.carry_out(number)
        with transaction() as connection:
            export_jobs.begin(connection, dead)
            export_jobs.sweep(connection)
            assert export_jobs.get(connection, number).path().is_file()
            connection.execute(
                text("UPDATE export_job SET until = now() - interval '1 s' WHERE export_id = :id"),
                {"id": number},
            )
            connection.execute(
                text("UPDATE export_job SET heartbeat_at = now() - interval '2 h' WHERE export_id = :id"),
                {"id": dead},
            )
        with transaction() as connection:
            export_jobs.sweep(connection)
            assert export_jobs.get(connection, number).state == "EXPIRED"
            assert not export_jobs.folder_of(number).exists()
            assert export_jobs.get(connection, dead).error == export_jobs.INTERRUPTED
    assert client.get(f"/export/jobs/{number}/file").status_code == 404


def test_an_order_comes_back_from_its_json_as_it_was() -> None:
    import datetime as dt
    from decimal import Decimal

    from data.filtering import Filter

    order = Order(
        ("parcels",), "geojson", dt.date(2026, 11, 1), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), 4326, 6,
        Filter(status=("watch",), area_min=Decimal("1.50"), supplied_from=dt.date(2020, 1, 1), entity_ids=(3, 4),
               box=(121.0, 41.0, 121.5, 41.5), polygon=((121.0, 41.0), (121.5, 41.0), (121.2, 41.5))),
        "en", "x", "for a hearing",
    )  # fmt: skip
    assert from_json(json.loads(json.dumps(order.as_json()))) == order
