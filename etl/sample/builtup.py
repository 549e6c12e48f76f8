"""Built-up patches of five years: parcels that are built, with their half of the street."""

from dataclasses import dataclass
from decimal import Decimal

import shapely
from shapely.geometry.base import BaseGeometry

from etl.sample.city import City, ParkSite
from etl.sample.layout import Plot, boundary
from etl.sample.plots import carve, long_axis, polygons

YEARS = range(2021, 2026)
HALF_STREET_M = 14.0


@dataclass(slots=True)
class Patch:
    """One patch of one year, in the grid of its park's zone."""

    site: ParkSite
    year: int
    shape: BaseGeometry
    source: str


def _standing(plot: Plot, year: int) -> BaseGeometry | None:
    """Return what is built of a plot at the end of a year."""
    year = _surveyed(plot.site, year)
    for since, shape in plot.built:
        if since <= year and (plot.razed is None or year < plot.razed):
            if plot.built_share < 1:
                return carve(shape, long_axis(shape)[0], plot.built_share * shape.area)[0]
            return shape
    return None


def _surveyed(site: ParkSite, year: int) -> int:
    """Return the year whose state a survey shows: nothing is new in a quiet year."""
    return year - 1 if site.quiet_year == year else year


def _is_new(plot: Plot, year: int) -> bool:
    return any(since == year for since, _ in plot.built)


def patches(plots: list[Plot], city: City) -> list[Patch]:
    """Return the patches of every park and year; some overlap, as double surveys do."""
    found: list[Patch] = []
    for site in city.parks:
        area = boundary(site, city)
        own = [p for p in plots if p.site is site]
        by_block: dict[int, list[Plot]] = {}
        for plot in own:
            by_block.setdefault(plot.block, []).append(plot)
        for year in YEARS:
            for number, block in sorted(by_block.items()):
                found += _block_patches(site, year, number, block, area)
    return found


def _block_patches(
    site: ParkSite, year: int, number: int, block: list[Plot], area: BaseGeometry
) -> list[Patch]:
    late = site.lost_year == year  # no new building was surveyed in that year, only what was torn down
    built = [(p, _standing(p, year)) for p in block if not (late and _is_new(p, year))]
    standing = [shape for _, shape in built if shape is not None]
    if not standing:
        return []
    whole = shapely.union_all(standing).buffer(HALF_STREET_M, join_style="mitre", mitre_limit=2)
    bare = shapely.union_all([p.shape for p, shape in built if shape is None or p.built_share < 1])
    kept = whole.difference(shapely.difference(bare, shapely.union_all(standing))).intersection(area)
    kept = shapely.set_precision(kept.simplify(0.05), 0.001)
    found = [Patch(site, year, part, "年度变更调查") for part in polygons(kept) if part.area > 500]
    if found and number % 9 == 4:
        again = found[0].shape.centroid.buffer(55, quad_segs=4).intersection(area)
        again = again.intersection(found[0].shape.buffer(3))
        found += [
            Patch(site, year, part, "实地补测") for part in polygons(shapely.set_precision(again, 0.001))
        ]
    return found


def areas_ha(found: list[Patch], city: City) -> dict[tuple[str, int], Decimal]:
    """Return the built-up hectares of each park and year: plane area of the union, scaled to the ellipsoid."""
    result = {}
    for site in city.parks:
        for year in YEARS:
            shapes = [p.shape for p in found if p.site is site and p.year == year]
            whole = shapely.union_all(shapes)
            east = whole.centroid.x - city.zones[site.zone].number * 1_000_000 - 500_000
            scale = 1 + (east / 6_371_000.0) ** 2  # Gauss-Krueger areas grow with the square of the distance
            result[site.code, year] = Decimal(repr(round(whole.area / scale / 10_000, 4)))
    return result
