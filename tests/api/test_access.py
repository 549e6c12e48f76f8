"""Who may ask for what: every route has a rule; every role is asked at every route; doors open as they should."""

import csv
import datetime as dt
import io
import re
import zipfile
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api import freezing
from api.access import READERS, RULES, STAFF, rule_for
from api.main import create_app
from data import accounts, sign_in, tokens
from data.identity import Actor, acting
from data.session import transaction
from etl.analysis.run import ensure_run
from etl.export import FORMATS, WHATS
from tests.api.conftest import first_park, served

PARKS = ("210700-01", "210700-02")
EXAMPLES = {"parcel_code": "210711012001GB00117", "entity_id": "1", "delivery_id": "1", "job_id": "1",
            "grid": "WebMercatorQuad", "z": "12", "x": "3427", "y": "1534", "what": "idle-list", "form": "csv",
            "name": "x", "token_id": "1", "number": "1", "view_id": "1", "export_id": "1", "basemap_id": "1", "act": "test"}  # fmt: skip


def routes() -> list[tuple[str, str]]:
    """Return method and path of every route that the application has, however routers are nested."""
    found: list[tuple[str, str]] = []

    def walk(some: Any, prefix: str) -> None:
        for route in some:
            if hasattr(route, "original_router"):
                context = route.include_context
                walk(route.original_router.routes, prefix + (getattr(context, "prefix", "") or ""))
            elif getattr(route, "path", None) is not None:
                found.extend((method, prefix + route.path) for method in route.methods - {"HEAD"})

    walk(create_app().router.routes, "")
    return sorted(found)


ROUTES = routes()


def example(path: str, **more: str) -> str:
    """Return a path of the form."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: (EXAMPLES | more)[match[1]], path)


def test_every_route_is_found() -> None:
    assert len(ROUTES) > 50 and ("GET", "/api/v1/parcels/by-id/{entity_id}") in ROUTES
    assert ("POST", "/import/{job_id}/write") in ROUTES


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_has_a_rule(method: str, path: str) -> None:
    assert rule_for(method, example(path)) is not None, f"api/access.py has no rule for {method} {path}"


def test_every_rule_is_for_a_route() -> None:
    used = {id(rule_for(method, example(path))) for method, path in ROUTES}
    assert [rule.path.pattern for rule in RULES if id(rule) not in used] == []


@pytest.fixture
def frozen_list(sample_database: str) -> None:
    """Freeze the first park's list, so that there is one to be seen."""
    run_id = ensure_run(dt.date(2026, 11, 1))
    with acting(Actor("tests", "clerk")), transaction() as connection:
        here = freezing.standing(connection, run_id, first_park())
        if here.step == "DRAFT":
            freezing.check(connection, here, {})
        assert freezing.freeze(connection, freezing.standing(connection, run_id, first_park())) == 1


@pytest.mark.parametrize("role", [*STAFF, "nobody"])
def test_each_role_at_each_route(as_role: Any, frozen_list: None, role: str) -> None:
    """A route answers the roles of its rule, and no other; nothing fails inside for want of a right."""
    client = as_role(role)
    wrong, answered = [], []
    no_run = role in ("nobody", "admin")
    run = "1" if no_run else client.get("/api/v1/parcels?as_of=2026-11-01").json()["run_id"]
    with transaction() as connection:
        known = connection.scalar(
            text("SELECT entity_id FROM parcel WHERE parcel_code = :code AND upper_inf(known)"),
            {"code": EXAMPLES["parcel_code"]},
        )
    for method, path in ROUTES:
        if path == "/logout" or path.endswith("/events"):
            continue
        rule = rule_for(method, example(path))
        assert rule is not None
        found = client.request(
            method,
            example(path, entity_id=str(known), **({"form": "xlsx"} if "fix-list" in path else {})),
            params={"as_of": "2026-11-01", "q": "GB0000", "run": run} if method == "GET" else None,
        )
        allowed = role in rule.roles or "nobody" in rule.roles
        expected = {401} if role == "nobody" else {403}
        turned_away = found.status_code in expected
        if path == "/login":
            continue
        if role == "admin" and path == "/":
            allowed, turned_away = True, found.status_code != 303
        if turned_away == allowed or found.status_code >= 500:
            wrong.append((method, path, found.status_code, found.text[:200]))
        if (
            method == "GET"
            and allowed
            and path not in UNKNOWN
            and not path.startswith(("/import/", "/api/v1/import/"))
        ):
            answered.append(found.status_code < 400)
            if not answered[-1]:
                wrong.append((method, path, found.status_code, found.text[:200]))
    assert [" ".join(map(str, one)) for one in wrong] == [] and len(answered) >= (3 if no_run else 20)


ALIKE = ("clerk", "approver", "auditor")  # they read everything alike
FORMAT_ROLES = [
    pytest.param(role, marks=pytest.mark.slow) if role in ALIKE else role for role in (*STAFF, "nobody")
]


