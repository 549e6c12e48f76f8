"""Signing in and out, tokens, accounts: doors open as they should, and to nobody else."""

import base64
import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from data import accounts, passwords, sign_in, tokens
from data.identity import Actor, acting
from data.session import transaction
from tests.people import COOKIE

PARKS = ("210700-01", "210700-02")


def test_a_browser_is_sent_to_the_door_and_back(as_role: Any) -> None:
    page = {"Accept": "text/html"}
    sent = as_role("nobody").get("/parcels?q=A&as_of=2026-11-01", headers=page)
    assert sent.status_code == 303
    assert sent.headers["location"] == "/login?next=%2Fparcels%3Fq%3DA%26as_of%3D2026-11-01"
    door = as_role("nobody").get(sent.headers["location"])
    assert 'value="/parcels?q=A&amp;as_of=2026-11-01"' in door.text


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/a\nb"]
)
def test_the_door_leads_to_no_other_server(as_role: Any, place: str) -> None:
    assert 'name="next" value="/"' in as_role("nobody").get("/login", params={"next": place}).text


@pytest.fixture
def person(client: httpx.Client, sample_database: str) -> tuple[str, str]:
    """Return name and one-time code of an account made now."""
    name = f"person{len(all_accounts())}"
    with acting(Actor("tests", "admin")), transaction() as connection:
        return name, accounts.add(connection, name, "clerk")


def all_accounts() -> list[accounts.Account]:
    with acting(Actor("tests", "admin")), transaction() as connection:
        return accounts.listed(connection)


def enter(client: httpx.Client, name: str, password: str, **more: str) -> httpx.Response:
    return client.post("/login", data={"name": name, "password": password} | more)


def test_the_first_sign_in(as_role: Any, person: tuple[str, str]) -> None:
    name, code = person
    client = as_role("nobody")
    # A code may be typed in any case and without its dashes; it opens the page for a password, and nothing else.
    entered = enter(client, name.upper(), code.replace("-", "").lower(), next="/idle")
    assert (entered.status_code, entered.headers["location"]) == (303, "/account/password")
    first = client.cookies[COOKIE]
    assert client.get("/api/v1/parcels").status_code == 401
    assert client.get("/parcels", headers={"Accept": "text/html"}).headers["location"] == "/account/password"
    for new, why in (("kurz", "12"), (f"{name}-{name}-x", "账号名"), ("aaaaaaaaaaaaaaa", "重复")):
        refused = client.post("/account/password", data={"new": new, "again": new})
        assert refused.status_code == 422 and why in refused.text
    assert client.post("/account/password", data={"new": "a" * 20, "again": "b" * 20}).status_code == 422
    good = "八千里路云和月莫等闲 1"
    assert client.post("/account/password", data={"new": good, "again": good}).status_code == 303
    assert client.cookies[COOKIE] != first and client.get("/api/v1/parcels").status_code == 200
    client.cookies.clear()
    client.cookies.set(COOKIE, first)
    assert client.get("/api/v1/parcels").status_code == 401  # the session of the code has ended
    assert enter(client, name, code).status_code == 401  # and so has the code
    client.cookies.clear()
    assert enter(client, name, good, next="/idle").headers["location"] == "/idle"


def test_wrong_and_unknown_are_one_answer_and_lock_alike(as_role: Any, person: tuple[str, str]) -> None:
    client = as_role("nobody")
    unknown = f"nobody-{person[0]}"
    for name in (person[0], unknown):
        answers = [enter(client, name, "wrong password 1") for _ in range(5)]
        assert {answer.status_code for answer in answers} == {401}
        assert enter(client, name, "wrong password 1").status_code == 429
    one, other = (enter(client, name, "x").text.replace(name, "") for name in (person[0], unknown))
    assert one == other
    assert enter(client, *person).status_code == 429  # also with the right one, until the time is over


def test_an_ended_account_is_out_at_once(as_role: Any) -> None:
    client = as_role("planner")
    assert client.get("/api/v1/parcels").status_code == 200
    with acting(Actor("tests", "admin")), transaction() as connection:
        accounts.set_disabled(connection, "planner", True)
    assert client.get("/api/v1/parcels").status_code == 401
    with acting(Actor("tests", "admin")), transaction() as connection:
        accounts.set_disabled(connection, "planner", False)


def test_leaving_ends_the_session(as_role: Any) -> None:
    client = as_role("clerk")
    secret = client.cookies[COOKIE]
    assert client.post("/logout").status_code == 303
    client.cookies.set(COOKIE, secret)
    assert client.get("/api/v1/parcels").status_code == 401


def test_tokens(as_role: Any) -> None:
    client = as_role("clerk")
    made = client.post("/account/tokens", data={"label": "QGIS", "scope": "read", "days": "1"})
    found = re.search(r"lst_[\w-]+", made.text)
    assert found is not None
    token = found[0]
    assert token not in client.get("/account").text  # shown once
    client.cookies.clear()
    bearer = {"Authorization": f"Bearer {token}"}
    basic = {"Authorization": "Basic " + base64.b64encode(f"any:{token}".encode()).decode()}
    for header in (bearer, basic):
        assert client.get("/api/v1/parcels", headers=header).status_code == 200
    assert client.post("/api/v1/import/1/cancel", headers=bearer).status_code == 403  # it may read only
    for header in (
        "Bearer lst_x",
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff:x").decode(),
        "Bearer",
        "x" * 5_000,
    ):
        assert client.get("/api/v1/parcels", headers={"Authorization": header}).status_code == 401
    number = tokens.tokens(tokens.by_token(token))[0]["token_id"]  # type: ignore[arg-type]
    as_role("clerk").post(f"/account/tokens/{number}")
    client.cookies.clear()
    assert client.get("/api/v1/parcels", headers=bearer).status_code == 401


