"""The page of settings in a real browser: base maps added, tried, changed and removed; parks and rules to read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.api.test_basemaps import png
from tests.people import signed_in

SIZES = {"small": (1366, 768), "large": (1920, 1080)}


@pytest.fixture
def tiles_folder(tmp_path: Path) -> Path:
    """A folder with the tile that a base map is tried with, and no other."""
    folder = tmp_path / "tiles"
    (folder / "4" / "13").mkdir(parents=True)
    (folder / "4" / "13" / "6.png").write_bytes(png(200))
    return folder


def test_a_base_map_from_typing_to_removal(
    page: Page, live_server: str, faults: list[str], tiles_folder: Path, keep: Callable[[str], None]
) -> None:
    page.context.clear_cookies()
    signed_in(page.context, live_server, "admin")
    page.goto(f"{live_server}/settings")
    expect(page.get_by_text("尚未配置底图")).to_be_visible()
    page.get_by_label("名称").fill("市局影像")
    page.get_by_label("类型").select_option("folder")
    page.get_by_label("地址或路径").fill("/no/such/folder")
    page.get_by_label("来源").fill("某市自然资源局 2025")
    page.get_by_label("审图号").fill("GS（2025）1234号")
    page.get_by_role("button", name="添加").click()
    # Refused in words, and nothing typed is lost.
    expect(page.locator("#source-err")).to_contain_text("完整路径")
    expect(page.get_by_label("名称")).to_have_value("市局影像")
    keep("settings-refused")
    faults[:] = [one for one in faults if "422" not in one]  # the browser says so too
    page.get_by_label("地址或路径").fill(str(tiles_folder))
    page.get_by_role("button", name="添加").click()
    row = page.locator("tbody tr", has_text="市局影像")
    expect(row).to_contain_text("GS（2025）1234号")
    row.get_by_role("button", name="测试").click()
    expect(page.get_by_text("测试成功")).to_be_visible()
    page.locator("tbody tr", has_text="市局影像").get_by_role("link", name="修改").click()
    page.get_by_label("名称").fill("影像底图")
    page.get_by_role("button", name="保存").click()
    row = page.locator("tbody tr", has_text="影像底图")
    expect(row).to_be_visible()
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for lang in ("zh", "en"):
            page.goto(f"{live_server}/settings?lang={lang}")
            keep(f"settings-admin-{size}-{lang}")
    page.goto(f"{live_server}/settings?lang=zh")
    page.locator("tbody tr", has_text="影像底图").get_by_role("button", name="移除").click()
    expect(page.get_by_text("尚未配置底图")).to_be_visible()


@pytest.mark.parametrize("role", ["admin", "approver"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_settings_are_accessible(
    page: Page,
    live_server: str,
    axe: Callable[[], list[str]],
    keep: Callable[[str], None],
    role: str,
    lang: str,
) -> None:
    page.context.clear_cookies()
    signed_in(page.context, live_server, role)
    page.goto(f"{live_server}/settings?lang={lang}")
    keep(f"settings-{role}-{lang}")
    assert axe() == []
    if role == "approver":
        # The sample has four parks; rules stand under their titles.
        assert page.locator("section", has=page.locator("h2")).first.locator("tbody tr").count() == 4
