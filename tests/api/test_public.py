"""The public edition: what the law makes public and what investors look for, and no place more exact than allowed."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from api import clock
from api.public_app import create_public_app
from data import notices, public_edition
from data.faults import DatabaseFault
from data.identity import Actor, acting
from data.session import transaction
from data.settings import settings
from tests.api.conftest import served, serving
from tests.people import COOKIE, session_of

HTML = {"Accept": "text/html"}
DECIMALS = 3
NUMBER = re.compile(r"-?\d+\.\d+")
APPROVER = Actor("zhang", "approver")


def parcel() -> Any:
    """Return a parcel of the sample with holder and location."""
    with acting(Actor("tests", "system")), transaction() as connection:
        return connection.execute(
            text(
                "SELECT parcel_code, holder, location, park_code, st_x(st_pointonsurface(geom)) AS x FROM parcel "
                "WHERE upper_inf(known) AND holder <> '' AND location <> '' ORDER BY parcel_code LIMIT 1"
            )
        ).one()


@pytest.fixture
def public(sample_copy: str) -> Iterator[httpx.Client]:
    """Return a client of the public edition of the sample, with one notice that stands and one taken down."""
    one = parcel()
    today = clock.today()
    of = notices.Determination(
        one.parcel_code, "锦自然资认〔2026〕7号", today, today.replace(year=today.year - 2), "G2"
    )
    public_edition.refresh()
    with acting(APPROVER), transaction() as connection:
        notices.publish(connection, of, today)
        notices.withdraw(connection, notices.listed(connection)[0]["notice_id"], "登记有误")
        notices.publish(connection, of, today)
    with (
        serving(uvicorn.Config(create_public_app(), log_level="warning", lifespan="off")) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


def routes() -> list[str]:
    """Return every path of the public edition but its files."""
    found: list[str] = []

    def walk(some: Any) -> None:
        for route in some:
            if hasattr(route, "original_router"):
                walk(route.original_router.routes)
            elif "/static/" not in route.path:
                found.append(route.path)

    walk(create_public_app().router.routes)
    return found


def too_exact(words: str) -> list[str]:
    """Return the numbers of a text that could be a coordinate of China and have more decimals than allowed.

    Degrees lie between 3 and 136 (a picture has latitudes with a minus); metres of a zone have seven digits or more.
    """
    found = []
    for number in NUMBER.findall(words):
        whole, decimals = number.lstrip("-").split(".")
        degrees = 17 < float(number.lstrip("-")) < 136 and len(decimals.rstrip("0")) > DECIMALS
        metres = len(whole) >= 6
        if degrees or metres:
            found.append(number)
    return found


def without_picture(words: str) -> str:
    """Return a page without its pictures, whose numbers are stretched; they are made of the rounded ones (see below)."""
    return re.sub(r'<svg class="publicmap".*?</svg>', "", words, flags=re.S)


def test_the_scanner_finds_an_exact_place() -> None:
    assert too_exact('{"coordinates": [121.12345, 41.1]}') == ["121.12345"]
    assert too_exact("M 121.1234 -41.12") == ["121.1234"]
    assert too_exact("521034.88") == ["521034.88"]
    assert too_exact("121.123, 41.1, 3.25 ha, 1234.56 m") == []


def test_no_answer_holds_a_place_more_exact_than_allowed(public: httpx.Client) -> None:
    paths = routes()
    assert {"/", "/land.geojson", "/notices.geojson"} <= set(paths)
    exact = str(round(parcel().x, 5))
    for path in paths:
        for query in ("", "?park=210700-01", "?q=%20", "?lang=en"):
            answer = public.get(path + query, headers=HTML)
            assert answer.status_code == 200, path
            assert too_exact(without_picture(answer.text)) == [], path
            assert exact not in answer.text
    drawn = re.findall(r'<path class="outline[^"]*" d="([^"]+)"', public.get("/", headers=HTML).text)
    assert drawn and all(too_exact(path) == [] for path in drawn)


def test_nothing_that_a_visitor_may_read_is_more_exact(public: httpx.Client) -> None:
    """Not what the pages show, but what the role could read at all: tables, columns, shapes."""
    with acting(public_edition.ANYBODY), transaction() as connection:
        readable = connection.execute(
            text(
                "SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid "
                "WHERE c.relowner = 'landstock_owner'::regrole AND c.relkind IN ('r', 'v', 'm', 'p') AND a.attnum > 0 "
                "AND NOT a.attisdropped AND has_column_privilege('landstock_visitor', c.oid, a.attnum, 'SELECT')"
            )
        ).all()
        assert {row.relname for row in readable} == {"public_park", "public_land", "idle_notice"}
        assert not {"parcel_code", "document", "published_by", "withdrawn_by"} & {
            row.attname for row in readable if row.relname == "idle_notice"
        }
        grid = connection.scalar(
            text(
                "SELECT count(*) FROM public_park WHERE NOT st_equals(geom, st_reduceprecision(geom, 0.001))"
            )
        )
        assert grid == 0 and connection.scalar(text("SELECT count(*) FROM public_park")) == 4
        for table in ("public_land", "idle_notice"):
            for lon, lat in connection.execute(text(f"SELECT lon, lat FROM {table}")):
                assert lon == round(lon, DECIMALS) and lat == round(lat, DECIMALS)
    for statement in (
        "SELECT geom FROM parcel", "SELECT parcel_code FROM idle_notice", "SELECT name FROM account",
        "SELECT geom FROM park", "SELECT 1 FROM audit_event", "DELETE FROM public_land",
        "UPDATE idle_notice SET withdrawn_at = NULL",
    ):  # fmt: skip
        with (
            pytest.raises((DatabaseFault, DBAPIError)),
            acting(public_edition.ANYBODY),
            transaction() as connection,
        ):
            connection.execute(text(statement))


def test_a_finer_precision_is_a_decision_of_the_bureau(
    sample_copy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    public_edition.refresh()
    monkeypatch.setenv("LANDSTOCK_PUBLIC_DECIMALS", "1")
    settings.cache_clear()
    public_edition.refresh()
    with acting(public_edition.ANYBODY), transaction() as connection:
        assert all(lon == round(lon, 1) for (lon,) in connection.execute(text("SELECT lon FROM public_land")))
    monkeypatch.undo()
    settings.cache_clear()


def test_it_shows_what_the_law_makes_public_and_nothing_else(public: httpx.Client) -> None:
    """Order 53 Art. 11: location, holder, idle time, and the cause where it is the government's."""
    features = public.get("/notices.geojson").json()["features"]
    assert len(features) == 1  # the one taken down is gone
    told = features[0]["properties"]
    assert set(told) == {"park_name", "holder", "location", "idle_from", "idle_days", "cause", "published_on"}
    one = parcel()
    assert (told["holder"], told["location"], told["cause"]) == (one.holder, one.location, "G2")
    page = public.get("/", headers=HTML).text
    assert (
        one.holder in page
        and "规划依法修改" in page
        and "认〔2026〕7号" not in page
        and one.parcel_code not in page
    )


