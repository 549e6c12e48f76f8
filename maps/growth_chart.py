"""Bars of built-up area per park and year, worked out as positions in a drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

WIDTH, HEIGHT, FOOT, HEAD, SIDE = 560, 190, 24, 26, 8


@dataclass(frozen=True, slots=True)
class Column:
    """One bar in pixels of the drawing; ``met`` says whether the park's target was met, if it has one."""

    year: int
    m2: Decimal
    x: float
    y: float
    width: float
    height: float
    met: bool | None


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars of one park, drawn from zero, and its rows newest last."""

    park_code: str
    park_name: str
    columns: list[Column]
    rows: list[Mapping[Any, Any]]
    width: int = WIDTH
    height: int = HEIGHT
    base: int = HEIGHT - FOOT


def charts(rows: Sequence[Mapping[Any, Any]]) -> list[Chart]:
    """Return one chart a park, by park code."""
    return [_chart(park, list(own)) for park, own in groupby(rows, key=lambda row: str(row["park_code"]))]


def _chart(park: str, rows: list[Mapping[Any, Any]]) -> Chart:
    most = max((row["builtup_m2"] for row in rows), default=Decimal(1)) or Decimal(1)
    room = HEIGHT - FOOT - HEAD
    step = (WIDTH - 2 * SIDE) / len(rows)
    width = min(step * 0.62, 60)
    columns = [
        Column(
            year=row["year"],
            m2=row["builtup_m2"],
            x=SIDE + step * i + (step - width) / 2,
            y=HEIGHT - FOOT - float(row["builtup_m2"] / most) * room,
            width=width,
            height=float(row["builtup_m2"] / most) * room,
            met=row["target_met"],
        )
        for i, row in enumerate(rows)
    ]
    return Chart(park, rows[0]["park_name"] or park, columns, rows)
