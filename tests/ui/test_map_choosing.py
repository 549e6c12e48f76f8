"""Several parcels at once, days side by side and themes on the map, in a real Chromium on the sample delivery."""

import re
import time
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from gis.words import STATUS, status_of
from tests.ui.conftest import READY_MS

MIDDLE = (
    "SELECT ST_X(p) AS lon, ST_Y(p) AS lat FROM (SELECT ST_Centroid(ST_Collect(ST_Centroid(geom))) AS p"
    " FROM parcel WHERE park_code = (SELECT min(park_code) FROM parcel)) AS m"
)


@pytest.fixture
def middle(connection):
    """The middle of the parcels of one park."""
    return connection.exec_driver_sql(MIDDLE).mappings().one()


def around(middle, metres=4):
    return f"c={middle['lon']:.5f},{middle['lat']:.5f}&r={metres}"


def inside(connection, box):
    """Count and registered (else drawn) area of the run's parcels that touch a box, straight from the tables."""
    return connection.exec_driver_sql(
        "SELECT count(*), sum(coalesce(p.registered_area_m2, p.drawn_area_m2)) FROM idle_verdict v"
        " JOIN analysis_run r USING (run_id) JOIN parcel p USING (version_id) WHERE r.as_of = '2026-11-01'"
        " AND ST_Intersects(p.geom, ST_MakeEnvelope(%s, %s, %s, %s, 4490))",
        tuple(box),
    ).one()


def drag(page, start, end, key=None):
    box = page.locator("#map").bounding_box()
    if key:
        page.keyboard.down(key)
    page.mouse.move(box["x"] + start[0], box["y"] + start[1])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0], box["y"] + end[1], steps=4)
    page.mouse.up()
    if key:
        page.keyboard.up(key)


def query(link):
    return parse_qs(urlsplit(link.get_attribute("href")).query)


def hectares(text):
    return Decimal(re.search(r"([\d,]+\.\d\d) ", text)[1].replace(",", ""))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_box_with_shift_chooses_what_the_server_counts(page, open_map, middle, connection, axe, keep, lang):
    open_map(around(middle), lang)
    drag(page, (300, 150), (700, 500), "Shift")
    bar = page.locator(".choice")
    table = bar.locator("a[href^='/parcels?']")
    expect(table).to_be_visible()
    box = [float(side) for side in query(table)["box"][0].split(",")]
    n, area_m2 = inside(connection, box)
    assert n > 5  # the box lies on parcels
    words = bar.locator("b").inner_text()
    assert int(re.search(r"\d+", words)[0]) == n
    # 10,000 m2 are a hectare; totals have two decimals.
    assert hectares(words) == pytest.approx(area_m2 / 10_000, abs=Decimal("0.01"))
    assert axe() == []
    keep(f"map-box-{lang}")
    expect(bar.locator("a[href^='/lists/add?']")).to_contain_text(
        "加入清单" if lang == "zh" else "Add to a list"
    )
    export = bar.locator("a[href^='/export?']")
    assert query(export)["box"] == query(table)["box"]
    table.click()
    expect(page.locator("#rows")).to_contain_text(str(n))


def test_a_typed_box_chooses_and_filters_like_a_drawn_one(page, open_map, middle, connection):
    open_map(around(middle))
    page.locator("#map").focus()
    page.keyboard.press("b")
    form = page.locator("form.area")
    expect(form.locator("[name=west]")).to_be_focused()
    sides = [middle["lon"] - 0.004, middle["lat"] - 0.003, middle["lon"] + 0.004, middle["lat"] + 0.003]
    for name, side in zip(("west", "south", "east", "north"), sides, strict=True):
        form.locator(f"[name={name}]").fill(f"{side:.6f}")
    form.locator("[name=north]").press("Enter")
    sides = [float(f"{side:.6f}") for side in sides]
    n, _ = inside(connection, sides)
    expect(page.locator(".choice b")).to_contain_text(str(n))
    page.locator(".choice button").first.click()
    expect(page.locator(".mchips [data-name=box]")).to_be_visible()
    expect(page.locator("#panel-results .sum b")).to_have_text(str(n))
    page.locator(".mchips [data-name=box] .x").click()
    expect(page.locator(".mchips [data-name=box]")).to_have_count(0)


