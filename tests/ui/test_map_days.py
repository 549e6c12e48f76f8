"""Days side by side, themes and years on the map, in a real Chromium on the sample delivery."""

import re
import time

import pytest
from playwright.sync_api import expect

from gis.words import STATUS, status_of
from tests.ui.conftest import READY_MS, around
from tests.ui.test_map_choosing import query

SECOND = (
    "() => { const { second, secondParcels } = document.getElementById('map').landstock;"
    " const found = [], r = document.querySelector('.canvas.second').getBoundingClientRect();"
    " for (const f of secondParcels.getFeaturesInExtent(second.getView().calculateExtent(second.getSize()))) {"
    "  if (f.get('layer') !== 'parcel') continue; const e = f.getExtent();"
    "  const [x, y] = second.getPixelFromCoordinate([(e[0] + e[2]) / 2, (e[1] + e[3]) / 2]);"
    "  const hit = second.getFeaturesAtPixel([x, y]).filter((g) => g.get('layer') === 'parcel').map((g) => g.getId());"
    "  if (x > 20 && x < 490 && y > 150 && y < 480 && hit.length && hit.every((id) => id === f.getId()))"
    "   found.push([f.getId(), r.x + x, r.y + y]); } return found; }"
)


def second_parcel(page, fits):
    """Return a parcel of the second drawing and where it lies, once the drawing has one that fits."""
    until = time.monotonic() + READY_MS / 1_000
    while True:
        found = next((one for one in page.evaluate(SECOND) if fits(one[0])), None)
        if found is not None:
            return found
        assert time.monotonic() < until, "no such parcel is drawn"
        page.wait_for_timeout(100)


