"""The evaluation survey of 2025: every bit of three parks in a construction and a supply state.

The fourth park was not surveyed, so what is known of it are its built-up
patches and its contracts. In one park a block was forgotten: its two
classifications do not make the zone, and the stock says by how much.
"""

import datetime as dt
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from etl.sample.build import Sample
from etl.sample.city import ParkSite
from etl.sample.layout import Plot, boundary
from etl.sample.plots import polygons

SURVEYED_ON = dt.date(2025, 12, 31)
USES = {"0601": "A2", "0604": "A2", "0507": "A4", "0809": "A6"}
HIGH_TECH_USE = "0601"
FORGOTTEN_BLOCK = 3
_LEAST_M2 = 1.0


@dataclass(frozen=True, slots=True)
class State:
    """One patch of the survey, in the grid of its park's zone."""

    site: ParkSite
    shape: BaseGeometry
    construction: str
    supply: str
    high_tech: str | None


def states(sample: Sample) -> list[State]:
    """Return the survey, park by park."""
    surveyed = sample.city.parks[:-1]
    found: list[State] = []
    for number, site in enumerate(surveyed):
        own = [plot for plot in sample.plots if plot.site is site]
        forgotten = FORGOTTEN_BLOCK if number == len(surveyed) - 1 else None
        found += _park(sample, site, own, forgotten)
    return found


def _park(sample: Sample, site: ParkSite, plots: list[Plot], forgotten: int | None) -> list[State]:
    zone = boundary(site, sample.city)
    built = shapely.union_all(
        [p.shape for p in sample.patches if p.site is site and p.year == SURVEYED_ON.year]
    )
    # Some plots are drawn wrongly on purpose (faults); the survey of states is not theirs.
    land = shapely.union_all([_plain(plot.shape) for plot in plots])
    found: list[State] = []
    for number, plot in enumerate(plots):
        if plot.block == forgotten:
            continue
        supplied = plot.outcome not in ("", "NOT_SUPPLIED") and plot.holder is not None
        supply = ("D1" if plot.supply_mode == "划拨" else "D21") if supplied else "E21"
        technology = (
            ("H1" if number % 2 else "H2") if plot.landuse == HIGH_TECH_USE and number % 11 == 0 else None
        )
        inside = _plain(plot.shape).intersection(zone)
        stands, bare = inside.intersection(built), inside.difference(built)
        found += _parts(site, stands, USES[plot.landuse], supply, technology)
        found += _parts(site, bare, "B21" if supplied else "B22", supply, None)
    streets = zone.difference(land)
    found += _parts(site, streets.intersection(built), "A31", "D1", None)
    return found + _parts(site, streets.difference(built), "B22", "F", None)


def _parts(
    site: ParkSite, shape: BaseGeometry, construction: str, supply: str, technology: str | None
) -> list[State]:
    parts = polygons(shapely.set_precision(shape, 0.001))
    return [State(site, part, construction, supply, technology) for part in parts if part.area >= _LEAST_M2]


def _plain(shape: BaseGeometry) -> BaseGeometry:
    return shape if shape.is_valid else shape.buffer(0)
