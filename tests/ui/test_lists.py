"""The table of parcels and the page of exports in a real browser: by mouse, by keyboard, in both languages."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

DAY = "as_of=2026-11-01"


def opened(page: Page, server: str, query: str = "", lang: str = "zh") -> None:
    page.goto(f"{server}/parcels?{DAY}&lang={lang}{'&' if query else ''}{query}")
    expect(page.locator("tbody tr[tabindex='0']")).to_have_count(1)  # the script is there


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_state_of_the_table_is_accessible(
    page: Page, live_server: str, axe: Callable[[], list[str]], keep: Callable[[str], None], lang: str
) -> None:
    opened(page, live_server, "status=suspected&sort=-days", lang)
    page.locator("tbody input[name=ids]").nth(1).check()
    expect(page.locator("#selbar b")).to_contain_text("1")
    page.locator("tbody tr").nth(2).locator("td").nth(3).click()
    expect(page.locator("#beside-title")).to_be_visible()
    assert axe() == []
    keep(f"parcels-panel-{lang}")
    page.keyboard.press("Escape")
    expect(page.locator("#beside")).to_be_hidden()
    for menu in ("#columns", "#keepview"):
        page.locator(f"{menu} > summary").click()
        assert axe() == []
        page.keyboard.press("Escape")
        expect(page.locator(f"{menu}[open]")).to_have_count(0)


def test_chosen_rows_are_counted_by_the_server_over_pages(page: Page, live_server: str) -> None:
    opened(page, live_server, "size=25&sort=area")
    page.locator("tbody input[name=ids]").nth(0).check()
    expect(page.locator("#selbar b")).to_have_text("已选 1 宗")
    page.locator(".pager a[rel=next]").click()
    expect(page.locator(".pager [aria-current=page]")).to_have_text("2")
    page.locator("tbody input[name=ids]").nth(0).check()
    expect(page.locator("#selbar b")).to_have_text("已选 2 宗")
    page.locator("#selbar a", has_text="只看所选").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    assert page.url.count("ids=") == 2
    opened(page, live_server, "size=25&sort=area")
    expect(page.locator("#selbar b")).to_have_text("已选 2 宗")  # the same filter: still chosen
    page.locator("#selbar [data-act=none]").click()
    page.locator("#all-here").check()
    expect(page.locator("#selbar b")).to_have_text("已选 25 宗")
    total = re.sub(r"[^\d,]", "", str(page.locator("#rows").get_attribute("data-all")))
    page.locator("#selbar [data-act=all]").click()
    expect(page.locator("#selbar b")).to_have_text(f"已选 {total} 宗")
    expect(page.locator("#selbar a", has_text="导出")).to_have_attribute("href", re.compile("^/export"))
    page.locator("#selbar [data-act=none]").click()
    expect(page.locator("#selbar")).to_be_hidden()


def test_by_keyboard_from_the_table_to_the_panel_to_the_dossier(page: Page, live_server: str) -> None:
    opened(page, live_server, "status=suspected")
    page.locator("tbody tr[tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    code = page.locator("tbody tr").nth(1).locator("a.code").inner_text().replace(" ", "")
    page.keyboard.press("Space")
    expect(page.locator("#selbar b")).to_have_text("已选 1 宗")
    page.keyboard.press("Enter")
    expect(page.locator("#beside-title")).to_be_focused()
    assert page.locator("#beside-title").inner_text().replace(" ", "") == code
    page.keyboard.press("Escape")
    expect(page.locator("tbody tr").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#beside-title")).to_be_focused()
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('primary')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/parcels/{code}"))


def test_a_number_leads_to_its_dossier_from_every_page(page: Page, live_server: str) -> None:
    page.goto(f"{live_server}/growth?{DAY}")
    page.locator("#search").press_sequentially("GB00117", delay=20)
    expect(page.locator("#hits [role=option]").first).to_be_visible()
    assert page.locator("#search").get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.locator("#hits [role=option]").nth(1)
    expect(second).to_have_attribute("aria-selected", "true")
    assert page.locator("#search").get_attribute("aria-activedescendant") == second.get_attribute("id")
    code = second.locator("span").first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/parcels/{code}"))
    page.locator("#search").fill("41.1, 121.1")
    page.locator("#hits [role=option]").first.click()
    page.wait_for_url(re.compile(r"/map\?.*c=121.1"))


def test_a_day_is_shown_as_it_is_understood(page: Page, live_server: str) -> None:
    opened(page, live_server)
    for typed in ("2026.11.1", "2026年11月1日", "20261101"):
        page.locator("#as_of").fill(typed)
        page.locator("#as_of").blur()
        expect(page.locator("#as_of")).to_have_value("2026-11-01")
    page.locator("#as_of").fill("2026-02-30")
    page.locator("#as_of").blur()
    expect(page.locator("#as_of")).to_have_value("2026-02-30")  # no such day: left for the answer to say


def test_a_refused_filter_takes_the_focus(
    page: Page, live_server: str, axe: Callable[[], list[str]], faults: list[str]
) -> None:
    opened(page, live_server)
    page.locator("#as_of").fill("abc")
    page.locator("#as_of").press("Enter")
    expect(page.locator("#r-as_of")).to_have_value("abc")
    assert [fault for fault in faults if "422" not in fault] == []
    faults.clear()
    page.goto(f"{live_server}/parcels?as_of=abc&area_min=x&status=foo")
    expect(page.locator("#errsum")).to_be_focused()
    assert axe() == []
    page.locator("#errsum a").last.click()
    page.locator("#r-as_of").fill("2026.11.1")
    page.locator("#r-area_min").fill("5000")
    page.locator("main button.primary").click()
    expect(page.locator("#chips")).to_contain_text("2026-11-01")
    expect(page.locator("tbody tr").first).to_be_visible()
    assert [fault for fault in faults if "422" not in fault] == []
    faults.clear()


def test_waiting_is_told_and_can_be_ended(page: Page, live_server: str, faults: list[str]) -> None:
    opened(page, live_server, "size=25")
    held: list[Any] = []
    page.route(re.compile(r"/parcels\?.*page=2"), lambda route: held.append(route))
    page.locator(".pager a[rel=next]").click()
    expect(page.locator("#busy-bar")).to_be_visible(timeout=1_500)
    expect(page.locator("#busy-word")).to_be_visible(timeout=3_000)
    expect(page.locator("#busy-cancel")).to_be_visible(timeout=5_000)
    page.locator("#busy-cancel").click()
    expect(page.locator("#busy-bar")).to_be_hidden()
    expect(page.locator("tbody tr").first).to_be_visible()  # the last data stay
    assert all("htmx:" in fault for fault in faults)  # the library notes that a request was ended
    faults.clear()


def test_a_failed_part_keeps_the_last_data_and_offers_to_try_again(
    page: Page, live_server: str, faults: list[str]
) -> None:
    opened(page, live_server, "size=25")
    address = re.compile(r"/parcels\?.*page=2")
    page.route(address, lambda route: route.fulfill(status=503, body=""))
    page.locator(".pager a[rel=next]").click()
    expect(page.locator("#busy-failed")).to_contain_text("503")
    expect(page.locator("tbody tr").first).to_be_visible()
    page.unroute(address)
    page.locator("#busy-retry").click()
    expect(page.locator(".pager [aria-current=page]")).to_have_text("2")
    assert all("503" in fault for fault in faults)
    faults.clear()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_of_exports(
    page: Page, live_server: str, axe: Callable[[], list[str]], keep: Callable[[str], None], lang: str
) -> None:
    page.goto(f"{live_server}/export?{DAY}&status=suspected&lang={lang}")
    expect(page.locator("#crs")).to_be_disabled()  # a workbook has no coordinates
    page.locator("#form").select_option("geojson")
    expect(page.locator("#crs")).to_be_enabled()
    assert axe() == []
    keep(f"export-{lang}")
    with page.expect_download() as download:
        page.locator("button[formaction='/export/now']").click()
    assert download.value.suggested_filename == "parcels_20261101_CGCS2000.zip"
    page.locator("button[formaction='/export/jobs']").click()
    expect(page.locator(".job[data-state=QUEUED]").first).to_be_visible()
    assert axe() == []
    page.locator(".job[data-state=QUEUED] button").first.click()
    expect(page.locator(".job[data-state=CANCELLED]").first).to_be_visible()
