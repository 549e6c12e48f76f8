"""The import wizard in a real browser: a clean delivery, one with a wrong encoding mark and no system, one with 500 issues.

Jobs are carried out by the worker's own code in a thread of the tests; nothing
is published before the last step, which the tests look up in the database.
"""

import contextvars
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from data import job_runs, jobs
from data.session import transaction
from etl import job_steps
from etl.options import silent
from etl.sample import FOLDER
from gis.errors import LandStockError
from tests.people import signed_in

SAMPLE = Path(__file__).parent.parent.parent / "data" / "samples" / FOLDER
STEP_MS = 45_000


def _carry_out_one() -> bool:
    """Carry out the job that waits, as the worker does; say whether there was one."""
    with transaction() as connection:
        waiting = connection.scalar(text("SELECT min(job_id) FROM import_job WHERE state = 'QUEUED'"))
        job = job_runs.begin(connection, waiting, "tests") if waiting is not None else None
        if job is not None:
            jobs.unqueue(connection, job.job_id)
    if job is None:
        return False
    try:
        result, delivery = job_steps.carry_out(job, silent)
        outcome = {"state": "DONE", "result": result, "delivery_id": delivery}
    except LandStockError as error:
        told = {"code": error.code, "zh": error.text("zh"), "en": error.text("en")}
        outcome = {"state": "FAILED", "error": told}
    with transaction() as connection:
        job_runs.finish(connection, job.job_id, **outcome)  # type: ignore[arg-type]
    return True


@pytest.fixture
def wizard(page: Page, live_server: str, sample_copy: str) -> Iterator[Page]:
    """Hand out a page on a copy of the sample's database, with a worker beside it."""
    ending = threading.Event()

    def work() -> None:
        while not ending.is_set():
            if not _carry_out_one():
                time.sleep(0.1)

    worker = threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True)
    worker.start()
    page.set_default_timeout(STEP_MS)
    signed_in(page.context, live_server)  # the copy has sessions of its own
    yield page
    page.goto("about:blank")  # its stream of events ends
    ending.set()
    worker.join(60)
    assert not worker.is_alive()


def published() -> int:
    """Count the publications."""
    with transaction() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM publication")) or 0)


def begin(page: Page, server: str, files: list[Path], supplier: str = "义县自然资源事务中心") -> None:
    """Fill in the first form and wait for the second step."""
    page.goto(f"{server}/import?lang=zh")
    page.locator("#files").set_input_files(files)
    page.get_by_label("报送单位").fill(supplier)
    page.get_by_role("button", name="开始识别").click()
    reached(page, "识别")


def reached(page: Page, step: str) -> None:
    """Wait until a step is open and no job runs any more."""
    expect(page.locator(".wiz .now")).to_contain_text(step, timeout=STEP_MS)
    expect(page.locator("[data-job]")).to_have_count(0, timeout=STEP_MS)


def onward(page: Page, step: str) -> None:
    """Press the one primary button of a step and wait for the next one."""
    page.locator(".pagehead .primary").click()
    reached(page, step)


def accessible(page: Page, axe: Callable[[], list[str]]) -> None:
    """Fail on what the accessibility rules find, in both languages, and on a page that scrolls sideways."""
    here = page.url.split("?")[0]
    for lang in ("en", "zh"):
        page.goto(f"{here}?lang={lang}")
        assert page.locator("html").get_attribute("lang") == ("zh-CN" if lang == "zh" else "en")
        assert axe() == [], f"{here} {lang}"
        width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width[0] <= width[1], f"{here} {lang} scrolls sideways"


