"""Empty and refused: what each page says where there is nothing to show, in both languages, and where it leads."""

import re
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from data.identity import Actor, acting
from data.session import transaction
from tests.people import session_of

PAGE = {"accept": "text/html"}
DAY = "as_of=2026-11-01"
BEFORE = f"{DAY}&known_on=2020-01-01T00:00:00%2B08:00"  # nothing was known then, so that nothing is idle


def read(client: httpx.Client, path: str, lang: str) -> str:
    """Return the text of a page without its marks."""
    answer = client.get(f"{path}{'&' if '?' in path else '?'}lang={lang}", headers=PAGE)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


@pytest.mark.parametrize(
    ("lang", "said", "whom"),
    [
        ("zh", "您的角色不能查看日志。", "管理员：王管理 8101。"),
        ("en", "Your role may not see the log.", "Administrator: 王管理 8101."),
    ],
)
def test_a_refusal_names_the_administrator_and_leads_back(
    as_role: Any, lang: str, said: str, whom: str
) -> None:
    session_of("admin", name="wang")
    with acting(Actor("tests", "admin")), transaction() as connection:
        connection.execute(
            text("UPDATE account SET disabled_at = now() WHERE role = 'admin' AND name <> 'wang'")
        )
        connection.execute(
            text(
                "UPDATE account SET full_name = '王管理', contact = '8101', disabled_at = NULL WHERE name = 'wang'"
            )
        )
    try:
        client = as_role("planner")
        assert client.get("/audit", headers=PAGE).status_code == 403
        page = read(client, "/audit", lang)
        assert said in page and whom in page
        assert 'class="btn primary" href="/"' in client.get("/audit", headers=PAGE).text
        assert "王管理" not in client.get("/api/v1/import").text  # programs are told no names
    finally:
        with acting(Actor("tests", "admin")), transaction() as connection:
            connection.execute(text("UPDATE account SET disabled_at = NULL WHERE role = 'admin'"))
            connection.execute(text("UPDATE account SET disabled_at = now() WHERE name = 'wang'"))


def test_an_administrator_is_led_to_a_page_of_theirs(as_role: Any) -> None:
    page = as_role("admin").get("/parcels", headers=PAGE)
    assert page.status_code == 403
    assert 'class="btn primary" href="/account"' in page.text  # the first page is not for this role


@pytest.mark.parametrize(
    ("lang", "said", "clear", "drop"),
    [
        ("zh", "没有符合条件的宗地。", "清除筛选", "去掉“权利人”"),
        ("en", "No parcel fits these conditions.", "Clear filters", "Remove “Holder”"),
    ],
)
def test_a_filter_that_finds_nothing_offers_two_ways_out(
    client: httpx.Client, lang: str, said: str, clear: str, drop: str
) -> None:
    for path in ("/parcels", "/idle"):
        page = read(client, f"{path}?park=S217901&holder=nothing-like-this", lang)
        assert said in page and clear in page and drop in page, path
        assert (
            "无疑似闲置宗地" not in page and "suspected of being idle" not in page
        )  # of the park nothing is said


@pytest.mark.parametrize(
    ("lang", "park", "said"),
    [
        ("zh", "", "截至 2026-11-01，无疑似闲置宗地。"),
        ("zh", "S217901", "截至 2026-11-01，本园区无疑似闲置宗地。"),
        ("en", "", "As of 2026-11-01 no parcel is suspected of being idle."),
        ("en", "S217901", "As of 2026-11-01 no parcel of this park is suspected of being idle."),
    ],
)
def test_no_idle_land_is_said_with_its_day(client: httpx.Client, lang: str, park: str, said: str) -> None:
    assert said in read(client, f"/idle?{BEFORE}&park={park}", lang)


@pytest.mark.parametrize(
    ("lang", "said", "ways"),
    [
        ("zh", "还没有宗地数据。", ("导入数据", "载入示例数据")),
        ("en", "There are no parcels yet.", ("Import data", "Load the sample data")),
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/map",
        "/parcels",
        "/idle",
        "/idle/undetermined",
        "/due",
        "/growth",
        "/stock",
        "/scoreboard",
        "/intensity",
        "/compare",
        "/export",
    ],
)
def test_without_data_every_page_says_so_and_offers_both_ways_to_some(
    empty_client: httpx.Client, path: str, lang: str, said: str, ways: tuple[str, str]
) -> None:
    page = read(empty_client, path, lang)
    assert said in page
    assert all(way in page for way in ways), page
