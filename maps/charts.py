"""Charts as data: what the script of charts draws, and what says the same in words."""

from collections.abc import Sequence
from typing import Any

Values = Sequence[float | int | None]


def series(name: str, colour: str, values: Values, *, stack: str = "") -> dict[str, Any]:
    """Return one series; ``colour`` is the name of a token of the style sheet, None in ``values`` draws nothing."""
    return {"name": name, "colour": colour, "values": list(values), "stack": stack}


def chart(
    name: str,
    kind: str,
    title: str,
    unit: str,
    categories: Sequence[str],
    drawn: Sequence[dict[str, Any]],
    *,
    decals: bool = False,
    mark: tuple[int, str] | None = None,
    across: str = "",
) -> dict[str, Any]:
    """Return one chart.

    Parameters
    ----------
    name
        Id of its element without the leading ``chart-``.
    kind
        ``bar`` (columns), ``rows`` (lying bars) or ``line``.
    unit
        Unit of the values, in words.
    decals
        Patterns on the bars, so that series differ without colour.
    mark
        Category on whose near edge a line stands, and its words; of columns only.
    across
        Name of the axis of categories.
    """
    return {
        "id": name, "kind": kind, "title": title, "unit": unit, "categories": list(categories), "series": list(drawn),
        "decals": decals, "mark": None if mark is None else {"at": mark[0], "text": mark[1]}, "across": across,
    }  # fmt: skip
