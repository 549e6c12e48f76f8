"""Jobs over HTTP: polling, live events, cancelling, and who may."""

import json
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import text

from data import job_runs, jobs
from data.session import apart, transaction

FILES = [{"name": "宗地.zip", "path": "宗地.zip", "size": 3}]


@pytest.fixture
def number(empty_client: httpx.Client) -> Iterator[int]:
    with transaction() as connection:
        job = jobs.create(connection, "IMPORT", "测试", FILES)
        jobs.queue(connection, job, "CHECK")
        job_runs.begin(connection, job, "here")
    yield job


def events(client: httpx.Client, number: int, lang: str = "zh") -> Iterator[tuple[str, dict]]:
    with client.stream("GET", f"/api/v1/import/{number}/events", params={"lang": lang}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in answer.headers  # a packed stream would be held back
        kind = ""
        for line in answer.iter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield kind, json.loads(line.removeprefix("data: "))


def test_a_job_is_followed_live(empty_client: httpx.Client, number: int) -> None:
    stream = events(empty_client, number)
    kind, first = next(stream)  # the first event says how it stands, without anything having happened
    assert (kind, first["state"], first["done"]) == ("progress", "RUNNING", 0)
    begun = time.monotonic()
    with apart() as connection:
        job_runs.beat(connection, number, "read", 10, 40)
    while first["stage"] != "read":
        kind, first = next(stream)
    assert time.monotonic() - begun < 4.5  # told by the notification, before the follower looked by itself
    assert (first["done"], first["total"]) == (10, 40)
    with apart() as connection:
        job_runs.finish(connection, number, "FAILED", error={"code": "X", "zh": "中文", "en": "English"})
    *_, (kind, last) = stream  # and it ends by itself
    assert (kind, last["state"], last["error"]) == ("failed", "FAILED", {"code": "X", "message": "中文"})
    *_, (kind, again) = events(empty_client, number, "en")  # a reconnect reads the row
    assert (kind, again["error"]["message"]) == ("failed", "English")


def test_two_followers_share_one_connection(empty_client: httpx.Client, number: int) -> None:
    found: list[str] = []

    def follow() -> None:
        with httpx.Client(base_url=empty_client.base_url, timeout=60, cookies=empty_client.cookies) as client:
            *_, (kind, _) = events(client, number)
        found.append(kind)

    threads = [threading.Thread(target=follow) for _ in range(3)]
    for thread in threads:
        thread.start()
    asked = text(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
    )
    with apart() as connection:
        connection.execute(text("RESET ROLE"))  # only the role that connects sees what its sessions do
        until = time.monotonic() + 20
        while connection.scalar(asked) != 1 and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.3)
        assert connection.scalar(asked) == 1
        connection.execute(text("SET ROLE landstock_system"))
        job_runs.finish(connection, number, "DONE", {})
    for thread in threads:
        thread.join(20)
    assert found == ["done"] * 3


def test_polling_gives_the_same_document(empty_client: httpx.Client, number: int) -> None:
    polled = empty_client.get(f"/api/v1/import/{number}").json()
    assert (polled["state"], polled["what"]) == ("RUNNING", "CHECK")
    assert [line["code"] for line in polled["log"]] == ["QUEUED", "STARTED"]
    assert polled["files"] == [{"name": "宗地.zip", "size": 3}]  # and no place on our disk
    assert empty_client.get("/api/v1/import").json()["jobs"][0]["job"] == number
    for path in ("/api/v1/import/999999", "/api/v1/import/999999/events"):
        missing = empty_client.get(path)
        assert (missing.status_code, missing.json()["type"]) == (404, "job-not-found")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # the address of this server, which the client always says
        ({"Origin": "http://127.0.0.1:1"}, 403),  # another port is another origin
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
def test_only_pages_of_this_server_cancel(
    empty_client: httpx.Client, number: int, headers: dict[str, str], status: int
) -> None:
    answer = empty_client.post(f"/api/v1/import/{number}/cancel", headers=headers)
    assert answer.status_code == status
    assert empty_client.get(f"/api/v1/import/{number}").json()["cancel_asked"] is (status == 200)


def test_the_own_origin_cancels(empty_client: httpx.Client, number: int) -> None:
    own = str(empty_client.base_url).rstrip("/")
    answer = empty_client.post(f"/api/v1/import/{number}/cancel", headers={"Origin": own})
    assert answer.json()["cancel_asked"] is True