def test_another_persons_token_is_not_revoked(as_role: Any) -> None:
    made = as_role("clerk").post("/account/tokens", data={"label": "mine", "days": "1"})
    token = re.search(r"lst_[\w-]+", made.text)
    assert token is not None
    mine = tokens.by_token(token[0])
    assert mine is not None
    number = tokens.tokens(mine)[0]["token_id"]
    as_role("approver").post(f"/account/tokens/{number}")
    assert tokens.by_token(token[0]) is not None


@pytest.mark.parametrize(
    "header", ["\x00", "landstock_session=; =;;", "a" * 9_000, 'landstock_session="\\', "é=1"]
)
def test_a_strange_cookie_signs_nobody_in(as_role: Any, header: str) -> None:
    found = as_role("nobody").get(
        "/api/v1/parcels", headers={"Cookie": header.encode("latin-1", "ignore").replace(b"\x00", b"")}
    )
    assert found.status_code == 401


def test_the_administrators_page(as_role: Any) -> None:
    client = as_role("admin")
    assert client.get("/", headers={"Accept": "text/html"}).headers["location"] == "/settings/accounts"
    name = f"new{len(all_accounts())}"
    bad = client.post("/settings/accounts", data={"name": name, "role": "committee"})
    assert bad.status_code == 422 and "园区" in bad.text
    made = client.post(
        "/settings/accounts", data={"name": name, "role": "committee", "parks": "210700-01、210700-02"}
    )
    assert made.status_code == 200 and re.search(r"[A-Z2-9]{4}(-[A-Z2-9]{4}){3}", made.text)
    assert {a.name: a.parks for a in all_accounts()}[name] == PARKS
    assert client.post("/settings/accounts", data={"name": name, "role": "clerk"}).status_code == 422
    # What a form does not have is not taken from it.
    client.post(
        "/settings/accounts",
        data={"name": f"{name}x", "role": "clerk", "account_id": "1", "password_hash": "x"},
    )
    assert client.post(f"/settings/accounts/{name}", data={"act": "disable"}).status_code == 303
    assert next(a for a in all_accounts() if a.name == name).disabled_at is not None
    assert client.post("/settings/accounts/nobody-here", data={"act": "code"}).status_code == 404


def test_forms_are_small(as_role: Any) -> None:
    nobody = as_role("nobody")
    large = {"name": "x", "password": "y" * 1_100_000}
    assert nobody.post("/login", data=large).status_code == 413
    pieces = (b"name=" + b"x" * 100_000 for _ in range(15))  # without saying how much there is
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert nobody.post("/login", content=pieces, headers=form).status_code in (400, 413)
    assert nobody.post("/login", data={"name": "x" * 201}).status_code == 422


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-User", "Remote-User"]
)
def test_headers_make_nobody_somebody(as_role: Any, header: str) -> None:
    found = as_role("nobody").get("/api/v1/parcels", headers={header: "127.0.0.1"})
    assert found.status_code == 401


def test_unknown_names_take_the_same_work(monkeypatch: pytest.MonkeyPatch, sample_database: str) -> None:
    """One slow comparison for each attempt, whatever the name and the password are."""
    compared: list[int] = []
    verify = passwords._hasher.verify
    monkeypatch.setattr(passwords._hasher, "verify", lambda *a: compared.append(1) or verify(*a))
    with acting(Actor("tests", "admin")), transaction() as connection:
        accounts.add(connection, "timing", "clerk")
    sign_in.give_password("timing", "a long enough sentence")
    for name, password in (
        ("timing", "wrong"),
        ("no-such-name", "wrong"),
        ("timing", "x" * 500),
        ("no-such-name", ""),
    ):
        compared.clear()
        with pytest.raises(sign_in.SignInRefused):
            sign_in.sign_in(name, password, "")
        assert compared == [1]


NUL = "a\x00b"
FORMS = [
    ("nobody", "/login", {"name": NUL, "password": NUL}),
    ("clerk", "/account/tokens", {"label": NUL}),
    ("clerk", "/account/password", {"old": NUL, "new": NUL * 8, "again": NUL * 8}),
    ("admin", "/settings/accounts", {"name": NUL, "role": NUL, "full_name": NUL, "contact": NUL, "parks": NUL}),
    ("admin", "/settings/accounts", {"name": "nul-name", "role": "clerk", "full_name": NUL}),
    ("admin", f"/settings/accounts/{quote(NUL)}", {"act": "code"}),
    ("approver", "/approvals/1", {"act": "approve", "reason": NUL}),
    ("approver", "/notices", {"parcel_code": NUL, "document": NUL, "determined_on": "2024-01-01", "idle_from": "2024-01-01"}),
    ("approver", "/notices/1", {"reason": NUL}),
    ("clerk", "/deliveries/1/withdraw", {"reason": NUL}),
]  # fmt: skip


@pytest.mark.parametrize(("role", "path", "form"), FORMS)
def test_a_character_that_no_text_has_is_refused_and_not_a_fault(
    as_role: Any, role: str, path: str, form: dict[str, str]
) -> None:
    """PostgreSQL keeps no NUL: whoever sends one is told, in every form."""
    found = as_role(role).post(path, data=form, headers={"Accept": "text/html"})
    assert 400 <= found.status_code < 500, (found.status_code, found.text[:300])


@pytest.mark.parametrize(
    "path", ["/export/idle-list.csv?purpose=%00", "/login?next=/%00", "/login/sso?next=%00"]
)
def test_a_character_that_no_text_has_in_an_address(as_role: Any, path: str) -> None:
    found = as_role("clerk").get(f"{path}&as_of=2026-11-01")
    assert found.status_code < 500 and "%00" not in found.headers.get("location", "")
