"""The plots of a park: ordinary ones, and the shapes that software trips over."""

import random
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, affinity
from shapely.geometry.base import BaseGeometry

from etl.sample.city import City, ParkSite
from etl.sample.plots import SMALLEST_M2, carve, cut, halves, long_axis, polygons, rows, usable
from etl.sample.streets import blocks, outline

L_SHAPES, HOLES, MULTIPARTS = 0.05, 4, 3  # share of a park's plots; number a park
MM = 3


@dataclass(slots=True)
class Plot:
    """One parcel to be. ``shape`` is in the zone's grid, areas in square metres, rounded as delivered."""

    site: ParkSite
    block: int
    shape: BaseGeometry
    kind: str = ""
    age: float = 0.5
    code: str = ""
    registered_m2: Decimal = Decimal(0)
    holder: str | None = None
    credit_code: str | None = None
    location: str = ""
    landuse: str = "0601"
    supply_mode: str = ""
    collective: bool = False
    monitored: bool = True
    supervision_no: str | None = None
    case: str = ""
    outcome: str = ""
    built_share: float = 1.0
    built: list[tuple[int, BaseGeometry]] = field(default_factory=list)
    razed: int | None = None


def park_plots(site: ParkSite, rng: random.Random, exact_m2: list[int]) -> list[Plot]:
    """Return the plots of one park in its own frame; ``exact_m2`` are areas that must occur."""
    found: list[Plot] = []
    for number, block in enumerate(blocks(site, rng)):
        size = rng.choices(site.plots, (5, 4, 2))[0] * 10_000 * rng.uniform(0.85, 1.2)
        part = rows if size < site.plots[1] * 15_000 else halves
        found += [Plot(site, number, piece) for piece in part(block, size, rng) if usable(piece)]
    _carve_exact(found, exact_m2)
    _l_shapes(found, rng)
    _holes(found)
    _multiparts(found)
    _ages(found, rng)
    return found


def _boxy(plot: Plot) -> bool:
    return bool(plot.shape.area > 0.86 * shapely.minimum_rotated_rectangle(plot.shape).area)


def _carve_exact(plots: list[Plot], exact_m2: list[int]) -> None:
    """Cut plots of exactly these areas off larger ones; what is left stays a plot."""
    for area in exact_m2:
        plot = next(p for p in plots if not p.kind and p.shape.area > area + 4_000 and _boxy(p))
        piece, rest = carve(plot.shape, long_axis(plot.shape)[0], area)
        plot.shape, plot.kind = piece, f"exact {area}"
        plots.append(Plot(plot.site, plot.block, rest, "rest"))


def _l_shapes(plots: list[Plot], rng: random.Random) -> None:
    able = [p for p in plots if not p.kind and 12_000 < p.shape.area < 80_000 and _boxy(p)]
    for plot in rng.sample(able, min(len(able), int(L_SHAPES * len(plots)))):
        angle, _, _ = long_axis(plot.shape)
        _, far = cut(plot.shape, angle, rng.uniform(0.45, 0.6))
        _, corner = cut(far, angle + np.pi / 2, rng.uniform(0.45, 0.6))
        if corner.area >= SMALLEST_M2:
            left = shapely.set_precision(plot.shape.difference(corner), 0.001)
            plot.shape, plot.kind = polygons(left)[0], "L"
            plots.append(Plot(plot.site, plot.block, corner, "corner"))


def _holes(plots: list[Plot]) -> None:
    """Set a substation into the middle of the largest plots: an island with its own right."""
    able = sorted((p for p in plots if not p.kind), key=lambda p: -round(p.shape.area))
    for plot in able[:HOLES]:
        angle, _, _ = long_axis(plot.shape)
        centre = plot.shape.centroid
        box = affinity.translate(shapely.box(-31, -27, 31, 27), centre.x, centre.y)
        island = affinity.rotate(box, angle, use_radians=True)
        if plot.shape.buffer(-15).contains(island):
            plot.shape, plot.kind = plot.shape.difference(island), "hole"
            plots.append(Plot(plot.site, plot.block, island, "island"))


