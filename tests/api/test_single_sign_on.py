"""Signing in at a provider of OpenID Connect: a real one in a process of its own, and one that lies."""

import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from data import accounts, single_sign_on
from data.identity import Actor, acting
from data.session import transaction
from data.settings import WrongSetting, settings
from data.sign_in import SignInRefused
from tests.api.conftest import free_port, served, serving

PEOPLE = {"u-17": "li.bureau", "u-18": "stranger", "u-19": "gone", "u-20": "zhao.park"}
NOT_THEIRS = {"en": "Name or password is wrong", "zh": "用户名或密码不正确"}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """Return the address of a provider in a process of its own; it knows four people."""
    port = free_port()
    people = [
        option
        for sub, name in PEOPLE.items()
        for option in ("--user-claims", json.dumps({"sub": sub, "preferred_username": name}))
    ]
    command = [sys.executable, "-m", "oidc_provider_mock", "-p", str(port), "--require-nonce", *people]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while True:
            assert process.poll() is None and time.monotonic() < until, "the provider did not start"
            try:
                httpx.get(f"{address}/.well-known/openid-configuration")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def _configured(monkeypatch: pytest.MonkeyPatch, issuer: str) -> Iterator[httpx.Client]:
    monkeypatch.setenv("LANDSTOCK_OIDC_ISSUER", issuer)
    settings.cache_clear()
    try:
        with served() as client:
            yield client
    finally:
        monkeypatch.delenv("LANDSTOCK_OIDC_ISSUER")
        settings.cache_clear()


