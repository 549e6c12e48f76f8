"""What each group does first, from the first page on, in both languages: by mouse, and by the keyboard alone.

No request may leave the own origin, and nothing may fail quietly: the fixture of the page sees to that.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from data.identity import SYSTEM, Actor, acting
from data.session import transaction
from etl import exporting
from tests.people import signed_in
from tests.ui.conftest import DAY, READY_MS, ready
from tests.ui.test_print import pdf, words_of

PARK = "S217901"
LANGUAGES = ["zh", "en"]


@pytest.fixture
def own(page: Page, live_server: str, sample_copy: str) -> Page:
    """A page on a sample of its own, since these walks leave something behind."""
    return page


@pytest.fixture
def enter(page: Page, live_server: str) -> Callable[..., None]:
    """Return a way to be signed in with a role."""

    def entered(role: str, *parks: str) -> None:
        page.context.clear_cookies()
        signed_in(page.context, live_server, role, *parks)

    return entered


def tab_to(page: Page, wanted: str, most: int = 150) -> None:
    """Press Tab until the element that matches has the focus: it can be reached, and the focus is never trapped."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"{wanted} is not reached within {most} tab stops")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_clerk_takes_what_is_due_and_reads_why(
    page: Page, live_server: str, enter: Callable[..., None], lang: str
) -> None:
    """From the first page to the trace of a parcel that falls due and its printed map: four clicks; all that is due: one."""
    enter("clerk")
    page.goto(f"{live_server}/?as_of={DAY}&lang={lang}")
    due = page.locator("table", has=page.locator("a[href^='/parcels/']")).first
    code = due.locator("a.code").first.get_attribute("href")
    due.locator("a.code").first.click()
    assert code and page.url.startswith(f"{live_server}{code.split('?')[0]}")
    rules = page.locator("table.rules tbody tr")
    expect(rules.first).to_be_visible()
    assert rules.count() >= 3 and page.locator("table.rules .tag").count() >= 2
    assert len(pdf(page).pages) == 1  # the dossier itself is one sheet
    page.locator(".acts a[href^='/map']").click()
    ready(page)
    page.locator("[data-tool=print]").click()
    expect(page).to_have_url(re.compile(r"/print/sheet\?"))
    printed = pdf(page)
    assert len(printed.pages) == 1 and "CGCS2000" in words_of(printed)
    expect(page.locator("path.sel-b")).to_have_count(1)  # the parcel that was looked at is marked
    page.goto(f"{live_server}/?as_of={DAY}&lang={lang}")
    page.locator("a[href^='/due']").click()
    expect(page.locator("#rows tbody tr").first).to_be_visible()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_from_a_number_to_its_dossier_by_keys(
    page: Page, live_server: str, enter: Callable[..., None], lang: str
) -> None:
    """Type the end of a number into the search of any page, Down, Enter."""
    enter("clerk")
    page.goto(f"{live_server}/growth?as_of={DAY}&lang={lang}")
    tab_to(page, "#search")
    page.keyboard.type("GB00117")
    expect(page.locator("[role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/parcels/.*GB00117"))
    expect(page.locator("h1")).to_contain_text("GB00117")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_committee_freezes_its_list_by_mouse(
    own: Page, live_server: str, enter: Callable[..., None], lang: str
) -> None:
    enter("committee", PARK)
    own.goto(f"{live_server}/idle?as_of={DAY}&park={PARK}&lang={lang}")
    expect(own.locator(".steps [aria-current=step]")).to_be_visible()
    counted = own.locator(".figs .n").first.inner_text()
    own.locator(".stepbar .r a").click()
    rows = own.locator("#rows tbody tr")
    expect(rows.first).to_be_visible()
    rows.first.locator("input[name=said]").fill("<b>asked</b>")
    rows.first.locator("button").click()
    expect(own.locator("#rows tbody tr").first.locator(".noted")).to_contain_text("<b>asked</b>")
    own.goto(f"{live_server}/idle?as_of={DAY}&park={PARK}&lang={lang}")
    own.locator("button[form=check-form]").click()
    own.locator("form[action^='/idle/freeze'] button").click()
    expect(own).to_have_url(re.compile(r"/idle/frozen/\d+"))
    expect(own.locator(".r.ok")).to_be_visible()
    frozen = own.locator("tfoot").inner_text()
    assert re.search(r"\d+", counted)[0] in frozen  # type: ignore[index]
    with own.expect_download() as sheet:
        own.locator("a[href$='.xlsx']").click()
    assert sheet.value.suggested_filename.startswith("frozen-list-")
    n_frozen = len(own.locator("#rows tbody tr").all())
    own.locator("a[href^='/print/atlas']").click()
    expect(own.locator("#order .sub")).to_contain_text(str(n_frozen))  # the same parcels as were frozen
    own.locator("#order button[type=submit]").click()
    with acting(Actor("worker", SYSTEM)):
        with transaction() as connection:
            number = connection.scalar(text("SELECT max(export_id) FROM export_job"))
        exporting.carry_out(int(number or 0))
    own.reload()
    with own.expect_download() as atlas:
        own.locator(f"a[href^='/export/jobs/{number}/file']").click()
    assert atlas.value.suggested_filename.startswith("atlas_")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_committee_freezes_its_list_by_keys(
    own: Page, live_server: str, enter: Callable[..., None], axe: Callable[[], list[str]], lang: str
) -> None:
    enter("committee", PARK)
    own.goto(f"{live_server}/idle?as_of={DAY}&park={PARK}&lang={lang}")
    assert axe() == []
    tab_to(own, "button[form=check-form]")
    own.keyboard.press("Enter")
    expect(own.locator("form[action^='/idle/freeze'] button")).to_be_visible()
    assert axe() == []
    tab_to(own, "form[action^='/idle/freeze'] button")
    own.keyboard.press("Enter")
    expect(own).to_have_url(re.compile(r"/idle/frozen/\d+"))
    assert axe() == []
    own.goto(f"{live_server}/idle/undetermined?as_of={DAY}&park={PARK}&lang={lang}")
    assert axe() == []
    tab_to(own, "input[name=said]")
    own.keyboard.type("asked for")
    own.keyboard.press("Enter")
    expect(own.locator(".noted").first).to_contain_text("asked for")
    own.goto(f"{live_server}/idle/frozen?as_of={DAY}&lang={lang}")
    assert axe() == []


