"""Built-up area by year: the ledger's lines of one park or of all, and its bars as positions in a drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from types import MappingProxyType
from typing import Any, Final

WIDTH, HEIGHT, FOOT, HEAD, LEFT, SIDE = 600, 216, 26, 30, 52, 8
STEPS: Final = (1, 2, 5, 10)
TICKS: Final = 4

Row = Mapping[Any, Any]
_SUMMED: Final = {
    "opening": ("opening_m2",), "new": ("new_m2",), "removed": ("demolished_m2",), "boundary": ("boundary_m2",),
    "correction": ("correction_m2",), "sliver": ("sliver_m2",), "closing": ("closing_m2",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One year of the ledger, in m2. Parts are None in the first year observed, everything where a park is missing.

    ``increment`` is the yearly increase that the rules ask the parks to exceed.
    ``opening + new − removed + boundary + correction + sliver = closing``; ``sliver`` is the net of differences below
    the smallest patch.
    """

    year: int
    parks: int
    builtup: Decimal | None
    change: Decimal | None
    met: bool | None
    increment: Decimal = Decimal(0)
    from_year: int | None = None
    opening: Decimal | None = None
    new: Decimal | None = None
    removed: Decimal | None = None
    boundary: Decimal | None = None
    correction: Decimal | None = None
    sliver: Decimal | None = None
    closing: Decimal | None = None

    @property
    def rate(self) -> Decimal | None:
        """Change over the area before, on the boundary that both years are compared on."""
        if self.change is None or self.builtup is None or self.builtup == self.change:
            return None
        return self.change / (self.builtup - self.change)

    @property
    def before(self) -> Decimal | None:
        """The area of the year before, on the same boundary."""
        return None if self.builtup is None or self.change is None else self.builtup - self.change

    @property
    def target(self) -> Decimal | None:
        """What the area must exceed: that of the year before and the increase that is asked for."""
        return None if self.before is None else self.before + self.increment

    @property
    def balances(self) -> bool | None:
        """Whether the line adds up to the last digit."""
        parts = (self.opening, self.new, self.boundary, self.correction, self.sliver)
        known = [part for part in parts if part is not None]
        if len(known) < len(parts) or self.removed is None:
            return None
        return sum(known, Decimal(0)) - self.removed == self.closing


def _total(rows: Sequence[Row], *names: str) -> Decimal | None:
    values = [row[name] for row in rows for name in names]
    return None if any(value is None for value in values) else sum(values, Decimal(0))


def lines(
    rows: Sequence[Row], ledger: Sequence[Row], increments: Mapping[str, Decimal] = MappingProxyType({})
) -> list[Line]:
    """Return one line a year, oldest first.

    Parameters
    ----------
    rows, ledger
        Rows of ``builtup_growth`` and ``growth_ledger`` of one park or of several. Of several, a year that some
        park has no survey of has no sum: it would look like a fall.
    increments
        The yearly increase in m2 that each park has to exceed; 0 for one that is not named.
    """
    parks = {row["park_code"] for row in rows}
    increment = sum((increments.get(park, Decimal(0)) for park in parks), Decimal(0))
    found = []
    for year in sorted({row["year"] for row in rows}):
        own = [row for row in rows if row["year"] == year]
        if len(own) < len(parks):
            found.append(Line(year, len(own), None, None, None))
            continue
        between = [row for row in ledger if row["to_year"] == year]
        starts = {row["from_year"] for row in between}
        whole = len(between) == len(parks) and len(starts) == 1
        met = [row["target_met"] for row in own]
        parts = {name: _total(between, *columns) for name, columns in _SUMMED.items()} if whole else {}
        found.append(Line(
            year, len(own), _total(own, "builtup_m2"), _total(own, "change_m2"),
            None if len(parks) > 1 or None in met else all(met), increment, starts.pop() if whole else None, **parts,
        ))  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Column:
    """One bar in pixels of the drawing; ``target_y`` is the height that it must exceed."""

    line: Line
    x: float
    y: float
    width: float
    height: float
    target_y: float | None


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from zero; ``ticks`` are (value in m2, y)."""

    columns: list[Column]
    ticks: list[tuple[Decimal, float]]
    width: int = WIDTH
    height: int = HEIGHT
    base: int = HEIGHT - FOOT
    left: int = LEFT

    @property
    def targets(self) -> str:
        """The points of the target line."""
        return " ".join(
            f"{c.x + c.width / 2:.1f},{c.target_y:.1f}" for c in self.columns if c.target_y is not None
        )


def of_parks(rows: Sequence[Row]) -> dict[str, dict[int, float]]:
    """Return the built-up area of each park by year in square metres, for drawing; years without a survey are absent."""
    found: dict[str, dict[int, float]] = {}
    for row in rows:
        if row["builtup_m2"] is not None:
            found.setdefault(row["park_code"], {})[row["year"]] = float(row["builtup_m2"])
    return found


def _step(most: Decimal) -> Decimal:
    """Return a round distance between ticks."""
    rough = most / TICKS
    power = Decimal(10) ** rough.adjusted()
    return next(step * power for step in STEPS if step * power >= rough)


def chart(found: Sequence[Line], per_unit: Decimal) -> Chart | None:
    """Return the drawing of some years, or None where no year has a figure.

    Parameters
    ----------
    per_unit
        Square metres of the unit that the axis is marked in.
    """
    shown = [line for line in found if line.builtup is not None]
    most = max(
        (value or Decimal(0) for line in shown for value in (line.builtup, line.target)), default=Decimal(0)
    )
    if not most:
        return None
    step = _step(most / per_unit) * per_unit
    top = (most / step).to_integral_value(ROUND_CEILING) * step
    room, base = HEIGHT - FOOT - HEAD, HEIGHT - FOOT
    apart = (WIDTH - LEFT - SIDE) / len(found)
    width = min(apart * 0.56, 60)

    def at(value: Decimal) -> float:
        return base - float(value / top) * room

    columns = [
        Column(line, LEFT + apart * i + (apart - width) / 2, at(line.builtup), width, base - at(line.builtup),
               None if line.target is None else at(line.target))
        for i, line in enumerate(found)
        if line.builtup is not None
    ]  # fmt: skip
    count = int(top / step)
    return Chart(columns, [(step * i, at(step * i)) for i in range(count + 1)])
