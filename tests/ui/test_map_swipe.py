"""Two base maps under the parcels with a line between them, moved by mouse and by keys."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from data import basemaps
from data.basemaps import BasemapSource
from data.identity import Actor, acting
from data.session import transaction
from tests.api.test_basemaps import Service, png, service
from tests.ui.conftest import ready

__all__ = ["service"]
EMPTY = "c=121.60000,41.40000&r=8"  # no parcel lies there, so that what is seen is the base map
GREYS = {"旧影像": 60, "新影像": 200}
# What the lowest canvas shows (a picture fades in, so the last shades may lack) at shares of the width, halfway down.
SEEN = (
    "(shares) => { const box = document.querySelector('#map .canvas'); const of = box.querySelector('canvas');"
    " const c = of.getContext('2d'); return shares.map((x) =>"
    " c.getImageData(Math.round(of.width * x), Math.round(of.height * 0.3), 1, 1).data[0]); }"
)


@pytest.fixture
def two(live_server: str, service: Service) -> Iterator[None]:
    """Two base maps of one grey each."""
    with acting(Actor("tests", "admin")), transaction() as connection:
        for n, (name, grey) in enumerate(GREYS.items()):
            service.answers[f"/{n}"] = (200, {"Content-Type": "image/png"}, png(grey))
            address = f"{service.address}/{n}?z={{z}}&y={{y}}&x={{x}}"
            basemaps.add(
                connection,
                BasemapSource(name, "wmts", "WebMercatorQuad", address, "", "", "", f"来源{n}", "", False),
            )
    yield
    with acting(Actor("tests", "admin")), transaction() as connection:
        for number in connection.scalars(
            text("SELECT basemap_id FROM basemap WHERE removed_at IS NULL")
        ).all():
            basemaps.remove(connection, number)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_line_parts_two_base_maps(
    page: Page,
    open_map: Callable[..., None],
    two: None,
    axe: Callable[[], list[str]],
    keep: Callable[[str], None],
    lang: str,
) -> None:
    open_map(EMPTY, lang)
    knob = page.locator("#map").get_by_role("slider")
    expect(knob).to_have_count(0)
    assert page.evaluate(SEEN, [0.2, 0.8]) == pytest.approx([60, 60], abs=5)
    page.get_by_role("tab").nth(2).click()
    page.locator("select[name=right]").select_option(label="新影像")
    ready(page)
    expect(knob).to_have_attribute("aria-valuenow", "50")
    expect(knob).to_have_attribute("aria-label", {"zh": "卷帘位置", "en": "Position of the swipe line"}[lang])
    expect(page.locator(".basesource")).to_have_text("来源0 · 来源1")
    page.wait_for_timeout(500)
    assert page.evaluate(SEEN, [0.2, 0.45, 0.55, 0.8]) == pytest.approx([60, 60, 200, 200], abs=5)
    assert axe() == []
    keep(f"map-swipe-{lang}")
    # By keys: two percent a step, ten a page.
    knob.focus()
    for key in ("ArrowRight", "PageUp", "ArrowRight", "PageUp"):
        page.keyboard.press(key)
    expect(knob).to_have_attribute("aria-valuenow", "74")
    expect(knob).to_have_attribute("aria-valuetext", {"zh": "左侧“旧影像”占 74%，右侧“新影像”", "en": "“旧影像” takes 74 % on the left, “新影像” is on the right"}[lang])  # fmt: skip
    page.wait_for_timeout(200)
    assert page.evaluate(SEEN, [0.55, 0.7, 0.8]) == pytest.approx([60, 60, 200], abs=5)
    page.keyboard.press("Home")
    expect(knob).to_have_attribute("aria-valuenow", "0")
    page.keyboard.press("End")
    expect(knob).to_have_attribute("aria-valuenow", "100")
    # By mouse.
    box, at = page.locator("#map").bounding_box(), knob.bounding_box()
    page.mouse.move(at["x"] + 8, at["y"] + at["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 100, steps=4)
    page.mouse.up()
    expect(knob).to_have_attribute("aria-valuenow", "25")
    page.wait_for_timeout(200)
    assert page.evaluate(SEEN, [0.2, 0.3]) == pytest.approx([60, 200], abs=5)
    # The choice is kept in this browser; without a base map on the left there is none on the right.
    page.reload()
    ready(page)
    expect(knob).to_have_attribute("aria-valuenow", "25")
    page.get_by_role("tab").nth(2).click()
    page.locator("input[name=basemap][value=null]").check()
    expect(knob).to_have_count(0)
    expect(page.locator("select[name=right]")).to_be_disabled()
