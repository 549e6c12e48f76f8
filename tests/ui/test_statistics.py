"""Statistics pages in a real browser: figures worked out by hand, the year by the keyboard, exports that agree."""

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from gis.definitions import DEFINITIONS

DAY = "as_of=2026-11-01"
ROOT = Path(__file__).parent.parent.parent
STATISTICS = ["/scoreboard", "/stock", "/stock?park=S217901", "/growth", "/growth?park=S217902", "/intensity",
              "/intensity?found=UNDETERMINED", "/intensity?term=FAR"]  # fmt: skip
LIMIT_KB = 300


def address(server: str, path: str, lang: str = "zh") -> str:
    return f"{server}{path}{'&' if '?' in path else '?'}{DAY}&lang={lang}"


def surveyed(park: str = "") -> list[dict[str, str]]:
    """The sample's own table of built-up land."""
    with (ROOT / "data/samples/expected-growth.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if park in ("", row["park_code"])]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", STATISTICS)
def test_page_is_whole_light_and_accessible(
    page: Page, live_server: str, axe: Callable[[], list[str]], path: str, lang: str
) -> None:
    scripts: list[bytes] = []
    page.on("response", lambda r: scripts.append(r.body()) if r.request.resource_type == "script" else None)
    page.goto(address(live_server, path, lang))
    ready = page.locator("#growth-map[data-ready='1'], .plot[data-ready='1'], .stats .empty, .stats p.pad")
    expect(ready.first).to_be_attached(timeout=30_000)
    assert axe() == []
    width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1], "the page scrolls sideways"
    assert sum(len(gzip.compress(body, 6)) for body in scripts) <= LIMIT_KB * 1000
    marked = page.locator("[data-def]").evaluate_all("nodes => nodes.map((node) => node.dataset.def)")
    assert marked and set(marked) <= set(DEFINITIONS)


def test_every_definition_is_on_the_help_page_in_the_words_of_its_language(
    page: Page, live_server: str
) -> None:
    for lang in ("zh", "en"):
        page.goto(address(live_server, "/help", lang))
        for name, kind in DEFINITIONS.items():
            expect(page.locator(f"#def-{name}")).to_contain_text(kind.en if lang == "en" else kind.zh)


def test_a_definition_opens_and_closes_by_the_keyboard(page: Page, live_server: str) -> None:
    page.goto(address(live_server, "/scoreboard"))
    one = page.locator('details[data-def="built_rate"]')
    one.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(one.locator(".pop")).to_contain_text("A ÷ D")
    page.keyboard.press("Escape")
    expect(one.locator(".pop")).to_be_hidden()
    expect(one.locator("summary")).to_be_focused()


def test_both_sides_of_a_rate_show_in_focus(page: Page, live_server: str) -> None:
    page.goto(address(live_server, "/scoreboard?park=S217901"))
    # 665.507172 ha built of 950.631615 ha supplied: 70.0068 %.
    rate = page.locator(".ratio", has_text="70.01 %")
    rate.focus()
    expect(rate.locator(".tipbox")).to_be_visible()
    expect(rate.locator(".tipbox")).to_contain_text("665.51 ÷ 950.63 公顷")


def test_states_make_the_zone(page: Page, live_server: str) -> None:
    page.goto(address(live_server, "/stock?park=S217901"))
    # 6655071.7196 + 5518861.5360 + 0 + 7745.4691 without state - 0.4037 in two = 12181678.3210 m2.
    expect(page.locator(".stock-cols tfoot .tag.ok")).to_have_count(2)
    expect(page.locator(".stock-cols tfoot").first).to_contain_text("1,218.17")
    page.goto(address(live_server, "/stock?park=S217904"))  # has no survey of land states
    expect(page.locator(".stock-cols tfoot .tag.warn")).to_have_count(2)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_planner_moves_the_year_by_keyboard_and_exports_the_same(
    page: Page, live_server: str, lang: str, keep: Callable[[str], None]
) -> None:
    page.goto(address(live_server, "/growth?park=S217902", lang))
    expect(page.locator("#growth-map")).to_have_attribute("data-ready", "1", timeout=30_000)
    keep(f"growth-{lang}")
    page.locator(".slider input").focus()
    expect(page.locator("tr.sel th")).to_have_text("2025")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("tr.sel th")).to_have_text("2024")
    expect(page.locator("g.on .y")).to_have_text("2024")
    assert "y=2024" in page.url
    expect(page.locator("#growth-map")).to_have_attribute("data-ready", "1")
    # Tiles are there: a step is one redraw, from the key to the last pixel.
    took_ms = page.evaluate(
        """() => new Promise((done) => {
          const map = document.getElementById('growth-map');
          const range = document.querySelector('.slider input');
          const start = performance.now();
          new MutationObserver((_, own) => {
            if (map.dataset.ready !== '1') return;
            own.disconnect();
            done(performance.now() - start);
          }).observe(map, { attributes: true });
          range.value = '2';
          range.dispatchEvent(new Event('input'));
        })"""
    )
    assert took_ms <= 250 * 4, "a machine that runs other tests beside this one"
    shown = page.locator("#growth-rows tbody tr").evaluate_all(
        "rows => rows.map((row) => [row.cells[1].innerText, row.cells[4].innerText.replace(/,/g, '')])"
    )
    expected = surveyed("S217902")
    assert [(int(y), Decimal(a)) for y, a in shown] == [
        (int(row["year"]), round(Decimal(row["builtup_ha"]), 2)) for row in expected
    ]
    with page.expect_download() as waiting:
        page.locator('a[href*="growth-areas"]').click()
    download = waiting.value
    assert download.suggested_filename == "growth-areas_20261101_CGCS2000.zip"
    pack = zipfile.ZipFile(download.path())
    name = "growth-areas_20261101_CGCS2000.geojson"
    assert pack.namelist() == [name, f"{name}.meta.json"]
    collection, said = (json.loads(pack.read(one)) for one in pack.namelist())
    assert (said["datum"], said["crs"], said["as_of"]) == ("CGCS2000", "EPSG:4490", "2026-11-01")
    assert said["filter"] == {"park": "S217902"}
    assert said["published_at"] and said["rules"] in page.locator(".footer").inner_text()
    assert said["rows"] == len(shown)
    told = [round(Decimal(said["area"][f"builtup_ha_{year}"]), 2) for year, _ in shown]
    assert told == [Decimal(area) for _, area in shown]
    areas = [Decimal(str(f["properties"]["builtup_ha"])) for f in collection["features"]]
    assert [round(area, 2) for area in areas] == [
        Decimal(area) for _, area in shown
    ]  # count and area of the page
    assert {f["geometry"]["type"] for f in collection["features"]} == {"MultiPolygon"}
    with page.expect_download() as waiting:
        page.locator('a[href*="/export/growth.xlsx"]').click()
    sheet = load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes())).active
    assert sheet is not None
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] == "S217902"]
    assert [round(Decimal(str(row[2])), 4) for row in rows] == [round(area, 4) for area in areas]


