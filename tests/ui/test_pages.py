"""Pages in a real browser, in both languages: no fault, nothing foreign, accessible, and the right figures.

The fixture ``page`` fails a test on a console error, a script error and a
request to another origin.
"""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.people import signed_in

DAY = "as_of=2026-11-01"
EXPECTED = Path(__file__).parent.parent.parent / "data" / "samples" / "expected-day.csv"
PAGES = ["/deliveries", "/deliveries/1", "/deliveries/1/issues", "/deliveries/1/issues?code=OVERLAP", "/quality", "/", "/parcels", "/parcels?status=unknown", "/parcels?q=nothing-like-this", "/idle", "/idle?verdict=MAY_BE_IDLE",
         "/growth", "/compare", "/compare?from_on=2026-11-01&from_known=2030-01-01", "/due", "/help", "/api/docs"]  # fmt: skip


def address(server: str, path: str, lang: str = "zh") -> str:
    """Return the address of a page on the sample's day."""
    return f"{server}{path}{'&' if '?' in path else '?'}{DAY}&lang={lang}"


def known(verdict: str, count: int = 1) -> list[dict[str, str]]:
    """Return parcels of the sample that show a verdict, from its own table."""
    with EXPECTED.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["verdict"] == verdict]
    return rows[:count]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_page_is_whole_and_accessible(
    page: Page, live_server: str, axe: Callable[[], list[str]], path: str, lang: str
) -> None:
    page.goto(address(live_server, path, lang))
    expect(page.locator("main h1").first).to_be_visible()
    assert page.locator("html").get_attribute("lang") == ("zh-CN" if lang == "zh" else "en")
    assert axe() == []
    width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1], "the page scrolls sideways"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "verdict", ["IDLE_NOT_COMMENCED", "MAY_BE_IDLE", "UNDETERMINED", "NOT_SUPPLIED", "COMPLETED"]
)
def test_dossier_is_accessible_and_fits_one_sheet(
    page: Page, live_server: str, axe: Callable[[], list[str]], verdict: str, lang: str
) -> None:
    code = known(verdict)[0]["parcel_code"]
    page.goto(address(live_server, f"/parcels/{code}", lang))
    assert page.locator("h1 .code").inner_text().replace(" ", "") == code
    assert axe() == []
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(pdf.pages) == 1
    box = pdf.pages[0].mediabox
    assert round(float(box.width) / 72 * 25.4) == 297  # A4, landscape
    assert code[-7:] in pdf.pages[0].extract_text().replace(" ", "")


def test_dossier_says_suspected_and_shows_the_arithmetic(page: Page, live_server: str) -> None:
    row = known("MAY_BE_IDLE")[0]
    page.goto(address(live_server, f"/parcels/{row['parcel_code']}"))
    head = page.locator(".dhead").inner_text()
    assert "疑似闲置" in head
    assert "系统判定（疑似）" in head
    assert page.locator(".rules tbody tr").count() > 4
    expect(page.locator(".dmap path.sel-b")).to_have_count(1)


def test_idle_list_narrows_and_its_totals_agree(page: Page, live_server: str) -> None:
    page.goto(address(live_server, "/idle"))
    figures = [text.split()[0] for text in page.locator(".figs .n").all_inner_texts()]
    counts = [int("".join(c for c in text if c.isdigit() or c == ",").replace(",", "")) for text in
              [f.split("宗")[0] for f in figures]]  # fmt: skip
    assert counts[0] == sum(counts[1:])
    page.locator(".figs .cell > a").nth(3).click()
    expect(page.locator("tfoot")).to_contain_text(f"合计 {counts[3]} 宗")
    assert "verdict=MAY_BE_IDLE" in page.url


def test_sorting_is_announced_and_done_by_the_server(page: Page, live_server: str) -> None:
    page.goto(address(live_server, "/parcels?status=suspected"))
    page.locator("thead a", has_text="天数").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("天数")
    page.locator("thead a", has_text="天数").click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("天数")
    column = page.locator("tbody tr td:nth-child(7)").all_inner_texts()
    days = [int(text.replace(",", "")) for text in column]
    assert days == sorted(days, reverse=True)


def test_filter_form_and_chips(page: Page, live_server: str) -> None:
    page.goto(address(live_server, "/parcels"))
    page.locator("select[name=park]").select_option(index=1)
    expect(page.locator("#chips .chip", has_text="园区")).to_be_visible()
    page.locator("form.filters input[name=q]").fill("GB00001")
    page.locator("form.filters > button").click()
    expect(page.locator("#chips .chip", has_text="GB00001")).to_be_visible()
    page.locator("#chips .chip", has_text="GB00001").locator("a").click()
    expect(page.locator("#chips .chip", has_text="GB00001")).to_have_count(0)


def test_without_scripts_the_list_still_works(
    browser: object, live_server: str, sample_database: str
) -> None:
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    signed_in(context, live_server)
    page = context.new_page()
    page.goto(address(live_server, "/parcels"))
    page.locator("form.filters input[name=q]").fill("GB00001")
    page.locator("form.filters > button").click()
    assert "q=GB00001" in page.url
    assert all(
        text.replace(" ", "").endswith("GB00001") for text in page.locator("tbody td.first").all_inner_texts()
    )
    context.close()


def test_first_tab_stop_leads_to_the_content(page: Page, live_server: str) -> None:
    page.goto(address(live_server, "/idle"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_error_page(
    page: Page, live_server: str, faults: list[str], axe: Callable[[], list[str]], lang: str
) -> None:
    page.goto(f"{live_server}/nope?lang={lang}")
    expect(page.locator("h1")).to_have_text("没有找到" if lang == "zh" else "Not found")
    assert axe() == []
    faults[:] = [fault for fault in faults if "404" not in fault]  # the page itself
