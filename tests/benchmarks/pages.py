"""What a person waits for on a store of the benchmark's size, beside the aims of the specification.

    python tests/benchmarks/pages.py http://127.0.0.1:8600 [--as-of DAY]

The server was started with ``serve --open`` on a store made by ``store.py``. Lists are asked for like a browser
does, each filter with values that were never asked before where it can be; the map and its year steps are timed in
Chromium. Figures are medians in milliseconds and kilobytes before packing.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ROUNDS = 5
LISTS = {
    "plain list": "",
    "sorted by area": "sort=-area",
    "sorted by days": "sort=-days",
    "sorted by holder": "sort=holder",
    "status and area": "status=suspected&area_min=5{n:03d}",
    "one park": "park={park}&area_min=0.{n:03d}",
    "holder": "holder=有限{n}",
    "typed number": "q=GB00{n:03d}",
    "typed name": "q=公司&area_min=0.{n:03d}",
    "signed since": "supplied_from=20{n:02d}-03-01",
    "last page": "page=2000&area_min=0.{n:03d}",
}
AIMS = {"list": 300, "map": 3_000, "year": 250, "tile": 150}


def told(what: str, found: list[float], aim: int) -> None:
    """Print the median and the worst of a measure."""
    middle = statistics.median(found)
    print(
        f"{what:<28} {middle:>8.0f} ms   most {max(found):>6.0f}   aim {aim:>5}   {'ok' if middle <= aim else 'MISSED'}"
    )


def lists(client: httpx.Client, day: str, park: str) -> None:
    """Time filters and orders of the table, as a part of the page that stands already."""
    for what, query in LISTS.items():
        took = []
        for n in range(ROUNDS):
            asked = query.format(n=n + 11, park=park)
            began = time.perf_counter()
            answer = client.get(f"/parcels?{asked}{day}", headers={"HX-Request": "true"})
            took.append((time.perf_counter() - began) * 1_000)
            answer.raise_for_status()
        told(what, took, AIMS["list"])


def _ready(page: Page) -> None:
    page.locator('[data-ready="1"]').wait_for(timeout=60_000)


def first_map(new_page: Callable[[], Page], address: str, day: str) -> None:
    """Time a map from the address to everything drawn, in a browser that has kept nothing."""
    took = []
    for _ in range(ROUNDS):
        page = new_page()
        began = time.perf_counter()
        page.goto(f"{address}/map?lang=zh{day}")
        _ready(page)
        took.append((time.perf_counter() - began) * 1_000)
        page.context.close()
    told("first map", took, AIMS["map"])


def _tiles(page: Page) -> list[dict[str, Any]]:
    return json.loads(page.evaluate(
        "() => JSON.stringify(performance.getEntriesByType('resource').filter((one) => one.name.includes('/tiles/'))"
        ".map((one) => ({ ms: one.responseEnd - one.requestStart, bytes: one.decodedBodySize })))"
    ))  # fmt: skip


def by_resolution(new_page: Callable[[], Page], address: str, day: str, spot: tuple[float, float]) -> None:
    """Measure the tiles that the map itself asks for at every band of resolution."""
    print(f"\n{'m/px':>6} {'tiles':>6} {'median ms':>10} {'most ms':>8} {'most kB':>8}")
    for resolution in (100, 45, 30, 15, 10, 5, 2, 1):
        page = new_page()
        page.goto(f"{address}/map?lang=zh&c={spot[0]},{spot[1]}&r={resolution}{day}")
        _ready(page)
        found = _tiles(page)
        took = [one["ms"] for one in found]
        most = max(one["bytes"] for one in found) / 1_000
        aim = 20 if resolution > 40 else 150
        bad = (most > aim and not 12 < resolution <= 40) or (
            resolution <= 12 and statistics.median(took) > AIMS["tile"]
        )
        print(f"{resolution:>6} {len(found):>6} {statistics.median(took):>10.0f} {max(took):>8.0f} {most:>8.1f}"
              f"{'   MISSED' if bad else ''}")  # fmt: skip
        page.context.close()


def year_steps(new_page: Callable[[], Page], address: str, day: str, park: str) -> None:
    """Time the step of a year from the key to everything drawn."""
    for where, query in (("year step, one park", f"&park={park}"), ("year step, all parks", "")):
        page = new_page()
        page.goto(f"{address}/growth?lang=zh{day}{query}")
        _ready(page)
        slider = page.locator('input[type="range"]')
        slider.focus()
        took = []
        for key in ("ArrowLeft", "ArrowRight") * ROUNDS:
            began = time.perf_counter()
            page.keyboard.press(key)
            page.wait_for_timeout(5)
            _ready(page)
            took.append((time.perf_counter() - began) * 1_000)
        told(where, took, AIMS["year"])
        page.context.close()


def main() -> None:
    """Measure."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("app")
    given.add_argument("--as-of", help="The day of the run; today without it")
    options = given.parse_args()
    day = f"&as_of={options.as_of}" if options.as_of else ""
    with httpx.Client(base_url=options.app, timeout=300) as client:
        n = client.get(f"/api/v1/summary?{day[1:]}").json()["total"]
        print(f"{n:,} parcels")
        client.get(f"/parcels?{day[1:]}")
        one = client.get(f"/api/v1/parcels?size=1&page={n // 2}{day}").json()["items"][0]
        lists(client, day, one["park_code"])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def new_page() -> Page:
            return browser.new_context(viewport={"width": 1366, "height": 768}).new_page()

        first_map(new_page, options.app, day)
        by_resolution(new_page, options.app, day, tuple(one["centre"]))
        year_steps(new_page, options.app, day, one["park_code"])
        browser.close()


if __name__ == "__main__":
    main()
