"""A real browser against the real server on the sample delivery; nothing may leave the origin or fail quietly."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import Connection, RowMapping

from tests.people import signed_in

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-first-run", "--mute-audio"]  # fmt: skip
AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCREENSHOTS = Path(__file__).parent.parent.parent / "out" / "screenshots"
DAY = "2026-11-01"  # the day that the sample's expected verdicts are worked out for
READY_MS = 30_000


@pytest.fixture(scope="session")
def base_url() -> str:
    """Stand in for the plug-in's fixture, which this pytest warns about; addresses are written out here."""
    return ""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the machine's Chromium; no browser is fetched."""
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": QUIET}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Use the smallest screen that shows everything."""
    return {**browser_context_args, "viewport": {"width": 1366, "height": 768}, "locale": "zh-CN"}


@pytest.fixture(scope="session")
def live_server(sample_database: str) -> Iterator[str]:
    """Serve the sample delivery on a free loopback port; return the address."""
    from api.main import create_app

    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(), log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive(), "the server ended while starting"
        assert time.monotonic() < until, "the server did not start within 30 s"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listening.close()


@pytest.fixture
def faults() -> list[str]:
    """What went wrong in the browser during a test; a test that expects something takes it out."""
    return []


@pytest.fixture
def page(
    context: BrowserContext, live_server: str, sample_database: str, faults: list[str]
) -> Iterator[Page]:
    """Open a page that fails its test on a foreign request, a script error, a console error or a missing word."""
    signed_in(context, live_server)
    opened = context.new_page()

    def foreign(request: Any) -> None:
        if not request.url.startswith((live_server, "data:", "blob:")):
            faults.append(f"request to another origin: {request.url}")

    def spoken(message: Any) -> None:
        if "willReadFrequently" in message.text:
            return  # the browser's advice on speed to the map library, which asks what lies under the pointer
        if message.type in ("error", "warning") or "missing translation" in message.text:
            faults.append(f"console {message.type}: {message.text}")

    opened.on("request", foreign)
    opened.on("pageerror", lambda error: faults.append(f"page error: {error}"))
    opened.on("console", spoken)
    yield opened
    opened.close()
    assert faults == []


@pytest.fixture
def open_map(page: Page, live_server: str) -> Callable[..., None]:
    """Open the map with query parameters and wait until everything asked for is drawn."""

    def opened(query: str = "", lang: str = "zh") -> None:
        page.goto(f"{live_server}/map?as_of={DAY}&lang={lang}{'&' if query else ''}{query}")
        ready(page)

    return opened


def ready(page: Page) -> None:
    """Wait until the map has drawn everything asked for."""
    expect(page.locator("#map")).to_have_attribute("data-ready", "1", timeout=READY_MS)


@pytest.fixture
def axe(page: Page, faults: list[str]) -> Callable[[], list[str]]:
    """Return what the accessibility rules find on the page as it is, one line each."""

    def found() -> list[str]:
        # Evaluated by the debugger, which the page's own policy does not bind.
        page.evaluate(AXE.read_text(encoding="utf-8"))
        rules = {"runOnly": {"type": "tag", "values": AXE_RULES}, "resultTypes": ["violations"]}
        result = page.evaluate(f"axe.run(document, {json.dumps(rules)})")
        return [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]

    return found


@pytest.fixture
def keep(page: Page) -> Callable[[str], None]:
    """Keep a picture of the page for people."""

    def kept(name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png")

    return kept


MIDDLE = (
    "SELECT ST_X(p) AS lon, ST_Y(p) AS lat FROM (SELECT ST_Centroid(ST_Collect(ST_Centroid(geom))) AS p"
    " FROM parcel WHERE park_code = (SELECT min(park_code) FROM parcel)) AS m"
)


@pytest.fixture
def middle(connection: Connection) -> RowMapping:
    """The middle of the parcels of one park."""
    return connection.exec_driver_sql(MIDDLE).mappings().one()


def around(middle: RowMapping, metres: float = 4) -> str:
    """Return the part of an address that shows a place at metres per pixel."""
    return f"c={middle['lon']:.5f},{middle['lat']:.5f}&r={metres}"
