"""Several parcels at once on the map, in a real Chromium on the sample delivery."""

import re
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import around


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
