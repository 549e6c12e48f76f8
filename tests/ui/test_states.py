"""What maps say where there is too much, nothing chosen, or nothing to be had: in both languages, with a way on."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from maps import tiles
from tests.ui.conftest import DAY, READY_MS

TILES = re.compile(r"/tiles/")


@pytest.fixture
def middle(connection: Any) -> str:
    """The middle of a park with parcels, as an address holds it."""
    row = connection.exec_driver_sql(
        "SELECT avg(ST_X(ST_Centroid(geom))), avg(ST_Y(ST_Centroid(geom))) FROM parcel WHERE park_code = 'S217901'"
    ).one()
    return f"c={row[0]:.5f},{row[1]:.5f}"


@pytest.mark.parametrize(
    ("lang", "said", "way"),
    [
        ("zh", r"当前范围 [\d,]+ 宗，放大后显示单宗。", "放大"),
        ("en", r"[\d,]+ parcels in view; zoom in to see each\.", "Zoom in"),
    ],
)
def test_more_parcels_than_are_drawn_are_counted(
    page: Page, open_map: Any, middle: str, monkeypatch: pytest.MonkeyPatch, lang: str, said: str, way: str
) -> None:
    monkeypatch.setattr(tiles, "MOST_PARCELS", 5)
    open_map(
        f"{middle}&r=20&area_min=1.25", lang
    )  # a filter of this test alone, so that no kept tile answers
    note = page.locator(".note", has_text=re.compile(said))
    expect(note).to_be_visible()
    before = page.evaluate("document.getElementById('map').landstock.map.getView().getResolution()")
    note.get_by_role("button", name=way).click()
    page.wait_for_timeout(600)
    after = page.evaluate("document.getElementById('map').landstock.map.getView().getResolution()")
    assert after == pytest.approx(before / 2)


@pytest.mark.parametrize(
    ("lang", "tab", "said"),
    [
        ("zh", "宗地", "点击宗地，或输入宗地编号。"),
        ("en", "Parcel", "Click a parcel, or type a parcel number."),
    ],
)
def test_where_nothing_is_chosen_the_search_is_offered(
    page: Page, open_map: Any, lang: str, tab: str, said: str
) -> None:
    open_map("", lang)
    page.get_by_role("tab", name=tab, exact=True).click()
    nothing = page.locator(".nothing", has_text=said)
    expect(nothing).to_be_visible()
    nothing.get_by_role("button").click()
    expect(page.locator("#search")).to_be_focused()


@pytest.mark.parametrize(
    ("lang", "said", "kept", "way"),
    [
        ("zh", "数据暂时无法读取（503）。", "上次数据保留在屏幕上。", "重试"),
        (
            "en",
            "Data cannot be read at the moment (503).",
            "What was read before stays on the screen.",
            "Try again",
        ),
    ],
)
def test_a_fault_on_the_page_of_growth_has_its_code_and_a_second_try(
    page: Page, live_server: str, faults: list[str], lang: str, said: str, kept: str, way: str
) -> None:
    page.route(TILES, lambda route: route.fulfill(status=503))
    page.goto(f"{live_server}/growth?park=S217902&as_of={DAY}&lang={lang}")
    box = page.locator(".errbox")
    expect(box).to_contain_text(said)
    expect(box).to_contain_text(kept)
    page.unroute(TILES)
    box.get_by_role("button", name=way).click()
    expect(box).to_have_count(0)
    expect(page.locator("#growth-map")).to_have_attribute("data-ready", "1", timeout=READY_MS)
    faults[:] = [fault for fault in faults if "503" not in fault]


@pytest.mark.parametrize(("lang", "name"), [("zh", "关闭"), ("en", "Close")])
def test_what_closes_says_so(page: Page, live_server: str, faults: list[str], lang: str, name: str) -> None:
    page.goto(f"{live_server}/parcels?as_of={DAY}&lang={lang}")
    page.route(re.compile(r"/parcels\?"), lambda route: route.fulfill(status=503, body=""))
    page.locator(".facets > a").nth(1).click()
    box = page.locator("#busy-failed")
    expect(box).to_contain_text("503")
    box.get_by_role("button", name=name, exact=True).click()
    expect(box).to_be_hidden()
    faults[:] = [fault for fault in faults if "503" not in fault]
