"""The small maps of the public edition, one a park: outline and marks in degrees, drawn as SVG without a script.

A degree of longitude is shorter than one of latitude; a picture is stretched to their ratio at its middle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians, sqrt
from typing import Any

_MARGIN = 0.12  # marks at the edge are whole
_WIDTH_PX = 250
_DOT_PX, _SMALLEST_PX, _MARK_PX = 3.0, 2.5, 5.0  # of a hectare; so that it can be seen; half a side


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a picture: its middle, and half its size."""

    x: float
    y: float
    r: float
    row: Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class Panel:
    """The picture of one park: a box of SVG, its outline's stretch, dots of land, marks of notices."""

    park: Mapping[Any, Any]
    box: str
    stretch: float
    dots: list[Mark]
    marks: list[Mark]

    @property
    def area_ha(self) -> Any:
        """The area of the land that is still available."""
        return sum(dot.row["area_ha"] for dot in self.dots)


def panel(
    park: Mapping[Any, Any], land: Sequence[Mapping[Any, Any]], notices: Sequence[Mapping[Any, Any]]
) -> Panel:
    """Return the picture of a park with its land and notices; the area of a dot is as that of the land."""
    stretch = cos(radians((park["south"] + park["north"]) / 2))
    side = max((park["east"] - park["west"]) * stretch, park["north"] - park["south"]) * (1 + 2 * _MARGIN)
    middle = (park["west"] + park["east"]) / 2 * stretch, -(park["south"] + park["north"]) / 2
    px = side / _WIDTH_PX

    def mark(row: Mapping[Any, Any], r_px: float) -> Mark:
        return Mark(float(row["lon"]) * stretch, -float(row["lat"]), r_px * px, row)

    return Panel(
        park,
        f"{middle[0] - side / 2:.6f} {middle[1] - side / 2:.6f} {side:.6f} {side:.6f}",
        stretch,
        [mark(row, max(_SMALLEST_PX, _DOT_PX * sqrt(float(row["area_ha"])))) for row in land],
        [mark(row, _MARK_PX) for row in notices],
    )


def panels(
    parks: Sequence[Mapping[Any, Any]],
    land: Sequence[Mapping[Any, Any]],
    notices: Sequence[Mapping[Any, Any]],
) -> list[Panel]:
    """Return a picture a park."""

    def of(park: Mapping[Any, Any], rows: Sequence[Mapping[Any, Any]]) -> list[Mapping[Any, Any]]:
        return [row for row in rows if row["park_code"] == park["park_code"]]

    return [panel(park, of(park, land), of(park, notices)) for park in parks]