@pytest.fixture
def client(
    module_database: str, provider: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[httpx.Client]:
    """Return a client of the application that sends people to the provider."""
    with acting(Actor("tests", "admin")), transaction() as connection:
        for name, role, parks in (
            ("li.bureau", "clerk", ()),
            ("gone", "clerk", ()),
            ("zhao.park", "committee", ["210700-01"]),
        ):
            if name not in {one.name for one in accounts.listed(connection)}:
                accounts.add(connection, name, role, parks)
        accounts.set_disabled(connection, "gone", True)
    secret = tmp_path / "secret"
    secret.write_text("kept apart\n")
    monkeypatch.setenv("LANDSTOCK_OIDC_SECRET_FILE", str(secret))
    with _configured(monkeypatch, provider) as served_client:
        yield served_client


def gone_out(client: httpx.Client, after: str = "/audit") -> str:
    """Set out for the provider and return its address with what is asked."""
    answer = client.get("/login/sso", params={"next": after}, headers={"Accept": "text/html"})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def vouched(client: httpx.Client, way: str, sub: str, **form: str) -> str:
    """Say at the provider who one is; return the way back."""
    answer = httpx.post(way, data=form or {"sub": sub})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def back(client: httpx.Client, where: str, **headers: str) -> httpx.Response:
    """Come back from the provider."""
    return client.get(where, headers={"Accept": "text/html", **headers})


def _subject(name: str) -> str | None:
    with acting(Actor("tests", "admin")), transaction() as connection:
        return accounts.named(connection, name).subject


def test_a_person_signs_in_by_the_word_of_the_provider(client: httpx.Client, provider: str) -> None:
    assert 'href="/login/sso?next=' in client.get("/login", headers={"Accept": "text/html"}).text
    way = gone_out(client)
    asked = parse_qs(urlsplit(way).query)
    assert (
        asked["code_challenge_method"] == ["S256"] and asked["nonce"] and asked["response_type"] == ["code"]
    )
    assert asked["redirect_uri"] == [f"{client.base_url}/login/sso/back"]
    answer = back(client, vouched(client, way, "u-17"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/audit")
    assert "HttpOnly" in answer.headers["set-cookie"]
    page = client.get("/account", headers={"Accept": "text/html"})
    assert page.status_code == 200 and "li.bureau" in page.text
    assert _subject("li.bureau") == f"{provider} u-17"
    with acting(Actor("tests", "auditor")), transaction() as connection:
        logged = connection.execute(
            text("SELECT person FROM audit_event WHERE object = 'session' AND person = 'li.bureau'")
        ).all()
    assert logged, "the session of the person is in the log under their name"


def test_an_account_stays_with_its_person_until_it_gets_a_new_code(
    client: httpx.Client, provider: str
) -> None:
    """A name at the provider may change hands; its lasting number may not."""
    with acting(Actor("tests", "sign_in")), transaction() as connection:
        connection.execute(text("UPDATE account SET subject = 'elsewhere 1' WHERE name = 'zhao.park'"))
    refused = back(client, vouched(client, gone_out(client), "u-20"))
    assert refused.status_code == 401 and _subject("zhao.park") == "elsewhere 1"
    with acting(Actor("tests", "admin")), transaction() as connection:
        accounts.new_code(connection, "zhao.park")
    assert back(client, vouched(client, gone_out(client), "u-20")).status_code == 303
    assert _subject("zhao.park") == f"{provider} u-20"


@pytest.mark.parametrize("sub", ["u-18", "u-19", "never-seen"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_an_open_account_it_is_the_answer_of_a_wrong_password(
    client: httpx.Client, sub: str, lang: str
) -> None:
    client.cookies.set("landstock_lang", lang)
    answer = back(client, vouched(client, gone_out(client), sub))
    assert answer.status_code == 401
    assert sub == "never-seen" or NOT_THEIRS[lang] in answer.text
    assert client.get("/account").status_code == 401


def test_whoever_does_not_agree_stays_outside(client: httpx.Client) -> None:
    answer = back(client, vouched(client, gone_out(client), "", action="deny"), **{"Accept-Language": "en"})
    assert (
        answer.status_code == 401 and "统一登录未能确认" in answer.text and 'action="/login"' in answer.text
    )


def test_an_answer_counts_once_and_in_its_own_browser_only(client: httpx.Client) -> None:
    where = vouched(client, gone_out(client), "u-17")
    with httpx.Client(base_url=client.base_url) as other:
        assert back(other, where).status_code == 401
        assert other.get("/account").status_code == 401
    changed = re.sub(r"state=[^&]+", "state=forged", where)
    assert back(client, changed).status_code == 401
    where = vouched(client, gone_out(client), "u-17")
    assert back(client, where).status_code == 303
    client.cookies.delete("landstock_session")
    assert back(client, where).status_code == 401


def test_the_way_back_leads_to_this_server_only(client: httpx.Client) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        assert back(client, vouched(client, gone_out(client, elsewhere), "u-17")).headers["location"] == "/"


def test_without_a_provider_there_is_no_such_door(module_database: str) -> None:
    with served() as client:
        assert "/login/sso" not in client.get("/login", headers={"Accept": "text/html"}).text
        for path in ("/login/sso", "/login/sso/back?code=1&state=2"):
            assert client.get(path, headers={"Accept": "text/html"}).status_code == 404


def test_a_provider_that_is_down_leaves_the_other_door_open(
    module_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _configured(monkeypatch, f"http://127.0.0.1:{free_port()}") as client:
        answer = client.get("/login/sso?next=/idle", headers={"Accept": "text/html"})
        assert answer.status_code == 503 and "没有响应" in answer.text
        assert 'name="password"' in answer.text and 'value="/idle"' in answer.text


def test_plain_http_is_for_this_machine_only(
    module_database: str, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDSTOCK_OIDC_ISSUER", "http://sso.example")
    settings.cache_clear()
    with pytest.raises(WrongSetting, match="https address"):
        settings()
    monkeypatch.delenv("LANDSTOCK_OIDC_ISSUER")
    settings.cache_clear()
    with _configured(monkeypatch, provider) as client:
        answer = client.get("/login/sso", headers={"Accept": "text/html", "Host": "landstock.example"})
        assert answer.status_code == 403 and "未加密" in answer.text


# -- a provider that lies ---------------------------------------------------------------------------------------------

KEY, OTHER_KEY = RSAKey.generate_key(2048), RSAKey.generate_key(2048)


def _unsigned(claims: dict[str, Any]) -> str:
    def part(values: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part(claims)}."


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "http://127.0.0.1:1"},
    "another audience": {"aud": "somebody-else"},
    "another audience, made out to us": {"aud": "somebody-else", "azp": "landstock"},
    "another nonce": {"nonce": "guessed"},
    "no nonce": {"nonce": None},
    "expired": {"exp": 1},
    "no subject": {"sub": None},
    "no name": {"preferred_username": None},
}


@pytest.fixture(scope="module")
def liar() -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the address of a provider and what it says next: changed claims, ``key`` or ``unsigned``."""
    says: dict[str, Any] = {}

    async def about(request: Request) -> JSONResponse:
        own = f"http://{request.url.netloc}"
        return JSONResponse({"issuer": own, "authorization_endpoint": f"{own}/ask", "token_endpoint": f"{own}/token",
                             "jwks_uri": f"{own}/keys", "id_token_signing_alg_values_supported": ["RS256"]})  # fmt: skip

    async def keys(_: Request) -> JSONResponse:
        return JSONResponse({"keys": [KEY.as_dict(private=False)]})

    async def token(request: Request) -> JSONResponse:
        now = int(time.time())
        claims = {"iss": f"http://{request.url.netloc}", "aud": "landstock", "sub": "u-17", "iat": now, "exp": now + 60,
                  "preferred_username": "li.bureau", "nonce": says["nonce"]} | says.get("claims", {})  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        signed = jwt.encode({"alg": "RS256"}, claims, says.get("key", KEY))
        return JSONResponse({"access_token": "x", "token_type": "Bearer",
                             "id_token": _unsigned(claims) if says.get("unsigned") else signed})  # fmt: skip

    paths = {
        "/.well-known/openid-configuration": (about, "GET"),
        "/keys": (keys, "GET"),
        "/token": (token, "POST"),
    }
    app = Starlette(
        routes=[Route(path, answer, methods=[method]) for path, (answer, method) in paths.items()]
    )
    with serving(uvicorn.Config(app, log_level="warning", lifespan="off")) as address:
        yield address, says


@pytest.mark.parametrize("lie", [*LIES, "a key that is not its own", "no signature", "the truth"])
def test_a_token_counts_only_if_all_of_it_holds(
    module_database: str, liar: tuple[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    address, says = liar
    with acting(Actor("tests", "admin")), transaction() as connection:
        if "li.bureau" not in {one.name for one in accounts.listed(connection)}:
            accounts.add(connection, "li.bureau", "clerk")
        accounts.new_code(connection, "li.bureau")
    says.clear()
    says["claims"] = LIES.get(lie, {})
    if lie.startswith("a key"):
        says["key"] = OTHER_KEY
    says["unsigned"] = lie == "no signature"
    with _configured(monkeypatch, address) as client:
        asked = parse_qs(urlsplit(gone_out(client)).query)
        says["nonce"] = asked["nonce"][0]
        answer = back(client, f"/login/sso/back?code=1&state={asked['state'][0]}")
        assert answer.status_code == (303 if lie == "the truth" else 401)
        assert client.get("/account").status_code == (200 if lie == "the truth" else 401)


def test_whom_an_account_belongs_to_is_asked_again_as_it_is_signed_in(
    module_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people of one name sign in for the first time at once: the account belongs to one of them."""
    with acting(Actor("tests", "admin")), transaction() as connection:
        accounts.add(connection, "twin", "clerk")
    find = single_sign_on._found

    def found_and_overtaken(connection: Any, whom: str, name: str) -> Any:
        signed = find(connection, whom, name)
        with acting(Actor("tests", "sign_in")), transaction() as other:
            other.execute(text("UPDATE account SET subject = 'provider first' WHERE name = 'twin'"))
        return signed

    monkeypatch.setattr(single_sign_on, "_found", found_and_overtaken)
    with pytest.raises(SignInRefused):
        single_sign_on.sign_in_as("provider", "second", "twin", "")
    assert _subject("twin") == "provider first"


@pytest.mark.parametrize("said", ["[]", "{}", "<html>", '{"authorization_endpoint": 7}'])
def test_a_provider_that_talks_nonsense_is_said(
    module_database: str, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    app = Starlette(routes=[Route("/{path:path}", lambda _: PlainTextResponse(said))])
    with (
        serving(uvicorn.Config(app, log_level="warning", lifespan="off")) as address,
        _configured(monkeypatch, address) as client,
    ):
        answer = client.get("/login/sso", headers={"Accept": "text/html"})
        assert answer.status_code == 503 and "没有响应" in answer.text


def test_a_secret_that_cannot_be_read_is_said(
    module_database: str, provider: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("LANDSTOCK_OIDC_SECRET_FILE", "/nowhere/secret")
    with _configured(monkeypatch, provider) as client:
        assert client.get("/login/sso", headers={"Accept": "text/html"}).status_code == 503
    assert "/nowhere/secret" in caplog.text  # the operator finds the reason in the log
