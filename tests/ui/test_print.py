"""Pages for paper: the number of pages, the scale measured on paper, and what the text of the PDF says."""

import io
import re
import unicodedata
from collections.abc import Callable

import pyproj
import pytest
import shapely
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from sqlalchemy import text

from data.session import transaction
from gis.every_rule import STEPS_OF
from tests.ui.conftest import DAY

MM_PT = 72 / 25.4
PAPERS = {"A4": (297, 210), "A3": (420, 297)}


def pdf(page: Page) -> PdfReader:
    """Return what the browser prints."""
    return PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))


def told(text_of: str) -> str:
    """Return a text without spaces; some fonts give radicals in place of characters."""
    plain = unicodedata.normalize("NFKC", text_of).replace("\u2eda", "页")
    return re.sub(r"\s+", "", plain)


def words_of(reader: PdfReader) -> str:
    return told("".join(one.extract_text() for one in reader.pages))


def a_park() -> str:
    """Return the park with the fewest parcels, so that its lists are short."""
    with transaction() as connection:
        return str(
            connection.scalar(
                text(
                    "SELECT park_code FROM parcel WHERE upper_inf(known) AND park_code IS NOT NULL "
                    "GROUP BY park_code HAVING count(*) > 5 ORDER BY count(*), park_code LIMIT 1"
                )
            )
        )


def worst_parcels() -> list[int]:
    """Return the parcels with the longest names and places, the most papers and events, and some of each verdict."""
    with transaction() as connection:
        return [int(one) for one in connection.scalars(text("""
            WITH here AS (
                SELECT v.entity_id, v.parcel_code, v.verdict, p.holder, p.location,
                    row_number() OVER (PARTITION BY v.verdict ORDER BY length(v.trace::text) DESC, v.parcel_code) AS place,
                    (SELECT count(*) FROM construction_event AS e
                        WHERE e.parcel_code = v.parcel_code AND upper_inf(e.known)) AS events
                FROM idle_verdict AS v JOIN parcel AS p ON p.version_id = v.version_id
                WHERE v.run_id = (SELECT max(run_id) FROM analysis_run
                    WHERE as_of = '2026-11-01' AND publication_id IS NOT NULL AND park_code IS NULL)
            )
            SELECT entity_id FROM here WHERE place <= 3
            UNION (SELECT entity_id FROM here ORDER BY length(holder) DESC NULLS LAST LIMIT 4)
            UNION (SELECT entity_id FROM here ORDER BY length(location) DESC NULLS LAST LIMIT 4)
            UNION (SELECT entity_id FROM here ORDER BY events DESC LIMIT 5)
            UNION (SELECT h.entity_id FROM here AS h JOIN disagreement AS d USING (parcel_code)
                GROUP BY 1 ORDER BY count(*) DESC LIMIT 4)"""))]  # fmt: skip


def some_ids(most: int) -> str:
    """Return the worst parcels as a filter of an address."""
    return "&".join(f"ids={one}" for one in worst_parcels()[:most])


@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize("turn", ["landscape", "portrait"])
def test_one_sheet_has_its_pages_its_size_and_says_what_it_is(
    page: Page, live_server: str, paper: str, turn: str
) -> None:
    page.goto(
        f"{live_server}/print/sheet?as_of={DAY}&park={a_park()}&paper={paper}&turn={turn}&scale=10000&list=1&title=北区图&note=内部&lang=zh"
    )
    shown = page.locator("section.pg").count()
    reader = pdf(page)
    assert len(reader.pages) == shown >= 2
    size = PAPERS[paper] if turn == "landscape" else PAPERS[paper][::-1]
    for one in reader.pages:
        assert (float(one.mediabox.width), float(one.mediabox.height)) == pytest.approx(
            [value * MM_PT for value in size], abs=1.5
        )
    said = words_of(reader)
    for needed in (
        "1:10,000", DAY, "CGCS2000", "EPSG:45", "坐标北", "北区图", "内部", "规则", "盖章", "无审图号", "合计",
        f"第1页，共{shown}页", f"第{shown}页，共{shown}页",
    ):  # fmt: skip
        assert told(needed) in said, needed


