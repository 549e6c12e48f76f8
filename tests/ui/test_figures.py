"""Every headline figure says what it is: its definition stands on its page, one click or key away."""

import pytest
from playwright.sync_api import Page, expect

from gis.definitions import DEFINITIONS

DAY = "as_of=2026-11-01"
PAGES = ["/", "/parcels", "/idle", "/idle?park=S217901", "/idle/undetermined", "/scoreboard", "/stock", "/stock?park=S217901",
         "/growth", "/growth?park=S217902", "/intensity", "/due", "/quality"]  # fmt: skip

HEADLINES = """() => {
  // A headline figure is a text with a digit that is set bolder or larger than what is read, outside of tables (whose
  // sums are looked at below) and outside headings, controls and codes.
  const APART = 'h1, h2, h3, table, form, .steps, .pager, .chip:not(.add), .seg, .subnav, .def .pop, .code, svg, [hidden], .cal, .slider';
  const found = [];
  const walk = document.createTreeWalker(document.getElementById('main'), NodeFilter.SHOW_TEXT);
  const said = new Set([...document.querySelectorAll('details.def')].map((one) => one.dataset.def));
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim();
    const host = walk.currentNode.parentElement;
    if (!/[0-9]/.test(text) || host.closest(APART) || !host.getClientRects().length) continue;
    const { fontSize, fontWeight } = getComputedStyle(host);
    if (parseFloat(fontSize) < 17 && Number(fontWeight) < 600) continue;
    const marked = host.closest('[data-def]');
    found.push([text, marked ? marked.dataset.def : null, Boolean(marked) && said.has(marked.dataset.def)]);
  }
  // A sum under a table is of its column: the head says what it is, or the sum itself.
  for (const cell of document.querySelectorAll('#main tfoot td')) {
    const text = cell.innerText.trim();
    if (!/[0-9]/.test(text) || cell.matches('.small, .totalnote') || !cell.getClientRects().length) continue;
    const place = (one) => [...one.parentElement.cells].slice(0, one.cellIndex).reduce((sum, other) => sum + other.colSpan, 0);
    const head = [...cell.closest('table').tHead.rows[0].cells].find((one) => place(one) === place(cell));
    const marked = cell.closest('[data-def]') || (head && head.querySelector('details.def'));
    found.push([text, marked ? marked.dataset.def : null, Boolean(marked) && said.has(marked.dataset.def)]);
  }
  return found;
}"""


def address(server: str, path: str, lang: str = "zh") -> str:
    return f"{server}{path}{'&' if '?' in path else '?'}{DAY}&lang={lang}"


@pytest.mark.parametrize("path", PAGES)
def test_every_headline_figure_has_its_definition_on_the_page(
    page: Page, live_server: str, path: str
) -> None:
    page.goto(address(live_server, path))
    headlines = page.evaluate(HEADLINES)
    assert [one for one in headlines if not one[2]] == []
    assert {name for _, name, _ in headlines} <= set(DEFINITIONS)
    expect(page.locator("main details.def").first).to_be_visible()  # a page without any would pass the above


def test_headlines_are_found(page: Page, live_server: str) -> None:
    """The check above looks at something: the counts of the first page and of the idle list are among what it finds."""
    for path, place in (("/", ".tile .n"), ("/idle", ".figs .n"), ("/parcels", ".facets > a b")):
        page.goto(address(live_server, path))
        shown = page.locator(place).evaluate_all("all => all.map((one) => one.firstChild.textContent.trim())")
        found = [text for text, _, _ in page.evaluate(HEADLINES)]
        assert shown and all(text in found for text in shown)
        page.locator(place).first.evaluate("one => one.removeAttribute('data-def')")
        assert [one for one in page.evaluate(HEADLINES) if not one[2]]


@pytest.mark.parametrize(
    ("path", "name", "said"),
    [
        ("/", "due", "整改期届满的合同"),
        ("/parcels", "statuses", "每宗地只计入一种状态"),
        ("/idle", "suspected_y2", "逾期未动工满两年"),
    ],
)
def test_a_definition_is_one_click_away_also_after_the_page_was_changed_in_part(
    page: Page, live_server: str, path: str, name: str, said: str
) -> None:
    page.goto(address(live_server, path))
    for _ in range(2):
        one = page.locator(f'details.def[data-def="{name}"]').first
        one.locator("summary").click()
        expect(one.locator(".pop")).to_contain_text(said)
        box = one.locator(".pop").bounding_box()
        assert (
            box is not None
            and box["x"] >= 0
            and box["x"] + box["width"] <= 1366
            and box["y"] + box["height"] <= 768
        )
        page.keyboard.press("Escape")
        expect(one.locator(".pop")).to_be_hidden()
        if path == "/parcels":
            page.locator(".facets > a").nth(1).click()
            expect(page.locator(".facets > a.on")).to_contain_text("疑似闲置")
        elif path == "/idle":
            page.locator(".figs .cell > a").nth(1).click()
            expect(page.locator(".figs a[aria-current]")).to_contain_text("不足两年")


def test_a_definition_lies_over_the_heads_of_the_table_that_it_stands_in(
    page: Page, live_server: str
) -> None:
    page.goto(address(live_server, "/growth?park=S217902"))
    one = page.locator('.ledger details.def[data-def="ledger_new"]')
    one.locator("summary").click()
    covered = one.locator(".pop").evaluate(
        "pop => { const box = pop.getBoundingClientRect();"
        " return [[4, 4], [box.width - 4, 4], [4, box.height - 4], [box.width - 4, box.height - 4]]"
        ".filter(([x, y]) => !pop.contains(document.elementFromPoint(box.left + x, box.top + y))); }"
    )
    assert covered == []


def test_a_definition_leads_to_the_list_of_all(page: Page, live_server: str) -> None:
    page.goto(address(live_server, "/idle"))
    one = page.locator('details.def[data-def="suspected_y1"]')
    one.locator("summary").click()
    one.locator("a").click()
    expect(page.locator("#def-suspected_y1")).to_be_in_viewport()
    assert page.url.endswith("/help#def-suspected_y1")