def test_clean_delivery_goes_through_all_steps_and_back(
    wizard: Page, live_server: str, axe: Callable[[], list[str]], keep: Callable[[str], None]
) -> None:
    before = published()
    begin(wizard, live_server, [SAMPLE / "宗地" / "宗地_东部_41带.zip"])
    expect(wizard.locator(".crsline")).to_contain_text("41 带（4529）")
    keep("import-2-recognise")
    accessible(wizard, axe)
    onward(wizard, "字段对照")
    expect(wizard.locator("select[id='t0.c0']")).to_have_value("parcel_code")
    keep("import-3-mapping")
    accessible(wizard, axe)
    onward(wizard, "校验")
    # 945 rows lie in this file. Of the faults that the sample was given, two reject their row: a bow tie and a key
    # that is there twice; the open ring is closed by a safe repair, which is listed.
    expect(wizard.locator(".sev .n").first).to_have_text("2")
    expect(wizard.locator(".rep")).to_contain_text("用直线闭合")
    expect(wizard.locator(".sevs")).to_contain_text("共 945 行已校验")
    keep("import-4-check")
    accessible(wizard, axe)
    onward(wizard, "差异")
    keep("import-5-differences")
    accessible(wizard, axe)
    onward(wizard, "写入")
    accessible(wizard, axe)
    assert published() == before  # nothing was written up to here
    wizard.get_by_role("button", name="写入并发布").click()
    expect(wizard.locator(".notice.good")).to_contain_text("已发布", timeout=STEP_MS)
    assert published() == before + 1
    keep("import-6-written")
    accessible(wizard, axe)
    wizard.get_by_label("撤回理由").fill("重复送交")
    wizard.get_by_label("我确认撤回").check()
    wizard.get_by_role("button", name="撤回").click()
    expect(wizard.locator(".pagehead .tag")).to_have_text("已撤回")
    assert published() == before + 2  # a withdrawal is a publication of its own


def test_wrong_encoding_mark_and_no_system_are_decided_by_a_person(
    wizard: Page, live_server: str, axe: Callable[[], list[str]], keep: Callable[[str], None], faults: list[str],
    tmp_path: Path,
) -> None:  # fmt: skip
    """GBK names under a mark that says UTF-8, and no .prj: neither is guessed silently."""
    parts = []
    for ending in (".shp", ".shx", ".dbf"):
        parts.append(tmp_path / f"宗地{ending}")
        parts[-1].write_bytes((SAMPLE / "宗地" / f"宗地_西部_40带{ending}").read_bytes())
    parts.append(tmp_path / "宗地.cpg")
    parts[-1].write_text("UTF-8")
    begin(wizard, live_server, parts)
    names = wizard.locator(".cand", has_text="GB18030").first
    expect(names).to_contain_text("北方隆丰钛业有限公司")  # reads right only in this one
    keep("import-2-no-system")
    accessible(wizard, axe)
    wizard.locator(".pagehead .primary").click()
    expect(wizard.locator("#errors")).to_contain_text("请核实并选定坐标系")
    assert axe() == []
    faults[:] = [fault for fault in faults if "422" not in fault]  # the form that was refused
    names.locator("input").check()
    # Of the systems that fit, the one whose numbers carry the zone is right: 40 500 000 m is the false easting of zone 40.
    wizard.locator(".cand", has_text="40 带（4528）").locator("input").check()
    wizard.locator(".pagehead .primary").click()
    expect(wizard.locator(".wiz .now")).to_contain_text("字段对照", timeout=STEP_MS)
    onward(wizard, "校验")
    with transaction() as connection:
        row = connection.execute(
            text(
                "SELECT encoding, crs, crs_source, rows_accepted FROM delivery_file ORDER BY file_id DESC LIMIT 1"
            )
        ).one()
    assert (row.encoding, row.crs, row.crs_source) == ("gb18030", "EPSG:4528", "DECLARED")
    assert row.rows_accepted == 1_197  # all rows of the sample's western file