def test_the_second_drawing_answers_the_pointer_with_its_own_day(page, open_map, middle, connection, keep):
    open_map(f"{around(middle, 4)}&vs=2024-06-01&status=suspected&status=watch&status=normal&holder=公司")
    page.wait_for_timeout(500)
    then, now = (
        {
            entity: (code, status_of(verdict))
            for entity, code, verdict in connection.exec_driver_sql(
                "SELECT v.entity_id, v.parcel_code, v.verdict FROM idle_verdict v JOIN analysis_run r USING (run_id)"
                " WHERE r.as_of = %s AND r.publication_id IS NOT NULL",
                (day,),
            )
        }
        for day in ("2024-06-01", "2026-11-01")
    )
    entity, x, y = second_parcel(page, lambda one: then[one][1] != now[one][1])
    page.mouse.move(x, y)
    code, status = then[entity]
    tip = page.locator(".canvas.second .tip")
    expect(tip).to_contain_text(code[-5:])
    expect(tip).to_contain_text(STATUS[status]["zh"])
    expect(tip).not_to_contain_text(STATUS[now[entity][1]]["zh"])
    # What stands over the first drawing stays on it, and no day is said twice.
    line = page.locator(".canvas.second").bounding_box()["x"]
    for chip in page.locator(".mchips :visible").all():
        box = chip.bounding_box()
        assert box["x"] + box["width"] <= line
    said = page.locator("#mapbox").inner_text()
    assert said.count("2026-11-01") == 1
    assert said.count("2024-06-01") == 1
    second = page.locator(".canvas.second").bounding_box()
    page.keyboard.down("Shift")
    page.mouse.move(second["x"] + 120, second["y"] + 240)
    page.mouse.down()
    page.mouse.move(second["x"] + 400, second["y"] + 520, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    table = page.locator(".choice a[href^='/parcels?']")
    expect(table).to_be_visible()
    west, south, east, north = map(float, query(table)["box"][0].split(","))
    # The box lies where it was drawn: the middle of both drawings is the same place.
    corner = page.evaluate(
        "([x, y]) => { const { second, toDegrees } = document.getElementById('map').landstock;"
        " const line = second.getTargetElement().clientLeft; // the dividing line\n"
        " return toDegrees(second.getCoordinateFromPixel([x - line, y])); }",
        [120, 240],
    )
    assert (west, north) == pytest.approx(corner, abs=1e-5)
    assert east > west
    assert north > south
    assert page.locator(".drawnbox:visible").count() == 2
    keep("map-compare-box")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_two_days_side_by_side_move_together(page, open_map, middle, connection, axe, keep, lang):
    open_map(f"{around(middle, 3)}&vs=2024-06-01", lang)
    found = page.evaluate(
        "() => { const { map, second } = document.getElementById('map').landstock;"
        " return [map.getView() === second.getView(), map.getTargetElement().offsetWidth, second.getTargetElement().offsetWidth]; }"
    )
    assert found[0]
    assert abs(found[1] - found[2]) <= 3
    page.wait_for_timeout(500)
    shown = page.evaluate(
        "() => { const { map, secondParcels } = document.getElementById('map').landstock;"
        " return secondParcels.getFeaturesInExtent(map.getView().calculateExtent())"
        ".filter((f) => f.get('layer') === 'parcel').map((f) => [f.getId(), f.get('status')]); }"
    )
    # The second drawing shows the run of its own day: every status is that of the verdict stored for it.
    suspected = {
        row[0]
        for row in connection.exec_driver_sql(
            "SELECT entity_id FROM idle_verdict JOIN analysis_run USING (run_id) WHERE as_of = '2024-06-01'"
            " AND verdict IN ('IDLE_NOT_COMMENCED', 'MAY_BE_IDLE')"
        )
    }
    assert len(shown) > 10
    assert {entity for entity, status in shown if status == "suspected"} <= suspected
    assert {entity for entity, status in shown if status != "suspected"}.isdisjoint(suspected)
    assert axe() == []
    keep(f"map-compare-{lang}")
    page.locator(".leave").click()
    expect(page.locator(".canvas.second")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("vs="))


def test_the_day_is_chosen_in_a_form(page, open_map, axe):
    open_map()
    page.locator(".when summary").click()
    assert axe() == []
    day = page.locator(".when [name=as_of]")
    day.fill("2025年3月1日")
    day.press("Enter")
    expect(page.locator(".when summary")).to_contain_text("2025-03-01")
    expect(page.locator(".mchips [data-name=as_of]")).to_be_visible()


@pytest.mark.parametrize("theme", ["stage", "use", "construction", "intensity", "completion"])
def test_a_theme_shows_the_class_of_each_parcel(page, open_map, middle, connection, keep, theme):
    open_map(f"{around(middle, 3)}&theme={theme}")
    shown = page.evaluate(
        "() => { const { map, parcels } = document.getElementById('map').landstock;"
        " return parcels.getFeaturesInExtent(map.getView().calculateExtent())"
        ".filter((f) => f.get('layer') === 'parcel').map((f) => [f.getId(), f.get('theme')]); }"
    )
    assert len(shown) > 10
    rows = connection.exec_driver_sql(
        "SELECT v.entity_id, v.stage, p.landuse_code, p.landuse_scheme FROM idle_verdict v"
        " JOIN analysis_run r USING (run_id) JOIN parcel p USING (version_id) WHERE r.as_of = '2026-11-01'"
    )
    stored = {row.entity_id: row for row in rows}
    for entity, code in shown:
        if theme == "stage":
            assert code == (stored[entity].stage or "UNKNOWN")
        elif (stored[entity].landuse_code or "").startswith("1001"):
            # 1001 is industrial land in the classification of 2023, a railway in GB/T 21010.
            gb = "21010" in (stored[entity].landuse_scheme or "")
            assert code == ("transport" if gb else "industry")
    drawn = {code for _, code in shown}
    for code in drawn:
        expect(page.locator(f".legend [data-class={code}]")).to_be_visible()
    keep(f"map-theme-{theme}")


def test_years_play_and_stop_where_motion_is_unwanted(page, open_map, middle):
    open_map(f"{around(middle, 4)}&theme=builtup&y=2022")
    play = page.locator(".slider [aria-pressed]")
    slider = page.get_by_role("slider")
    play.click()
    expect(slider).not_to_have_attribute("aria-valuetext", "2022", timeout=5_000)
    page.emulate_media(reduced_motion="reduce")
    expect(play).to_be_disabled()
    expect(play).to_have_attribute("aria-pressed", "false")
    stopped = slider.get_attribute("aria-valuetext")
    page.wait_for_timeout(1500)  # longer than a step
    assert slider.get_attribute("aria-valuetext") == stopped


def test_what_cannot_be_read_in_an_address_is_named(page, open_map):
    open_map("c=abc&r=-3&theme=nothing")
    expect(page.locator(".unread")).to_contain_text("c、r、theme")


def test_the_width_of_the_panel_is_kept(page, open_map):
    open_map()
    bar = page.get_by_role("separator")
    before = page.locator("#panel").bounding_box()["width"]
    bar.focus()
    page.keyboard.press("ArrowRight")
    wide = page.locator("#panel").bounding_box()["width"]
    assert wide == pytest.approx(before + 20, abs=1)
    open_map()
    assert page.locator("#panel").bounding_box()["width"] == pytest.approx(wide, abs=1)
    page.locator(".collapse").click()
    open_map()
    expect(page.locator("#panel")).to_be_hidden()


def test_typed_points_are_measured(page, open_map):
    open_map()
    page.locator("#map").focus()
    page.keyboard.press("m")
    page.locator(".measure [name=corners]").fill("121.00,41.00; 121.00,41.01")
    page.locator(".measure form button").click()
    # A hundredth of a degree of the meridian at 41 N is 1,110.5 m (a(1-e2)/(1-e2 sin2 41)^1.5 x pi/18000).
    text = page.locator(".measure .val").inner_text()
    assert float(re.search(r"[\d.]+", text)[0]) == pytest.approx(1.1105, abs=0.0006)
    page.locator(".measure [name=corners]").fill("121")
    page.locator(".measure form button").click()
    expect(page.locator(".measure [role=alert]")).not_to_be_empty()
