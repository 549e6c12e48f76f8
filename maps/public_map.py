"""The small map of the public edition: outlines and dots in degrees, drawn as SVG without a script.

A degree of longitude is shorter than one of latitude; the picture is stretched to their ratio at its middle.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, radians, sqrt
from typing import Any

MARGIN = 0.06
WIDTH_PX = 560
_DOT_PX, _SMALLEST_PX = 1.5, 3.0  # of a hectare; so that a small one can be seen


@dataclass(frozen=True, slots=True)
class Place:
    """What the picture shows: a box of SVG in stretched degrees, south positive downwards."""

    x: float
    y: float
    width: float
    height: float
    stretch: float

    @property
    def px(self) -> float:
        """Degrees a pixel, at the width the page gives it."""
        return self.width / WIDTH_PX


def place(extent: tuple[float, float, float, float] | None) -> Place | None:
    """Return the picture for an extent in degrees: west, south, east, north."""
    if extent is None:
        return None
    west, south, east, north = extent
    stretch = cos(radians((south + north) / 2))
    width, height = max((east - west) * stretch, 1e-3), max(north - south, 1e-3)
    margin = MARGIN * max(width, height)
    return Place(west * stretch - margin, -north - margin, width + 2 * margin, height + 2 * margin, stretch)


def dot(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a dot for a piece of land, as large as the land beside others."""
    return mark(row) | {"r": max(_SMALLEST_PX, _DOT_PX * sqrt(float(row["area_ha"])))}


def mark(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return where a row lies in the picture."""
    return {"lon": float(row["lon"]), "lat": float(row["lat"])}
