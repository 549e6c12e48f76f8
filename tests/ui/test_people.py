"""Each role in a real browser: what it sees, what it is turned away from, and the pages of accounts and the log."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from data import accounts
from data.identity import SYSTEM, Actor, acting
from data.session import transaction
from tests.people import signed_in

# The header's groups, then the person's own menu; a role is offered what it may open.
NAV = {
    "clerk": ["地图", "台账", "闲置清单", "统计", "导入", "导出", "公示", "帮助", "我的账户"],
    "approver": ["地图", "台账", "闲置清单", "统计", "导入", "导出", "公示", "系统设置", "帮助", "我的账户"],
    "committee": ["地图", "台账", "闲置清单", "统计", "导入", "导出", "帮助", "我的账户"],
    "planner": ["地图", "台账", "闲置清单", "统计", "导出", "帮助", "我的账户"],
    "auditor": ["地图", "台账", "闲置清单", "统计", "导入", "导出", "公示", "日志", "帮助", "我的账户"],
    "admin": ["系统设置", "账号", "我的账户"],
}
DAY = "2026-11-01"


@pytest.fixture
def enter(page: Page, live_server: str) -> Callable[[str], None]:
    """Return a way to be signed in with a role."""

    def entered(role: str) -> None:
        with transaction() as connection:
            park = str(connection.scalar(text("SELECT min(park_code) FROM park")))
        page.context.clear_cookies()
        signed_in(page.context, live_server, role, *([park] if role == "committee" else []))

    return entered


@pytest.mark.parametrize("role", NAV)
def test_a_role_is_offered_what_it_may_open(
    page: Page, live_server: str, enter: Callable[[str], None], keep: Callable[[str], None], role: str
) -> None:
    enter(role)
    page.goto(f"{live_server}/")
    page.locator(".who details.menu summary").click()
    links = page.locator(".nav a, .who .menu a")
    assert links.all_inner_texts() == NAV[role]
    keep(f"role-{role}")
    for address in [link.get_attribute("href") or "" for link in links.all()]:
        answer = page.goto(f"{live_server}{address}")
        assert answer is not None and answer.ok, address


def test_a_committee_sees_its_park_and_no_other(
    page: Page, live_server: str, enter: Callable[[str], None], faults: list[str]
) -> None:
    enter("committee")
    page.goto(f"{live_server}/parcels?as_of={DAY}")
    expect(page.locator("body")).to_contain_text("658")
    answer = page.goto(f"{live_server}/deliveries")
    assert answer is not None and answer.status == 403
    expect(page.get_by_role("alert")).to_contain_text("没有权限")
    faults.clear()  # the browser notes the refusal


def test_the_first_sign_in_of_a_new_colleague(
    page: Page, live_server: str, sample_database: str, axe: Callable[[], list[str]], keep: Callable[[str], None],
    faults: list[str],
) -> None:  # fmt: skip
    with acting(Actor("tests", "admin")), transaction() as connection:
        code = accounts.add(connection, "lina", "planner", (), "李娜")
    page.context.clear_cookies()
    page.goto(f"{live_server}/growth?as_of={DAY}")
    for lang in ("en", "zh"):
        page.goto(f"{live_server}/login?lang={lang}&next=%2Fgrowth")
        assert axe() == [], lang
    keep("login")
    page.get_by_label("用户名").fill("lina")
    page.get_by_label("密码").fill("not this")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
    assert axe() == []
    faults.clear()  # the browser notes the refusal
    page.get_by_label("密码").fill(code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="设置密码")).to_be_visible()
    assert axe() == []
    keep("password")
    for label in ("新密码", "再输一次"):
        page.get_by_label(label).fill("春江潮水连海平 海上明月")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".who")).to_contain_text("李娜")
    page.locator(".who details.menu summary").click()
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_pages_of_accounts_and_log(
    page: Page, live_server: str, enter: Callable[[str], None], axe: Callable[[], list[str]],
    keep: Callable[[str], None], lang: str,
) -> None:  # fmt: skip
    from data import audit

    for role, path in (
        ("admin", "/settings/accounts"),
        ("clerk", "/account"),
        ("approver", "/approvals"),
        ("auditor", "/audit"),
    ):
        enter(role)
        page.goto(f"{live_server}{path}?lang={lang}")
        assert axe() == [], path
        keep(f"{path.strip('/').replace('/', '-')}-{lang}")
    with acting(Actor("worker", SYSTEM)):
        audit.seal_now()
    page.locator("form[action='/audit'][method=post] button").click()
    expect(page.get_by_role("status")).to_be_visible()


def test_an_administrator_makes_an_account(
    page: Page, live_server: str, enter: Callable[[str], None], faults: list[str]
) -> None:
    enter("admin")
    page.goto(f"{live_server}/settings/accounts?lang=zh")
    page.get_by_label("用户名").fill("zhouyi")
    page.get_by_label("角色").select_option("committee")
    page.get_by_role("button", name="建立").click()
    expect(page.get_by_role("alert")).to_contain_text("园区")
    faults.clear()  # the browser notes the refusal
    assert page.get_by_label("用户名").input_value() == "zhouyi"  # nothing typed is lost
    page.get_by_label("园区代码").fill("S217901")
    page.get_by_role("button", name="建立").click()
    expect(page.locator(".secret")).to_have_text(re.compile(r"^[A-Z2-9]{4}(-[A-Z2-9]{4}){3}$"))
