"""The map page in a real Chromium, on the sample delivery."""

import csv
import re
from pathlib import Path

import pyproj
import pytest
from playwright.sync_api import expect

from gis.words import STATUS, VERDICTS, status_of
from maps.grids import GRIDS

EXPECTED = Path(__file__).parents[2] / "data" / "samples" / "expected-day.csv"
SHOWN = ["suspected", "watch", "unknown", "normal"]
COLOURED = SHOWN[:3]


def expected_counts() -> dict[str, int]:
    """Count the statuses of the day from the table worked out with the sample.

    It leaves out the rows with planted faults; those that are taken in none
    the less are not supplied, so that only "normal" is larger on the map.
    """
    with EXPECTED.open(encoding="utf-8-sig") as file:
        rows = [status_of(row["verdict"]) for row in csv.DictReader(file)]
    return {code: rows.count(code) for code in COLOURED}


@pytest.fixture
def judged(connection):
    """How many parcels the run of the day holds."""
    count = "SELECT count(*) FROM idle_verdict JOIN analysis_run USING (run_id) WHERE as_of = '2026-11-01'"
    return connection.exec_driver_sql(count).scalar_one()


@pytest.fixture
def suspect(connection):
    """A parcel that may be idle, large enough to be clicked: id, code, holder and a place inside it."""
    return (
        connection.exec_driver_sql(
            "SELECT p.entity_id, p.parcel_code, p.holder, v.verdict,"
            " ST_X(ST_PointOnSurface(p.geom)) AS lon, ST_Y(ST_PointOnSurface(p.geom)) AS lat"
            " FROM idle_verdict v JOIN parcel p USING (version_id) JOIN analysis_run r USING (run_id)"
            " WHERE r.as_of = '2026-11-01' AND v.verdict = 'MAY_BE_IDLE' AND p.drawn_area_m2 > 8000"
            " ORDER BY p.parcel_code LIMIT 1"
        )
        .mappings()
        .one()
    )


def at(suspect, metres=1.5):
    return f"c={suspect['lon']:.5f},{suspect['lat']:.5f}&r={metres}"


def tile_ids(page):
    """The ids of the parcels in the tiles that are there."""
    return page.evaluate(
        "() => { const { map, parcels } = document.getElementById('map').landstock;"
        " return parcels.getFeaturesInExtent(map.getView().calculateExtent())"
        ".filter((f) => f.get('layer') === 'parcel').map((f) => f.getId()); }"
    )


def click_on(page, suspect):
    """Click the pixel at which a place is drawn."""
    x, y = page.evaluate(
        "(place) => { const { map, toMap } = document.getElementById('map').landstock;"
        " const box = document.getElementById('map').getBoundingClientRect();"
        " const [x, y] = map.getPixelFromCoordinate(toMap(place)); return [box.x + x, box.y + y]; }",
        [suspect["lon"], suspect["lat"]],
    )
    page.mouse.click(x, y)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_click_shows_code_verdict_and_reasons(page, open_map, suspect, keep, lang):
    open_map(at(suspect), lang)
    assert suspect["entity_id"] in tile_ids(page)
    click_on(page, suspect)
    panel = page.locator("#panel-parcel")
    expect(panel.locator(".code").first).to_have_text(suspect["parcel_code"])
    expect(panel).to_contain_text(STATUS["suspected"][lang])
    expect(panel.locator("[data-verdict]")).to_have_attribute("data-verdict", "MAY_BE_IDLE")
    expect(panel.locator(".trace li").first).to_be_visible()
    assert VERDICTS["MAY_BE_IDLE"][lang]
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if lang == "zh" else re.compile("^en"))
    keep(f"map-parcel-{lang}")


def test_the_first_view_shows_every_park_and_every_parcel(page, open_map, keep, judged):
    open_map()
    keep("map-first-view")
    names = page.evaluate(
        "() => { const { map, parcels } = document.getElementById('map').landstock;"
        " return [...new Set(parcels.getFeaturesInExtent(map.getView().calculateExtent())"
        ".filter((f) => f.get('layer') === 'park').map((f) => f.get('code')))]; }"
    )
    assert len(names) == 4
    total = page.locator("#panel-results .sum b")
    listed = int(total.inner_text().replace(",", ""))
    assert listed == judged


def test_the_legend_counts_what_the_sample_expects(page, open_map, suspect, judged):
    open_map(at(suspect))
    shown = {
        code: int(page.locator(f".legend [data-status={code}] .num").inner_text().replace(",", ""))
        for code in SHOWN
    }
    assert {code: shown[code] for code in COLOURED} == expected_counts()
    assert sum(shown.values()) == judged


def test_the_swatches_of_the_legend_have_the_colours_of_the_statuses(page, open_map, suspect):
    open_map(at(suspect))
    for code in SHOWN:
        swatch = page.locator(f".legend [data-status={code}] .sw")
        fill = page.evaluate(
            "(code) => getComputedStyle(document.querySelector(`#s-${code} rect`)).fill", code
        )
        red, green, blue = (int(part) for part in re.findall(r"\d+", fill)[:3])
        wanted = STATUS[code]["fill"].lstrip("#")
        assert (red, green, blue) == tuple(int(wanted[i : i + 2], 16) for i in (0, 2, 4))
        assert swatch.bounding_box()["width"] == pytest.approx(12, abs=0.5)


def test_an_address_restores_the_view(page, open_map, suspect):
    open_map(f"{at(suspect, 2)}&p={suspect['entity_id']}")
    code = page.locator("#panel-parcel .code").first
    expect(code).to_have_text(suspect["parcel_code"])
    page.locator("#map").focus()
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(re.compile(f"c={suspect['lon']:.5f}"))
    before = page.url
    page.reload()
    expect(page.locator("#map")).to_have_attribute("data-ready", "1", timeout=30_000)
    expect(code).to_have_text(suspect["parcel_code"])
    page.wait_for_timeout(800)  # longer than the pause after which the address is rewritten
    assert page.url == before