@pytest.mark.parametrize("unit", ["ha", "mu"])
@pytest.mark.parametrize("query", ["", "park=S217901"])
def test_the_ledger_fits_the_smallest_screen(page: Page, live_server: str, query: str, unit: str) -> None:
    for lang in ("zh", "en"):
        page.goto(address(live_server, f"/growth?unit={unit}&{query}", lang))
        for place in (
            ".ledger .tblwrap",
            ".tblwrap:has(> #growth-rows)",
        ):  # the ledger, and the rows of every park
            widths = page.locator(place).evaluate("one => [one.scrollWidth, one.clientWidth]")
            assert widths[0] <= widths[1], (lang, place, widths)


def test_play_is_not_offered_where_motion_is_unwanted(page: Page, live_server: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(address(live_server, "/growth?park=S217902"))
    expect(page.locator(".slider input")).to_be_visible()
    expect(page.locator(".slider .play")).to_be_hidden()


def test_intensity_counts_agree_with_its_export_and_rows_open_their_arithmetic(
    page: Page, live_server: str
) -> None:
    for facets in ("", "&term=TOTAL_INVESTMENT", "&found=SHORT", "&term=FAR&found=UNDETERMINED"):
        page.goto(address(live_server, f"/intensity?park=S217901{facets}"))
        shown = page.locator("#rows .hd .sub").inner_text()
        count = int(re.sub(r"\D", "", shown))
        with page.expect_download() as waiting:
            page.locator('a[href*="intensity.csv"]').click()
        text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
        terms = list(csv.DictReader(io.StringIO(text)))
        assert len(terms) == count > 0, facets
        drawn = [cell.split()[0] for cell in page.locator("#rows tbody td:first-child").all_inner_texts()]
        assert set(drawn) <= {row["contract_no"] for row in terms}
        wanted = dict(part.split("=") for part in facets.split("&") if part)
        assert {row["term"] for row in terms} == {wanted.get("term", "INTENSITY")}
        assert "found" not in wanted or {row["verdict"] for row in terms} == {wanted["found"]}
    page.goto(address(live_server, "/intensity?park=S217901"))
    row = page.locator("#rows tbody tr").first
    row.locator(".why summary").focus()
    page.keyboard.press("Enter")
    expect(row.locator(".why li").first).to_be_visible()


def test_the_threshold_stands_where_the_column_of_100_percent_begins(page: Page, live_server: str) -> None:
    page.goto(address(live_server, "/intensity"))
    plot = page.locator("#chart-reached[data-ready='1']")
    expect(plot).to_be_attached()
    middles = {
        text: left + width / 2
        for text, left, width in plot.locator("text").evaluate_all(
            "all => all.map((one) => [one.textContent, one.getBoundingClientRect().left, one.getBoundingClientRect().width])"
        )
    }
    # Names stand under the middle of their columns; all columns are equally wide.
    width = (middles["100–110"] - middles["0–10"]) / 10
    lines = plot.locator("path[stroke-dasharray]").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect()).filter((box) => box.width < 2 && box.height > 100).map((box) => box.left + box.width / 2)"
    )
    assert len(lines) == 1
    assert abs(lines[0] - (middles["100–110"] - width / 2)) < 1.5


def test_a_committee_sees_its_own_park_only(page: Page, live_server: str) -> None:
    from tests.people import signed_in

    page.context.clear_cookies()
    signed_in(page.context, live_server, "committee", "S217901")
    page.goto(address(live_server, "/scoreboard"))
    expect(page.locator("tbody th[scope=row]")).to_have_count(1)
    expect(page.locator("tbody th[scope=row]")).to_contain_text("锦州松岭新材料产业园")