def test_the_day_and_what_was_known_travel_with_every_link(page: Page, live_server: str) -> None:
    """A day and a moment of knowledge, once chosen, stay on the way through the pages, and say so on each."""
    page.goto(f"{live_server}/parcels?as_of={DAY}&known_on=2030-01-01")
    for address in ("/idle", "/compare", "/map"):
        href = (
            page.locator(f".nav a[href^='{address}'], .subnav a[href^='{address}']").first.get_attribute(
                "href"
            )
            or ""
        )
        assert f"as_of={DAY}" in href and "known_on=2030-01-01" in href, href
    expect(page.locator(".banner.past")).to_be_visible()
    page.locator(".banner.past a").last.click()
    expect(page.locator(".banner.past")).to_have_count(0)


@pytest.mark.parametrize(
    "path", ["/", "/map", "/parcels", "/idle", "/growth", "/compare", "/due", "/help", "/export"]
)
@pytest.mark.parametrize("width", [683, 960])
def test_at_twice_the_size_nothing_is_cut_off(page: Page, live_server: str, path: str, width: int) -> None:
    """200 % of 1366 and of 1920 pixels: the page itself does not scroll sideways (tables do, within themselves)."""
    page.set_viewport_size({"width": width, "height": 540})
    page.goto(f"{live_server}{path}?as_of={DAY}")
    if path == "/map":
        expect(page.locator("#map")).to_have_attribute("data-ready", "1", timeout=READY_MS)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