def test_an_unknown_parcel_is_said_not_thrown(page, open_map, suspect, faults):
    open_map(f"{at(suspect)}&p=999999999")
    expect(page.locator("#panel-parcel [role=alert]")).to_contain_text("999999999")
    faults[:] = [fault for fault in faults if "404" not in fault]  # the browser reports the answer itself


def test_the_keyboard_does_what_the_mouse_does(page, open_map, suspect):
    open_map(at(suspect, 4))
    focus = page.locator("#map")
    focus.focus()
    page.keyboard.press("n")
    code = page.locator("#panel-parcel .code").first
    expect(code).to_be_visible()
    first = code.inner_text()
    focus.focus()
    page.keyboard.press("n")
    expect(code).not_to_have_text(first)
    page.keyboard.press("p")
    expect(code).to_have_text(first)
    page.keyboard.press("Escape")
    expect(page.locator("#panel-parcel .nothing")).to_be_visible()
    page.keyboard.press("l")
    expect(page.locator(".legend")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    focus.focus()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()


def test_search_finds_a_parcel_and_selects_it(page, open_map, suspect):
    open_map()
    page.locator("#search").fill(suspect["parcel_code"])
    page.locator("#hits [role=option]").first.click()
    expect(page.locator("#panel-parcel .code").first).to_have_text(suspect["parcel_code"])
    expect(page.locator("#map")).to_have_attribute("data-ready", "1", timeout=30_000)
    assert suspect["entity_id"] in tile_ids(page)


def test_coordinates_are_those_of_the_zone(page, open_map):
    # By pyproj, EPSG:4490 to 4549 (zone 120): 121.0 E 41.0 N is X 4541242.29 Y 584134.51 (to 1 m here:
    # the centre of the view is written with five decimals).
    open_map("c=121.00000,41.00000&r=2")
    text = page.locator(".readout button").inner_text()
    north, east = (float(value) for value in re.findall(r"\d+\.\d+", text)[:2])
    y, x = pyproj.Transformer.from_crs(4490, 4549, always_xy=True).transform(121.0, 41.0)
    assert (north, east) == pytest.approx((x, y), abs=1)
    assert "120" in text
    # East of 121.5 the zone is that of 123.
    open_map("c=121.60000,41.00000&r=2")
    assert "123" in page.locator(".readout button").inner_text()


def test_the_built_up_years_are_shown_one_at_a_time(page, open_map, suspect, keep):
    open_map(f"{at(suspect, 3)}&theme=builtup&y=2023")
    slider = page.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", "2023")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "2024")
    expect(page.locator("#map")).to_have_attribute("data-ready", "1", timeout=30_000)
    years = page.evaluate(
        "() => { const { map, builtup } = document.getElementById('map').landstock;"
        " return [...new Set(builtup().getFeaturesInExtent(map.getView().calculateExtent())"
        ".map((f) => f.get('year')))]; }"
    )
    assert years == [2024]
    keep("map-builtup")


def test_a_tile_fault_keeps_the_map_and_offers_to_try_again(page, open_map, suspect, faults):
    open_map(at(suspect))
    page.route(re.compile(r"/tiles/"), lambda route: route.fulfill(status=503))
    page.locator("#map").focus()
    for _ in range(6):
        page.keyboard.press("Shift+ArrowRight")
        page.wait_for_timeout(150)
    box = page.locator(".errbox")
    expect(box).to_contain_text("503")
    page.unroute(re.compile(r"/tiles/"))
    box.get_by_role("button").first.click()
    expect(box).to_have_count(0)
    expect(page.locator("#map")).to_have_attribute("data-ready", "1", timeout=30_000)
    faults[:] = [fault for fault in faults if "503" not in fault]


def test_a_filter_gives_the_same_count_on_map_and_list(page, open_map):
    open_map("status=suspected")
    suspected = expected_counts()["suspected"]
    expect(page.locator(".mchips")).to_contain_text(f"{suspected:,}")
    expect(page.locator("#panel-results .sum b")).to_have_text(f"{suspected:,}")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_accessibility_rules_find_nothing(page, open_map, suspect, axe, lang):
    open_map(f"{at(suspect)}&p={suspect['entity_id']}", lang)
    expect(page.locator("#panel-parcel .code").first).to_be_visible()
    assert axe() == []
    for tab in ("results", "layers"):
        page.locator(f"#tab-{tab}").click()
        assert axe() == []
    page.locator("#map").focus()
    page.keyboard.press("?")
    assert axe() == []


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080), (800, 900)])
def test_nothing_runs_off_the_screen(page, open_map, suspect, keep, width, height):
    page.set_viewport_size({"width": width, "height": height})
    open_map(f"{at(suspect)}&p={suspect['entity_id']}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in (".tools", ".readout"):
        box = page.locator(name).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
    keep(f"map-{width}")


def test_page_and_script_agree_on_the_grids(page, open_map):
    open_map()
    for name, grid in GRIDS.items():
        found = page.evaluate(
            "async (name) => { const own = document.querySelector('script[src*=\"/js/map.\"]').src;"
            " const text = await (await fetch(own)).text();"
            " const { GRIDS } = await import(new URL(/[.][/]grids[.][^\"']+/.exec(text)[0], own).href);"
            " return GRIDS[name]; }",
            name,
        )
        assert found["code"] == f"EPSG:{grid.srid}"
        assert found["origin"] == pytest.approx([grid.left, grid.top])
        assert found["first"] == pytest.approx(grid.resolution0)
        assert found["levels"] == grid.max_zoom + 1