def test_a_box_inside_out_is_said_in_words(page, open_map, middle):
    open_map(around(middle))
    page.locator("[data-tool=draw]").click()
    form = page.locator("form.area")
    form.locator("[name=west]").fill("125")
    form.locator("button[type=submit]").click()
    expect(form.get_by_role("alert")).not_to_be_empty()
    expect(page.locator(".choice")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()


def test_ctrl_adds_single_parcels_and_takes_them_out(page, open_map, middle):
    open_map(around(middle, 2))
    places = page.evaluate(
        "() => { const { map, parcels } = document.getElementById('map').landstock; const found = {};"
        " const box = document.getElementById('map').getBoundingClientRect();"
        " for (const f of parcels.getFeaturesInExtent(map.getView().calculateExtent())) {"
        "  if (f.get('layer') !== 'label') continue; const c = f.getFlatCoordinates();"
        "  const [x, y] = map.getPixelFromCoordinate(c);"
        "  if (x > 250 && x < 700 && y > 200 && y < 500 && f.get('m2') > 3000) found[f.getId()] = [box.x + x, box.y + y]; }"
        " return found; }"
    )
    (first, a), (second, b) = list(places.items())[:2]
    page.mouse.click(*a)
    expect(page.locator("#panel-parcel .code").first).to_be_visible()
    page.keyboard.down("Control")
    page.mouse.click(*b)
    table = page.locator(".choice a[href^='/parcels?']")
    expect(table).to_be_visible()
    assert set(query(table)["ids"]) == {first, second}
    page.wait_for_timeout(400)  # longer than a double click
    page.mouse.click(*b)
    page.keyboard.up("Control")
    expect(page.locator(".choice b")).to_contain_text("1")
    expect(table).not_to_have_attribute("href", re.compile(rf"ids={second}\b"))
    page.locator("#map").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".choice")).to_be_hidden()


def within(connection, corners):
    """Count and registered (else drawn) area of the run's parcels that touch a polygon, straight from the tables."""
    ring = ", ".join(f"{lon} {lat}" for lon, lat in (*corners, corners[0]))
    return connection.exec_driver_sql(
        "SELECT count(*), sum(coalesce(p.registered_area_m2, p.drawn_area_m2)) FROM idle_verdict v"
        " JOIN analysis_run r USING (run_id) JOIN parcel p USING (version_id) WHERE r.as_of = '2026-11-01'"
        " AND ST_Intersects(p.geom, ST_GeomFromText(%s, 4490))",
        (f"POLYGON(({ring}))",),
    ).one()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_drawn_polygon_chooses_what_the_server_counts(page, open_map, middle, connection, axe, keep, lang):
    open_map(around(middle), lang)
    page.locator("[data-tool=draw]").click()
    page.locator("[data-kind=polygon]").click()
    box = page.locator("#map").bounding_box()
    for x, y in ((560, 250), (900, 200), (780, 400)):
        page.mouse.click(box["x"] + x, box["y"] + y)
        page.wait_for_timeout(350)  # longer than a double click
    page.mouse.dblclick(box["x"] + 600, box["y"] + 560)
    bar = page.locator(".choice")
    table = bar.locator("a[href^='/parcels?']")
    expect(table).to_be_visible()
    corners = [tuple(map(float, pair.split(","))) for pair in query(table)["polygon"][0].split(";")]
    assert len(corners) == 4
    n, area_m2 = within(connection, corners)
    assert n > 5
    words = bar.locator("b").inner_text()
    assert int(re.search(r"\d+", words)[0]) == n
    assert hectares(words) == pytest.approx(area_m2 / 10_000, abs=Decimal("0.01"))
    # The form holds the same corners, and lies beside the bar.
    typed = page.locator("form.area [name=corners]").input_value()
    assert [tuple(map(float, line.split(","))) for line in typed.splitlines()] == corners
    form = page.locator("form.area").bounding_box()
    assert bar.bounding_box()["x"] >= form["x"] + form["width"]
    assert axe() == []
    keep(f"map-polygon-{lang}")
    bar.locator("button", has_text={"zh": "作为筛选条件", "en": "Use as filter"}[lang]).click()
    expect(page.locator(".mchips [data-name=polygon]")).to_be_visible()
    expect(page.locator("#panel-results .sum b")).to_have_text(str(n))


def test_typed_corners_choose_the_same_and_faults_are_said_in_words(page, open_map, middle, connection):
    open_map(around(middle))
    page.locator("#map").focus()
    page.keyboard.press("b")
    page.locator("[data-kind=polygon]").press("Enter")
    corners = page.locator("form.area [name=corners]")
    told = page.locator("form.area").get_by_role("alert")
    submit = page.locator("form.area [type=submit]")
    lon, lat = round(middle["lon"], 6), round(middle["lat"], 6)
    a, b, c, d = (
        (round(lon + x, 6), round(lat + y, 6))
        for x, y in ((-0.004, -0.003), (0.004, -0.003), (0.004, 0.003), (-0.004, 0.003))
    )
    for lines, words in (
        (["121.1,41.0", "121.2"], "第 2 行"),
        (["121.1,41.0", "121.2,41.0"], "至少需要 3 个顶点"),
        ([f"{x},{y}" for x, y in (a, c, b, d)], "边相交"),  # a bow tie
        ([f"{x},{y}" for x, y in (a, b, a)], "至少需要 3 个顶点"),  # closed, but two corners only
    ):
        corners.fill("\n".join(lines))
        submit.click()
        expect(told).to_contain_text(words)
        expect(page.locator(".choice")).to_be_hidden()
    # Closed rings and full-width commas are read as well.
    corners.fill("\n".join(f"{x}，{y}" for x, y in (a, b, c, a)))
    submit.click()
    n, _ = within(connection, [a, b, c])
    assert n > 0
    expect(page.locator(".choice b")).to_contain_text(str(n))
    expect(told).to_be_empty()


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
