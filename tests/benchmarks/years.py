"""How long a step of the year slider takes, from the key to the last pixel: prints each step and the worst.

    LANDSTOCK_HOME=… ./landstock serve --open --port 8000
    python tests/benchmarks/years.py http://127.0.0.1:8000 [park …]

The target is 250 ms at 12 m a pixel and finer, with the tiles of the view at hand.
"""

import statistics
import sys

from playwright.sync_api import Page, sync_playwright

TARGET_MS = 250
ROUNDS = 5
STEP = """(place) => new Promise((done) => {
  const map = document.getElementById('growth-map');
  const range = document.querySelector('.slider input');
  const begun = performance.now();
  new MutationObserver((_, own) => {
    if (map.dataset.ready !== '1') return;
    own.disconnect();
    requestAnimationFrame(() => done(performance.now() - begun));
  }).observe(map, { attributes: true });
  range.value = String(place);
  range.dispatchEvent(new Event('input'));
})"""


def steps(page: Page, address: str) -> list[float]:
    """Return the time of every step from one year to another in ms, after the tiles of each were loaded once."""
    page.goto(address)
    page.wait_for_selector("#growth-map[data-ready='1']", timeout=60_000)
    last = int(page.locator(".slider input").get_attribute("max") or 0)
    for place in (*range(last + 1), *range(last, -1, -1)):
        page.evaluate(STEP, place)
    took = [
        page.evaluate(STEP, place)
        for _ in range(ROUNDS)
        for place in (*range(1, last + 1), *range(last - 1, -1, -1))
    ]
    return [float(one) for one in took]


def main() -> None:
    """Measure the pages of the parks named, or of the whole."""
    server, parks = sys.argv[1], sys.argv[2:] or [""]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        for park in parks:
            took = sorted(steps(page, f"{server}/growth?park={park}" if park else f"{server}/growth"))
            print(
                f"{park or 'all parks'}: {len(took)} steps, median {statistics.median(took):.0f} ms, "
                f"worst {took[-1]:.0f} ms, target {TARGET_MS} ms"
            )
        browser.close()


if __name__ == "__main__":
    main()
