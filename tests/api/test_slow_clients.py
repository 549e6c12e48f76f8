"""Clients that connect and say little, or nothing: they are let go, and the others are served meanwhile."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from api import patience
from tests.api.conftest import serving

PATIENCE_S = 1.0


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    monkeypatch.setattr(patience, "HEADERS_S", PATIENCE_S)

    async def slowly(request: Request) -> PlainTextResponse:
        return PlainTextResponse((await request.body()).decode() or "here")

    app = Starlette(routes=[Route("/", slowly, methods=["GET", "POST"])])
    with serving(uvicorn.Config(app, http=patience.Impatient, log_level="warning", lifespan="off")) as found:
        yield "127.0.0.1", urlsplit(found).port or 0


def let_go_after(one: socket.socket) -> float:
    """Return the seconds until the server closes a connection."""
    began = time.monotonic()
    one.settimeout(10 * PATIENCE_S)
    while one.recv(1_000):
        pass
    return time.monotonic() - began


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: "])
def test_whoever_does_not_finish_is_let_go(address: tuple[str, int], said: bytes) -> None:
    with socket.create_connection(address) as one:
        one.sendall(said)
        assert 0.5 * PATIENCE_S < let_go_after(one) < 5 * PATIENCE_S


def test_a_byte_now_and_then_gains_no_time(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as one:
        one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        began = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - began < 20 * PATIENCE_S:
                one.sendall(b"X-A: b\r\n")
                time.sleep(PATIENCE_S / 10)
        assert time.monotonic() - began < 5 * PATIENCE_S


def test_a_further_request_has_the_same_time(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as one:
        one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        told = b""
        while not told.endswith(b"here"):
            told += one.recv(1_000)
        one.sendall(b"GET /")
        assert let_go_after(one) < 5 * PATIENCE_S


def test_a_body_may_take_longer_than_headers(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as one:
        one.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\na")
        time.sleep(1.5 * PATIENCE_S)
        one.sendall(b"b")
        one.settimeout(10)
        told = b""
        while piece := one.recv(1_000):
            told += piece
        assert told.endswith(b"ab")


def test_many_silent_ones_keep_nobody_out(address: tuple[str, int]) -> None:
    with ExitStack() as silent:
        for _ in range(200):
            silent.enter_context(socket.create_connection(address)).sendall(b"GET")
        assert httpx.get(f"http://{address[0]}:{address[1]}/", timeout=5).text == "here"