def _multiparts(plots: list[Plot]) -> None:
    """Join plots on both sides of a street into one parcel of two parts."""
    able = [p for p in plots if not p.kind and 6_000 < p.shape.area < 25_000]
    made = 0
    for first in able:
        if made == MULTIPARTS or first.kind:
            continue
        facing = [p for p in able if p.block > first.block + 3 and not p.kind]
        other = next((p for p in facing if 10 < p.shape.distance(first.shape) < 45), None)
        if other is not None:
            first.shape, first.kind, made = MultiPolygon([first.shape, other.shape]), "multipart", made + 1
            other.kind = "joined"
    plots[:] = [p for p in plots if p.kind != "joined"]


def _ages(plots: list[Plot], rng: random.Random) -> None:
    """Let a park grow from one side to the other: 0 is its oldest quarter, 1 its newest."""
    noise = {plot.block: rng.uniform(-0.22, 0.22) for plot in plots}
    west, _, east, _ = shapely.total_bounds([p.shape for p in plots])
    for plot in plots:
        centre = plot.shape.centroid
        along = (centre.x - west) / (east - west)
        plot.age = min(1.0, max(0.0, along + noise[plot.block]))


def to_grid(site: ParkSite, city: City, shape: BaseGeometry) -> BaseGeometry:
    """Turn and move a shape of a park's frame to its place in the grid of its zone, to the millimetre."""
    zone = city.zones[site.zone]
    into = pyproj.Transformer.from_crs(4490, zone.epsg, always_xy=True)
    east, north = (float(round(value)) for value in into.transform(*site.centre))
    turned = affinity.rotate(shape, site.rotation, origin=(0, 0))
    moved = affinity.translate(turned, east, north)
    return shapely.transform(moved, _rounded)


def _rounded(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.round(points, MM)


def _number(plots: list[Plot], site: ParkSite) -> None:
    """Give each plot its parcel code, unit by unit, in the order of the blocks."""
    serial: dict[str, int] = {}
    for plot in sorted(plots, key=lambda p: p.block):
        x, y = plot.shape.centroid.x, plot.shape.centroid.y
        district = site.cadastral[0 if x < 0 else -1]
        unit = f"{site.division}{district}{1 + (y > 0):03d}"
        serial[unit] = serial.get(unit, 0) + 1
        plot.code = f"{unit}GB{serial[unit]:05d}"
        row = site.streets["x" if plot.block % 2 else "y"]
        street = row[plot.block // 2 % len(row)]
        plot.location = f"{site.division_name}{street}{serial[unit] * 2 - plot.block % 2}号"


def all_plots(city: City, exact_m2: dict[str, list[int]]) -> list[Plot]:
    """Return the plots of every park, numbered and in place, with their registered areas."""
    found: list[Plot] = []
    for site in city.parks:
        rng = random.Random(f"{city.seed} plots {site.code}")
        plots = park_plots(site, rng, exact_m2.get(site.code, []))
        _number(plots, site)
        for plot in plots:
            plot.shape = to_grid(site, city, plot.shape)
            plot.registered_m2 = registered(plot)
        found += sorted(plots, key=lambda p: p.code)
    return found


def registered(plot: Plot) -> Decimal:
    """Return the area on the certificate: to 0.01 m2 in the west, to 1 m2 (0.0001 ha) in the east."""
    if plot.kind.startswith("exact"):
        return Decimal(plot.kind.split()[1]).quantize(Decimal("0.01"))
    places = Decimal("0.01") if plot.site.zone == 40 else Decimal(1)
    return Decimal(repr(round(plot.shape.area, 4))).quantize(places)


def boundary(site: ParkSite, city: City) -> BaseGeometry:
    """Return the boundary of a park in the grid of its zone."""
    return to_grid(site, city, outline(site))
