"""The hand-out map: one file, no request, no value that becomes markup; seen in a real browser, offline."""

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from playwright.sync_api import BrowserContext, Page

from maps.handout import LIMIT, About, TooManyParcels, handout

ABOUT = About(dt.date(2026, 11, 1), "第1次发布", 7, "CN 2012-07-01", "全部园区")
EVIL = '</script><img src=x onerror="window.hit=1">{{ 7*7 }}{% endraw %}'


def parcels(count: int = 2, **values: object) -> gpd.GeoDataFrame:
    row = {
        "park_code": "P1", "holder": EVIL, "location": "某路1号", "landuse_code": "0601",
        "area_m2": Decimal("10000"), "verdict": "IDLE_NOT_COMMENCED", "band": "Y1", "limbs": [], "cause": "",
        "path": "NONE", "fee_wan": None, "article": "第二条", "missing": [], "idle_from": dt.date(2026, 1, 1),
        "days": 305,
    }  # fmt: skip
    rows = [row | values | {"parcel_code": f"C{i}"} for i in range(count)]
    columns = {name: pd.Series([r[name] for r in rows], dtype=object) for name in rows[0]}
    shapes = [shapely.multipolygons([shapely.box(121 + i * 0.001, 41, 121.0009 + i * 0.001, 41.001)])
              for i in range(count)]  # fmt: skip
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4490")


def parks() -> gpd.GeoDataFrame:
    shape = shapely.multipolygons([shapely.box(120.999, 40.999, 121.01, 41.002)])
    return gpd.GeoDataFrame({"park_code": ["P1"], "park_name": [EVIL]}, geometry=[shape], crs="EPSG:4490")


@pytest.fixture
def heard() -> list[str]:
    """What the page asked for or complained about."""
    return []


@pytest.fixture
def page(context: BrowserContext, tmp_path: Path, heard: list[str]) -> Iterator[Page]:
    """Open the hand-out from a file, offline."""
    path = tmp_path / "map.html"
    path.write_text(handout(parcels(), parks(), ABOUT), encoding="utf-8")
    opened = context.new_page()
    opened.on("request", lambda request: heard.append(request.url))
    opened.on("console", lambda message: heard.append(message.text))
    opened.on("pageerror", lambda error: heard.append(str(error)))
    context.set_offline(True)
    opened.goto(path.as_uri())
    opened.wait_for_selector("html[data-ready='1']", state="attached")
    yield opened
    opened.close()


def test_the_page_asks_for_nothing_but_itself(page: Page, heard: list[str]) -> None:
    assert [said for said in heard if not said.endswith("/map.html")] == []
    assert page.title()


def test_a_value_stays_text(page: Page) -> None:
    # The click lands on the first parcel: the view is fitted to the park, so find it through the map.
    page.mouse.click(*_middle_of_first_parcel(page))
    popup = page.locator(".leaflet-popup-content")
    popup.wait_for()
    assert EVIL in popup.inner_text()
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hit") is None


def _middle_of_first_parcel(page: Page) -> tuple[float, float]:
    name = page.locator(".folium-map").get_attribute("id")
    point = page.evaluate(f"(p => [p.x, p.y])({name}.latLngToContainerPoint([41.0005, 121.00045]))")
    return point[0], point[1]


def test_the_page_says_what_it_is(page: Page) -> None:
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    title, legend = page.locator("#title").inner_text(), page.locator("#legend").inner_text()
    assert "2026-11-01" in title
    assert "疑似" in title
    # Two parcels of 10,000 m2 are 2 ha.
    assert re.search(r"疑似闲置\s+2 宗\s+2\.00 公顷", legend)


def test_no_address_of_another_server_is_loaded() -> None:
    text = handout(parcels(), parks(), ABOUT)
    assert re.findall(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=[^>]*>", text) == []
    assert "url(images" not in text


def test_too_many_parcels_name_a_split_by_park() -> None:
    table = pd.concat([parcels(1)] * (LIMIT + 1), ignore_index=True)
    with pytest.raises(TooManyParcels, match=r"--park P1 \(5001\)"):
        handout(table, parks(), ABOUT)


def test_no_parcels_give_a_page_all_the_same() -> None:
    assert "handout-data" in handout(parcels(1).iloc[:0], parks().iloc[:0], ABOUT)