@pytest.mark.parametrize("role", FORMAT_ROLES)
def test_each_role_in_each_format(as_role: Any, role: str) -> None:
    """Every list in every format: of all parks, of the own park, and of another's, which a committee does not find."""
    client, own = as_role(role), first_park()
    other = of_parks("SELECT max(park_code), '' FROM park")[0][0]
    wrong, some = [], 0
    for what, forms in FORMATS.items():
        there = sorted({"csv", "geojson", "gpkg", "xlsx"}.intersection(forms))
        by_park = [("csv", own), ("csv", other)] if role == "committee" else []
        for form, park in [*((form, "") for form in there), *by_park]:
            found = client.get(f"/export/{what}.{form}", params={"as_of": "2026-11-01", "park": park})
            expected = {"nobody": 401, "admin": 403, "committee": 404 if park == other else 200}.get(
                role, 200
            )
            told = set(re.findall(r"S2179\d\d", content_text(found))) if expected == 200 else set()
            some += bool(told)
            if found.status_code != expected or (role == "committee" and told - {own}):
                wrong.append((what, form, park, found.status_code, sorted(told)))
    assert wrong == [] and (some >= 40 or role in ("nobody", "admin"))


UNKNOWN = {"/static/{name:path}", "/login/sso", "/login/sso/back", "/lists/views/{view_id}",
           "/export/now", "/export/jobs/{export_id}/file", "/basemap/{basemap_id}/{z}/{x}/{y}"}  # fmt: skip
"""What there is nothing behind in the sample, whoever asks."""
SECRETS = ("password_hash", "code_hash", "token_hash")


def test_an_unknown_path_is_not_told_from_a_closed_one(as_role: Any) -> None:
    nobody = as_role("nobody")
    assert nobody.get("/nothing-here").status_code == nobody.get("/parcels").status_code == 401
    assert as_role("clerk").get("/nothing-here").status_code == 404


def test_readers_are_those_who_see_land() -> None:
    assert set(READERS) == set(STAFF) - {"admin"}


def of_parks(statement: str) -> list[tuple[str, str]]:
    with transaction() as connection:
        return [(str(row[0]), str(row[1])) for row in connection.execute(text(statement))]


def test_nothing_of_another_park_reaches_a_committee(as_role: Any) -> None:
    """Every page, list, tile and export, in each format: no code of another park's parcels, contracts or holders."""
    codes = of_parks(
        "SELECT parcel_code, park_code FROM parcel WHERE park_code IS NOT NULL AND upper_inf(known)"
    )
    own_park = first_park()
    own = {code for code, park in codes if park == own_park}
    others = {code for code, park in codes if park != own_park}
    contracts = of_parks("SELECT contract_no, park_code FROM contract_park")
    others |= {number for number, _ in contracts} - {number for number, park in contracts if park == own_park}
    assert len(own) > 400 and len(others) > 1_500
    client, word = as_role("committee"), re.compile(r"[0-9A-Z]{10,}")
    paths = [example(path) for method, path in ROUTES if method == "GET" and "{what}" not in path]
    paths += [f"/export/{what}.{form}" for what in WHATS for form in ("csv", "geojson", "xlsx")]
    paths += [
        f"/api/v1/search?q={next(iter(others))}",
        f"/parcels?q={sorted(others)[0]}",
        "/api/v1/parcels?size=1000",
    ]
    seen_own = 0
    for path in paths:
        if path.endswith("/events") or rule_for("GET", path.split("?")[0]) is None:
            continue
        found = client.get(path, params={} if "?" in path else {"as_of": "2026-11-01"})
        told = set(word.findall(content_text(found)))
        asked = set(word.findall(path))  # a page says what was looked for
        assert not (told & others) - asked, (path, sorted(told & others)[:3])
        seen_own += bool(told & own)
    assert seen_own > 8
    some = sorted(others & {code for code, _ in codes})[0]
    assert client.get(f"/api/v1/parcels/{some}?as_of=2026-11-01").status_code == 404
    assert client.get(f"/parcels/{some}?as_of=2026-11-01").status_code == 404
    assert client.get("/api/v1/parcels?as_of=2026-11-01").json()["total"] == len(own)


def content_text(found: httpx.Response) -> str:
    """Return what an answer says, also where it is a workbook."""
    if found.content[:2] != b"PK":
        return (
            found.text
            if "charset" in found.headers.get("content-type", "")
            else found.content.decode("latin-1")
        )
    with zipfile.ZipFile(io.BytesIO(found.content)) as book:
        return " ".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


WITHHELD_COLUMNS = {
    "fee_wan",
    "planned_ex_land_wan",
    "reported_ex_land_wan",
    "verified_ex_land_wan",
    "damages_wan",
}


