"""Bounds of the classes of map themes, as ``map_classes.yaml`` states them."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

import yaml

MET: Final = Decimal(1)
MOST_BELOW: Final = (
    3  # as many colours are told apart on each side of the neutral one, and from light to dark
)
MOST_ABOVE: Final = 2
MOST_YEARS: Final = 4


@dataclass(frozen=True, slots=True)
class MapClasses:
    """Bounds of the classes: shares and ratios as exact decimals, years as whole numbers, ascending."""

    whole_share: Decimal
    surveyed_share: Decimal
    reached: tuple[Decimal, ...]
    """Lower bounds of the classes of investment intensity above the lowest; ``MET`` is one of them."""
    completed_since: tuple[int, ...]
    """First years of the classes of completion after the oldest."""


@cache
def map_classes() -> MapClasses:
    """Return the bounds.

    Raises
    ------
    ValueError
        Bounds do not ascend or are more than there are colours for, a share is not within 0.5 and 1, or no class of
        intensity begins at 100 %.
    """
    text = files("data").joinpath("map_classes.yaml").read_text(encoding="utf-8")
    return read(yaml.safe_load(text))


def read(stated: dict[str, dict[str, object]]) -> MapClasses:
    """Return the bounds of the parsed file; raises as :func:`map_classes`."""
    construction, reached = stated["construction"], stated["intensity"]["reached"]
    since = stated["completion"]["since"]
    assert isinstance(reached, list)
    assert isinstance(since, list)
    found = MapClasses(
        Decimal(str(construction["whole_share"])),
        Decimal(str(construction["surveyed_share"])),
        tuple(Decimal(str(bound)) for bound in reached),
        tuple(int(year) for year in since),
    )
    for bounds in (found.reached, tuple(Decimal(year) for year in found.completed_since)):
        if list(bounds) != sorted(set(bounds)):
            raise ValueError(f"bounds of map classes must ascend: {bounds}")
    # With half or less two states could be the whole parcel at once.
    if not all(Decimal("0.5") < share <= 1 for share in (found.whole_share, found.surveyed_share)):
        raise ValueError("shares of map classes must lie above 0.5 and not above 1")
    if MET not in found.reached:
        raise ValueError("a map class of intensity must begin at 100 %")
    met = found.reached.index(MET)
    if met > MOST_BELOW - 1 or len(found.reached) - met - 1 > MOST_ABOVE or len(since) > MOST_YEARS:
        raise ValueError("there are more map classes than colours")
    return found
