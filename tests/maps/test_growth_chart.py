"""The ledger's lines of one park and of several, by hand."""

from decimal import Decimal
from typing import Any

from maps.growth_chart import chart, lines


def row(park: str, year: int, area: int, change: int | None) -> dict[str, Any]:
    return {"park_code": park, "year": year, "builtup_m2": Decimal(area),
            "change_m2": None if change is None else Decimal(change), "target_met": None if change is None else change > 0}  # fmt: skip


def entry(park: str, opening: int, new: int, gone: int, boundary: int, closing: int) -> dict[str, Any]:
    names = {"opening_m2": opening, "new_m2": new, "demolished_m2": gone, "boundary_m2": boundary, "correction_m2": 0,
             "sliver_m2": 0, "closing_m2": closing}  # fmt: skip
    return {"park_code": park, "from_year": 2020, "to_year": 2021} | {k: Decimal(v) for k, v in names.items()}


def test_a_boundary_revision_is_a_line_of_its_own_and_the_line_adds_up() -> None:
    [first, second] = lines(
        [row("A", 2020, 1000, None), row("A", 2021, 1250, 150)], [entry("A", 1000, 200, 50, 100, 1250)]
    )
    assert first.opening is None and first.builtup == 1000
    assert (second.new, second.removed, second.boundary) == (200, 50, 100)
    assert second.balances is True  # 1000 + 200 - 50 + 100 = 1250
    # On one boundary 1100 became 1250: the 100 that the boundary brought are no growth.
    assert second.before == 1100
    assert second.rate == Decimal(150) / 1100


def test_a_line_that_does_not_add_up_says_so() -> None:
    found = lines([row("A", 2021, 1250, 150)], [entry("A", 1000, 200, 50, 100, 1251)])
    assert found[0].balances is False


def test_parks_are_summed_only_where_all_were_surveyed() -> None:
    rows = [row("A", 2020, 1000, None), row("A", 2021, 1100, 100), row("B", 2021, 500, None)]
    [first, second] = lines(rows, [])
    assert first.builtup is None and first.parks == 1  # 1000 of one park would make 2021 look like a jump
    assert second.builtup == 1600
    assert second.change is None  # B's is unknown
    assert second.met is None  # of several parks each is judged by itself


def test_what_the_rules_ask_for_is_part_of_the_target() -> None:
    """100 m2 more a year are asked for: 1050 after 1000 is growth, and not enough."""
    rows = [
        row("A", 2020, 1000, None),
        row("A", 2021, 1050, 50),
        row("B", 2020, 500, None),
        row("B", 2021, 500, 0),
    ]
    [_, second] = lines(rows[:2], [], {"A": Decimal(100)})
    assert (second.before, second.target) == (1000, 1100)
    drawn = chart([second], Decimal(1))
    assert drawn is not None
    [bar] = drawn.columns
    assert (
        bar.target_y is not None and bar.target_y < bar.y
    )  # the line stands above the bar, inside the drawing
    assert bar.target_y >= 0
    [_, both] = lines(rows, [], {"A": Decimal(100), "B": Decimal(20)})
    assert both.target == 1000 + 500 + 100 + 20
    [first, _] = lines(rows[:2], [])
    assert first.target is None  # nothing to compare with


def test_bars_stand_on_zero() -> None:
    drawn = chart(lines([row("A", 2020, 1000, None), row("A", 2021, 2000, 1000)], []), Decimal(1))
    assert drawn is not None
    assert drawn.columns[1].height == 2 * drawn.columns[0].height
    assert [int(value) for value, _ in drawn.ticks] == [0, 500, 1000, 1500, 2000]
    assert chart([], Decimal(1)) is None