def test_a_length_on_paper_is_the_length_in_the_zone_at_the_scale(page: Page, live_server: str) -> None:
    """Independent of the database: pyproj brings the stored corners into the zone, the ruler is the browser's."""
    with transaction() as connection:
        row = connection.execute(
            text("SELECT entity_id, st_astext(geom) AS wkt FROM parcel WHERE upper_inf(known) ORDER BY 1 LIMIT 1")
        ).one()  # fmt: skip
    page.goto(f"{live_server}/print/sheet?as_of={DAY}&p={row.entity_id}&scale=2000&lang=zh")
    drawing = page.locator(".sheetmap")
    epsg = int(drawing.get_attribute("data-epsg") or 0)
    change = pyproj.Transformer.from_crs(4490, epsg, always_xy=True)
    shape = shapely.transform(
        shapely.from_wkt(row.wkt), lambda xy: list(zip(*change.transform(xy[:, 0], xy[:, 1]), strict=True))
    )
    west, south, east, north = shape.bounds
    page.emulate_media(media="print")
    box = page.locator(f"#parcel-{row.entity_id}").evaluate(
        "path => { const b = path.getBBox(), m = path.getScreenCTM(); return [b.width * m.a, b.height * m.d] }"
    )
    # 96 px are an inch of 25.4 mm; at 1:2000 a millimetre is 2 m.
    paper_mm = [value / 96 * 25.4 for value in box]
    assert paper_mm == pytest.approx([(east - west) / 2, (north - south) / 2], abs=0.05)
    bar = page.locator(".scalebar").bounding_box()
    assert bar is not None
    assert bar["width"] / 96 * 25.4 == pytest.approx(50, abs=0.1)  # 100 m at 1:2000


def test_every_dossier_is_one_page_with_one_verdict_a_rule(page: Page, live_server: str) -> None:
    ids = worst_parcels()
    assert 20 < len(ids) <= 50
    for lang in ("zh", "en"):
        page.goto(f"{live_server}/print/dossiers?as_of={DAY}&{some_ids(50)}&lang={lang}")
        expect(page.locator("html")).to_have_attribute("data-fitted", "1")
        sheets = page.locator("article.sheet")
        assert sheets.count() == len(ids)
        reader = pdf(page)
        sign = "第{}页" if lang == "zh" else "Page{}of"
        said = [told(one.extract_text()) for one in reader.pages]
        told_of = [[n for n in range(1, len(ids) + 1) if sign.format(n) in text] for text in said]
        assert told_of == [[n] for n in range(1, len(ids) + 1)]
        for i in range(len(ids)):
            rules = sheets.nth(i).locator("tr.law")
            assert [rules.nth(n).get_attribute("data-rule") for n in range(rules.count())] == [*STEPS_OF]


@pytest.mark.parametrize("path", ["/print/sheet?list=1&paper=A3&park={park}&", "/print/dossiers?{ids}&"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_found_by_the_accessibility_rules(
    page: Page,
    live_server: str,
    axe: Callable[[], list[str]],
    keep: Callable[[str], None],
    path: str,
    lang: str,
) -> None:
    page.goto(f"{live_server}{path.format(park=a_park(), ids=some_ids(2))}as_of={DAY}&lang={lang}")
    expect(page.locator("#print")).to_be_enabled()
    keep(f"print-{path.split('?')[0].rsplit('/', 1)[1]}-{lang}")
    assert axe() == []


@pytest.mark.parametrize("path", ["/parcels", "/idle"])
def test_lists_print_without_navigation_and_with_totals(page: Page, live_server: str, path: str) -> None:
    page.goto(f"{live_server}{path}?as_of={DAY}&size=100&lang=zh")
    reader = pdf(page)
    said = [told(one.extract_text()) for one in reader.pages]
    assert "导入" not in "".join(said)
    assert "合计" in said[-1] or "全部页" in said[-1]
    assert all("权利人" in one or "使用权人" in one for one in said if re.search(r"GB\d{5}", one))