def test_no_price_reaches_a_planner(as_role: Any) -> None:
    """Neither in a column of an export, nor in a dossier, nor by the difference of two amounts."""
    day = {"as_of": "2026-11-01"}
    filled: dict[str, set[str]] = {"clerk": set(), "planner": set()}
    for role, columns in filled.items():
        client = as_role(role)
        for what in WHATS:
            rows = csv.DictReader(
                io.StringIO(client.get(f"/export/{what}.csv", params=day).text.lstrip("\ufeff"))
            )
            columns |= {name for row in rows for name in WITHHELD_COLUMNS & row.keys() if row[name]}
    assert filled == {"clerk": WITHHELD_COLUMNS, "planner": set()}
    codes = of_parks(
        "SELECT p.parcel_code, max(trim_scale(c.price_wan)::text) FROM parcel AS p JOIN contract AS c ON p.parcel_code "
        "= ANY (c.parcel_codes) WHERE c.price_wan > 1000 AND c.price_wan <> round(c.price_wan, 1) GROUP BY 1 ORDER BY 1 "
        "LIMIT 5"
    )
    number = re.compile(r"\d[\d,]*\.\d+")

    def told(role: str, path: str) -> set[str]:
        found = as_role(role).get(path, params=day)
        assert found.status_code == 200
        return {one.replace(",", "") for one in number.findall(found.text)}

    for code, price in codes:
        assert price in told("clerk", f"/api/v1/parcels/{code}")
        assert price not in told("planner", f"/parcels/{code}") | told("planner", f"/api/v1/parcels/{code}")


def test_a_tile_is_not_answered_with_another_persons(as_role: Any) -> None:
    run = as_role("clerk").get("/api/v1/parcels?as_of=2026-11-01").json()["run_id"]
    path = f"/tiles/WebMercatorQuad/12/3427/1534.mvt?run={run}"
    theirs = as_role("clerk").get(path).headers["etag"]
    assert as_role("clerk").get(path, headers={"If-None-Match": theirs}).status_code == 304
    own = as_role("committee").get(path, headers={"If-None-Match": theirs})
    assert own.status_code == 200 and own.headers["etag"] != theirs
    assert own.headers["cache-control"].startswith("private")


def test_answers_are_private(as_role: Any) -> None:
    for path in ("/parcels", "/api/v1/parcels", "/export/idle-list.csv", "/account"):
        found = as_role("clerk").get(f"{path}?as_of=2026-11-01").headers["cache-control"]
        assert "private" in found or found == "no-store", path


def test_a_server_that_is_open_lets_everybody_read_and_nobody_change(sample_database: str) -> None:
    with served(is_open=True) as guest:
        assert guest.get("/api/v1/parcels?as_of=2026-11-01").status_code == 200
        assert guest.get("/parcels?as_of=2026-11-01", headers={"Accept": "text/html"}).status_code == 200
        for path in ("/audit", "/settings/accounts", "/account"):
            assert guest.get(path).status_code == 401, path
        assert guest.post("/import").status_code == 401
        assert guest.post("/deliveries/1/withdraw", data={"reason": "x", "confirm": "1"}).status_code == 401


def test_a_password_is_not_taken_over_a_plain_network(as_role: Any) -> None:
    nobody = as_role("nobody")
    far = {"Host": "land.example", "Origin": "http://land.example"}
    found = nobody.post("/login", data={"name": "x", "password": "y"}, headers=far)
    assert found.status_code == 403 and "未加密" in found.text


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_another_site_signs_nobody_in_or_out(as_role: Any, headers: dict[str, str]) -> None:
    assert (
        as_role("nobody").post("/login", data={"name": "x", "password": "y"}, headers=headers).status_code
        == 403
    )
    client = as_role("clerk")
    assert client.post("/logout", headers=headers).status_code == 403
    assert client.get("/api/v1/parcels").status_code == 200


def test_a_name_that_points_here_reads_nothing_at_an_open_server(sample_database: str) -> None:
    # A page of rebound.example whose name was made to point to this machine has its own origin, and no rights.
    with served(is_open=True) as guest:
        found = guest.get("/api/v1/parcels", headers={"Host": "rebound.example:8000"})
        assert found.status_code == 401


def test_an_address_that_tries_many_names_is_locked(
    sample_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "_NAMES_AN_ADDRESS", 1)
    address = "192.0.2.7"
    for number in range(5):
        with pytest.raises(sign_in.SignInRefused):
            sign_in.sign_in(f"sprayed-{number}", "winter 2026", address)
    with pytest.raises(sign_in.SignInLocked):
        sign_in.sign_in("sprayed-5", "winter 2026", address)
    with pytest.raises(sign_in.SignInRefused):
        sign_in.sign_in("sprayed-6", "winter 2026", "192.0.2.8")


def test_a_new_code_ends_sessions_and_tokens(as_role: Any) -> None:
    """A password is given anew because somebody else may know it: nothing that stands for it stays."""
    client = as_role("auditor")
    made = re.search(r"lst_[\w-]+", client.post("/account/tokens", data={"label": "x", "days": "1"}).text)
    assert made is not None and tokens.by_token(made[0]) is not None
    with acting(Actor("tests", "admin")), transaction() as connection:
        accounts.new_code(connection, "auditor")
    assert client.get("/api/v1/parcels").status_code == 401 and tokens.by_token(made[0]) is None


@pytest.mark.parametrize(("lang", "word"), [("zh", "请先登录"), ("en", "Sign in first")])
def test_who_is_not_signed_in_is_told_in_the_own_language(as_role: Any, lang: str, word: str) -> None:
    assert word in as_role("nobody").get(f"/api/v1/parcels?lang={lang}").json()["detail"]
