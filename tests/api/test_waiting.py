"""A day that nobody asked for before: the page says so and opens by itself; the server prepares each new day."""

import datetime as dt
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from api import clock, waiting
from api.keeping import today_beside
from data.identity import SYSTEM, Actor, act
from data.settings import settings
from etl.analysis.run import newest_day, stored_run
from gis.errors import LandStockError
from tests.conftest import SAMPLE_AS_OF

PAGE = {"Accept": "text/html"}


class Slow:
    """The computation of a day that lasts until it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.days: list[dt.date] = []
        self.fault: LandStockError | None = None

    def __call__(self, as_of: dt.date, **more: object) -> int:
        self.days.append(as_of)
        progress = more["progress"]
        assert callable(progress)
        progress("idle land", 3, 6)
        assert self.go.wait(60)
        if self.fault is not None:
            raise self.fault
        return self.real(as_of, **more)

    real = staticmethod(waiting.ensure_run)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    """Let a day take as long as the test wants, and a page wait for a tenth of a second."""
    one = Slow()
    monkeypatch.setattr(waiting, "ensure_run", one)
    monkeypatch.setenv("LANDSTOCK_DAY_WAIT_S", "0.1")
    settings.cache_clear()
    yield one
    one.go.set()
    monkeypatch.undo()
    settings.cache_clear()


def opened(client: httpx.Client, day: str, lang: str = "zh") -> httpx.Response:
    return client.get(f"/parcels?as_of={day}&lang={lang}", headers=PAGE)


def test_a_page_of_a_new_day_says_that_it_is_computed_and_opens_afterwards(client, slow):
    answer = opened(client, "2026-10-17")
    assert answer.status_code == 202 and answer.headers["cache-control"] == "no-store"
    assert "正在计算 2026-10-17 的判定" in answer.text
    assert "Computing the verdicts of 2026-10-17" in opened(client, "2026-10-17", "en").text
    assert 'value="3" max="6"' in opened(client, "2026-10-17").text
    assert slow.days == [dt.date(2026, 10, 17)]  # three asked, it is computed once
    slow.go.set()
    until = time.monotonic() + 120
    while (answer := opened(client, "2026-10-17")).status_code == 202:
        assert time.monotonic() < until
    assert answer.status_code == 200 and "2,140" in answer.text
    assert slow.days == [dt.date(2026, 10, 17)]


def test_the_newest_stored_day_is_offered_meanwhile(client, slow):
    act(Actor("tests", SYSTEM))
    later = SAMPLE_AS_OF + dt.timedelta(40)
    other = newest_day(later)
    assert other is not None and stored_run(other) is not None
    answer = client.get(f"/parcels?park=LS01&as_of={later}", headers=PAGE)
    assert answer.status_code == 202
    assert f"park=LS01&amp;as_of={other.isoformat()}" in answer.text


def test_a_computation_that_fails_is_told_and_the_next_one_begins_anew(client, slow):
    slow.fault = LandStockError("The disk is full.", "磁盘已满。")
    assert opened(client, "2026-10-18").status_code == 202
    slow.go.set()
    until = time.monotonic() + 30
    for begun in (1, 2):
        while opened(client, "2026-10-18").status_code == 202:
            assert time.monotonic() < until
        assert len(slow.days) >= begun


def test_many_new_days_at_once_are_not_all_begun(client, slow):
    days = [f"2026-09-{day:02d}" for day in range(1, waiting.MOST_BEGUN + 4)]
    assert {opened(client, day).status_code for day in days} == {202}
    assert len(waiting._running) == waiting.MOST_BEGUN
    slow.fault = LandStockError("Enough.", "够了。")
    slow.go.set()
    until = time.monotonic() + 30
    while waiting._running:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert len(slow.days) == waiting.MOST_BEGUN


def test_a_program_waits(client, monkeypatch):
    monkeypatch.setenv("LANDSTOCK_DAY_WAIT_S", "0.001")
    settings.cache_clear()
    try:
        assert client.get("/api/v1/summary?as_of=2026-10-19").status_code == 200
        assert client.get("/parcels?as_of=2026-10-19", headers=PAGE).status_code == 200  # stored by now
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_the_server_prepares_today(sample_copy):
    act(Actor("tests", SYSTEM))
    assert stored_run(clock.today()) is None
    with today_beside():
        until = time.monotonic() + 120
        while stored_run(clock.today()) is None:
            assert time.monotonic() < until
            time.sleep(0.2)


def test_without_data_nothing_is_prepared(empty_database):
    act(Actor("tests", SYSTEM))
    with today_beside():
        time.sleep(0.5)
    assert stored_run(clock.today()) is None
