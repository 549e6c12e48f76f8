"""Back and Forward on the map: the same page shows what the address holds, without being loaded again."""

import re

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import around, ready

SEEN = (
    "() => { const { map, view, toDegrees } = document.getElementById('map').landstock;"
    " return [...toDegrees(map.getView().getCenter()), view.selected, view.theme, view.year]; }"
)


def two_parcels(connection):
    rows = connection.exec_driver_sql(
        "SELECT entity_id, v.parcel_code FROM idle_verdict v JOIN analysis_run r USING (run_id)"
        " WHERE r.as_of = '2026-11-01' ORDER BY v.parcel_code LIMIT 2"
    )
    return [tuple(row) for row in rows]


def test_back_and_forward_restore_the_view_without_loading(page, open_map, middle, connection):
    (first, code), (second, _) = two_parcels(connection)
    open_map(around(middle))
    page.evaluate("() => { window.opened = 1; }")
    select = "(id) => { document.getElementById('map').landstock.select(id, true); }"
    page.evaluate(select, first)
    expect(page.locator("#panel-parcel .code").first).to_contain_text(code[-5:])
    ready(page)
    page.locator("#theme").select_option("intensity")
    page.evaluate(select, second)
    expect(page).to_have_url(re.compile(rf"p={second}\b"))
    ready(page)
    # A step that is left at once still keeps where it was left.
    page.locator("#map").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(150)
    left = page.evaluate(SEEN)
    page.locator("#theme").select_option("builtup")
    expect(page.locator(".slider").first).to_be_visible()
    page.go_back()
    ready(page)
    lon, lat, selected, theme, _ = page.evaluate(SEEN)
    assert (lon, lat) == pytest.approx(left[:2], abs=6e-6)  # five decimals in the address
    assert (selected, theme) == (second, "intensity")
    expect(page.locator("#theme")).to_have_value("intensity")
    expect(page.locator(".slider").first).to_be_hidden()
    page.go_back()
    expect(page.locator("#panel-parcel .code").first).to_contain_text(code[-5:])
    page.go_back()
    expect(page.locator("#theme")).to_have_value("status")
    assert page.evaluate(SEEN)[2:4] == [first, "status"]
    page.go_back()
    expect(page.locator("#panel-parcel .nothing")).to_be_visible()
    lon, lat, selected, *_ = page.evaluate(SEEN)
    assert selected is None
    assert (lon, lat) == pytest.approx((middle["lon"], middle["lat"]), abs=1e-5)
    page.go_forward()
    expect(page.locator("#panel-parcel .code").first).to_contain_text(code[-5:])
    assert page.evaluate("() => window.opened") == 1