def test_available_land_is_that_of_the_newest_survey_within_the_park(public: httpx.Client) -> None:
    found = public.get("/land.geojson").json()["features"]
    by_park: dict[str, Decimal] = {}
    for feature in found:
        park = feature["properties"]["park_code"]
        by_park[park] = by_park.get(park, Decimal(0)) + Decimal(str(feature["properties"]["area_ha"]))
    with acting(Actor("tests", "system")), transaction() as connection:
        expected = connection.execute(
            text(
                "SELECT k.park_code, sum(st_area(st_intersection(k.geom, s.geom)::geography)) / 10000 AS ha FROM park AS k "
                "JOIN land_state AS s ON st_intersects(k.geom, s.geom) WHERE upper_inf(k.known) AND upper_inf(s.known) "
                "AND s.supply_state LIKE 'E%' AND s.observed_on = (SELECT max(observed_on) FROM land_state AS o "
                "WHERE upper_inf(o.known) AND st_intersects(o.geom, k.geom)) GROUP BY 1"
            )
        ).all()
    with acting(public_edition.ANYBODY), transaction() as connection:
        parks = public_edition.parks(connection)
    unsurveyed = {park["park_code"] for park in parks if park["surveyed_on"] is None}
    assert unsurveyed and not unsurveyed & by_park.keys()
    assert "尚无土地利用状况调查" in public.get("/", headers=HTML).text  # not "0 hectares"
    assert by_park.keys() == {row.park_code for row in expected} and expected
    for row in expected:
        assert float(by_park[row.park_code]) == pytest.approx(row.ha, abs=0.02 * len(found))


def test_a_question_narrows_both_lists(public: httpx.Client) -> None:
    one = parcel()
    assert public.get("/notices.geojson", params={"q": one.holder[:4]}).json()["features"]
    assert public.get("/notices.geojson", params={"q": "没有这样的企业"}).json()["features"] == []
    assert public.get("/land.geojson", params={"park": "no-such"}).json()["features"] == []
    page = public.get("/", params={"q": "%_\"'><script>alert(1)</script>"}, headers=HTML)
    assert page.status_code == 200 and "<script>alert" not in page.text
    assert public.get("/", params={"q": "x" * 121}, headers=HTML).status_code == 422
    for path in ("/?q=%00", "/land.geojson?park=%00", "/notices.geojson?q=a%00"):
        assert public.get(path).status_code == 422, path


