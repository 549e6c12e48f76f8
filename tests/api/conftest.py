"""The application on a loopback port, asked over real HTTP."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import text

from data.session import transaction
from tests.people import COOKIE, session_of


def free_port() -> int:
    """Return a port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(config: uvicorn.Config) -> Iterator[str]:
    """Serve an application on a free port of this machine until the block ends; yield its address."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive(), "the server ended while starting"
        assert time.monotonic() < until, "the server did not start within 30 s"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


@contextmanager
def served(is_open: bool = False) -> Iterator[httpx.Client]:
    """Serve the application until the block ends; yield a client for it."""
    from api.main import create_app

    with (
        serving(uvicorn.Config(create_app(is_open), log_level="warning", lifespan="off")) as address,
        httpx.Client(base_url=address, timeout=120, headers={"Origin": address}) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def _sample_client(sample_database: str) -> Iterator[httpx.Client]:
    with served() as client:
        yield client


@pytest.fixture
def client(_sample_client: httpx.Client, sample_database: str) -> httpx.Client:
    """Return a client of the application on the sample delivery, signed in as a clerk."""
    _sample_client.cookies.clear()
    _sample_client.cookies.set(COOKIE, session_of("clerk"))
    return _sample_client


@pytest.fixture
def empty_client(empty_database: str) -> Iterator[httpx.Client]:
    """Return a client of the application before anything is published, signed in as a clerk."""
    with served() as client:
        client.cookies.set(COOKIE, session_of("clerk"))
        yield client


def first_park() -> str:
    """Return the code of the sample's first park."""
    with transaction() as connection:
        return str(connection.scalar(text("SELECT min(park_code) FROM park")))


@pytest.fixture
def as_role(client: httpx.Client, sample_database: str) -> Any:
    """Return a way to sign the client in with a role."""

    def signed(role: str) -> httpx.Client:
        client.cookies.clear()
        if role != "nobody":
            parks = (first_park(),) if role == "committee" else ()
            client.cookies.set(COOKIE, session_of(role, *parks))
        return client

    return signed
