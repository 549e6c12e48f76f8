"""A base map on the map page: below the parcels, through this server alone, and no harm when it fails."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from data import basemaps
from data.basemaps import BasemapSource
from data.identity import Actor, acting
from data.session import transaction
from tests.api.test_basemaps import Service, service, wmts

__all__ = ["service"]


@pytest.fixture
def configured(live_server: str, service: Service) -> Iterator[Service]:
    """A base map of a service on this machine, taken away afterwards."""
    of = BasemapSource(
        "市局影像",
        "wmts",
        "WebMercatorQuad",
        wmts(service),
        "",
        "tk",
        "s3cret",
        "某市自然资源局",
        "GS（2025）1234号",
        False,
    )
    with acting(Actor("tests", "admin")), transaction() as connection:
        basemaps.add(connection, of)
    yield service
    with acting(Actor("tests", "admin")), transaction() as connection:
        for number in connection.scalars(
            text("SELECT basemap_id FROM basemap WHERE removed_at IS NULL")
        ).all():
            basemaps.remove(connection, number)


def test_a_base_map_lies_below_the_parcels_and_can_be_put_away(
    page: Page, open_map: Callable[..., None], configured: Service, keep: Callable[[str], None]
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_map()
    keep("map-basemap")
    expect(page.locator(".basesource")).to_have_text("某市自然资源局 GS（2025）1234号")
    assert configured.asked and all("tk=s3cret" in one for one in configured.asked)
    assert any("/basemap/" in one for one in asked) and not any("s3cret" in one for one in asked)
    page.get_by_role("tab", name="图层").click()
    page.get_by_label("不显示底图").check()
    expect(page.locator(".basesource")).to_be_hidden()
    page.reload()
    page.get_by_role("tab", name="图层").click()
    expect(page.get_by_label("不显示底图")).to_be_checked()  # kept in this browser


def test_a_base_map_that_fails_is_said_and_parcels_stay(
    page: Page,
    open_map: Callable[..., None],
    configured: Service,
    faults: list[str],
    keep: Callable[[str], None],
) -> None:
    configured.otherwise = (500, {}, b"")
    open_map()
    expect(page.locator(".basesource")).to_contain_text("底图不可用，业务数据不受影响。")
    keep("map-basemap-failed")
    features = page.evaluate(
        "() => { const { map, parcels } = document.getElementById('map').landstock;"
        " return parcels.getFeaturesInExtent(map.getView().calculateExtent()).length; }"
    )
    assert features > 0
    page.locator(".basesource button").click()
    expect(page.locator(".basesource")).to_be_hidden()
    assert faults and all("502" in one for one in faults)  # what the browser itself writes of them
    faults.clear()