def test_there_is_nothing_else_at_its_address(public: httpx.Client, sample_database: str) -> None:
    public.cookies.set(COOKIE, "whatever")
    for path in ("/map", "/parcels", "/api/v1/parcels", "/tiles/WebMercatorQuad/12/3427/1534.mvt", "/login", "/audit",
                 "/export/idle-list.csv", "/api/openapi.json", "/readyz", "/settings/accounts"):  # fmt: skip
        assert public.get(path).status_code == 404, path
    for path in routes():
        assert public.post(path).status_code == 405, path


def test_a_stranger_named_as_a_script_is_text(sample_copy: str) -> None:
    today = clock.today()
    name = "<script>alert(1)</script>"
    of = notices.Determination(parcel().parcel_code, "x", today, today, None, name, "'\"><img src=x>")
    with acting(APPROVER), transaction() as connection:
        notices.publish(connection, of, today)
    with (
        serving(uvicorn.Config(create_public_app(), log_level="warning", lifespan="off")) as address,
        httpx.Client(base_url=address) as client,
    ):
        page = client.get("/", headers=HTML).text
        assert name not in page and "&lt;script&gt;" in page and "<img src=x" not in page
        assert json.loads(client.get("/notices.geojson").text)["features"][0]["properties"]["holder"] == name


def test_only_an_approver_puts_up_a_notice(sample_copy: str) -> None:
    one, today = parcel(), clock.today().isoformat()
    form = {
        "parcel_code": one.parcel_code,
        "document": "1号",
        "determined_on": today,
        "idle_from": "2024-05-01",
    }
    with served() as client:
        for role in ("clerk", "auditor", "planner"):
            client.cookies.set(COOKIE, session_of(role))
            assert client.post("/notices", data=form, headers=HTML).status_code == 403
            with (
                pytest.raises((DatabaseFault, DBAPIError)),
                acting(Actor("x", role)),
                transaction() as connection,
            ):
                notices.publish(
                    connection,
                    notices.Determination(one.parcel_code, "1", clock.today(), clock.today()),
                    clock.today(),
                )
        client.cookies.set(COOKIE, session_of("approver"))
        assert client.post("/notices", data=form, headers=HTML).status_code == 303
        again = client.post("/notices", data=form, headers=HTML)
        assert again.status_code == 422 and "已有公告" in again.text
        page = client.get("/notices", headers=HTML).text
        assert one.holder in page and "1号" in page
        assert client.post("/notices/1", data={"reason": " "}, headers=HTML).status_code == 422
        assert client.post("/notices/1", data={"reason": "处置完毕"}, headers=HTML).status_code == 303
        assert client.post("/notices/1", data={"reason": "处置完毕"}, headers=HTML).status_code == 422


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"parcel_code": "nowhere"}, "没有宗地"),
        ({"idle_from": "2999-01-01"}, "日期先后有误"),
        ({"determined_on": "2999-01-01"}, "日期先后有误"),
        ({"determined_on": "昨天"}, "不是日期"),
        ({"cause": "ENTERPRISE"}, "原因从列表中选择"),
        ({"document": " "}, "认定文书号"),
    ],
)
def test_a_notice_that_cannot_be_meant_is_not_put_up(
    sample_copy: str, change: dict[str, str], words: str
) -> None:
    form = {"parcel_code": parcel().parcel_code, "document": "1号", "determined_on": clock.today().isoformat(),
            "idle_from": "2024-05-01"} | change  # fmt: skip
    with served() as client:
        client.cookies.set(COOKIE, session_of("approver"))
        answer = client.post("/notices", data=form, headers=HTML)
        assert answer.status_code == 422 and words in answer.text
        assert all(
            value.strip() in answer.text for name, value in form.items() if name != "cause"
        )  # nothing typed is lost
    with acting(APPROVER), transaction() as connection:
        assert notices.listed(connection) == []


def test_the_database_holds_days_and_persons(sample_copy: str) -> None:
    row = ("INSERT INTO idle_notice (parcel_code, holder, location, idle_from, document, determined_on, published_on, "
           "published_by, lon, lat) VALUES ('x', 'x', 'x', '{}', 'x', '2026-01-01', '2026-01-02', '{}', 1, 1)")  # fmt: skip
    for idle_from, by, fault in (("2026-01-03", "zhang", IntegrityError), ("2025-01-01", "li", DBAPIError)):
        with pytest.raises((fault, DatabaseFault)), acting(APPROVER), transaction() as connection:
            connection.execute(text(row.format(idle_from, by)))