def squares(count: int) -> dict[str, object]:
    """Return parcels in a row, each 20 m wide and over its neighbour by 2 m, with a credit code that is none."""
    lon, lat, metre = 121.0253, 41.1482, 1 / 83_850  # degrees of longitude a metre at this latitude
    features = []
    for number in range(count):
        west, south = lon + (number % 50) * 18 * metre, lat + (number // 50) * 40 * metre
        east, north = west + 20 * metre, south + 20 * metre
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [ring]},
                "properties": {"parcel_code": f"210711009001GB{number + 1:05d}", "holder": "测试企业",
                               "holder_credit_code": "91210000000000000X", "ownership": "STATE"},
            }
        )  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def test_five_hundred_issues_are_paged_and_drawn(
    wizard: Page, live_server: str, axe: Callable[[], list[str]], keep: Callable[[str], None], tmp_path: Path
) -> None:
    path = tmp_path / "parcel.geojson"
    path.write_text(json.dumps(squares(250)), encoding="utf-8")
    begin(wizard, live_server, [path])
    if wizard.locator(".confirm").count():
        wizard.locator(".cand input[name$='.crs']").first.check()
    onward(wizard, "字段对照")
    onward(wizard, "校验")
    # 250 wrong credit codes; five rows of 50 squares, each over the next: 5 x 49 = 245 overlaps; no contract at all: 250.
    wizard.locator(".codebar a", has_text="重叠").first.click()
    overlaps = wizard.locator(".codebar .on b")
    assert int(overlaps.inner_text().replace(",", "")) >= 245
    expect(wizard.locator("tr[data-finding]")).to_have_count(50)  # a page of them
    second = wizard.locator("tr[data-finding]").nth(1)
    key = second.locator("a").inner_text()
    second.locator("td").nth(3).click()  # anywhere in the row
    expect(second).to_have_class("sel")
    expect(wizard.locator("#finding h2")).to_have_text(key.replace(" ", ""))
    expect(wizard.locator("#finding path.over")).to_have_count(1)
    assert "issue=" in wizard.url
    keep("import-4-overlap")
    accessible(wizard, axe)
    wizard.goto(f"{wizard.url.split('?')[0]}?code=OVERLAP")
    wizard.get_by_role("link", name="下一页").click()
    expect(wizard.locator(".pager")).to_contain_text("显示 51–100")
    expect(wizard.locator("tr[data-finding]").first).to_be_visible()


def test_without_scripts_files_are_taken_in(
    browser: object, live_server: str, sample_copy: str, tmp_path: Path
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")  # type: ignore[attr-defined]
    signed_in(context, live_server)
    page = context.new_page()
    path = tmp_path / "enterprise.csv"
    path.write_text("credit_code,enterprise_name\n912107260359800457,示例企业\n", encoding="utf-8")
    page.goto(f"{live_server}/import")
    page.get_by_role("button", name="开始识别").click()
    expect(page.locator("#errors")).to_contain_text("请选择至少一个文件")
    expect(page.locator("#errors")).to_contain_text("请填写报送单位")
    page.locator("#files").set_input_files(path)
    page.get_by_label("报送单位").fill("市场监管局")
    page.get_by_role("button", name="开始识别").click()
    expect(page.locator(".wiz .now")).to_contain_text("识别")
    assert _carry_out_one()
    page.reload()
    expect(page.locator("h2", has_text="enterprise.csv")).to_be_visible()
    page.goto(f"{live_server}/import")
    expect(page.locator(".jobs li")).to_contain_text("市场监管局")
    context.close()


def test_start_page_is_accessible(wizard: Page, live_server: str, axe: Callable[[], list[str]]) -> None:
    wizard.goto(f"{live_server}/import")
    accessible(wizard, axe)


def test_light_scripts(wizard: Page, live_server: str) -> None:
    """Lists load at most 100 kB of script, compressed."""
    sizes: list[int] = []
    wizard.on(
        "response",
        lambda answer: (
            sizes.append(int(answer.headers.get("content-length", 0))) if answer.url.endswith(".js") else None
        ),
    )
    wizard.goto(f"{live_server}/deliveries/1/issues")
    wizard.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < 100_000
