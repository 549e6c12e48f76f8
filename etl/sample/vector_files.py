"""The vector files of the delivery: parks, parcels in two zones, built-up years, buildings."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from etl.sample import shapefile
from etl.sample.archive import pack_folder
from etl.sample.build import Sample
from etl.sample.builtup import YEARS
from etl.sample.city import City, ParkSite
from etl.sample.land_state import SURVEYED_ON, states
from etl.sample.layout import Plot, boundary
from etl.sample.plots import cut, long_axis, polygons
from etl.sample.shapefile import Field, Ring, Value, rings

USES = {"0601": "工业用地", "0604": "仓储用地", "0507": "其他商服用地", "0809": "公用设施用地"}
DEGREE_PLACES = 9


def to_degrees(shape: BaseGeometry, site: ParkSite, city: City) -> BaseGeometry:
    """Return a shape of a zone in CGCS2000 degrees, to a tenth of a millimetre."""
    back = pyproj.Transformer.from_crs(city.zones[site.zone].epsg, 4490, always_xy=True)

    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(np.column_stack(back.transform(points[:, 0], points[:, 1])), DEGREE_PLACES)

    return shapely.transform(shape, moved)


def parks(sample: Sample, folder: Path) -> None:
    """Write the park boundaries, in degrees."""
    city = sample.city
    fields = [Field("KFQDM", "C", 12), Field("KFQMC", "C", 60), Field("KFQJB", "C", 10), Field("XZQDM", "C", 6),
              Field("HZMJ", "N", 12, 4), Field("FWBB", "C", 10), Field("SXRQ", "D", 8)]  # fmt: skip
    rows: list[list[Value]] = []
    for site in city.parks:
        area = Decimal(repr(round(boundary(site, city).area / 10_000, 2)))
        rows.append([site.code, site.name, site.level, site.division, area, city.boundary_version,
                     city.boundary_valid_from])  # fmt: skip
    shapes = [rings(to_degrees(boundary(site, city), site, city)) for site in city.parks]
    shapefile.write(folder / "园区范围", fields, rows, shapes, shapefile.esri_prj(), city.data_date)


def _unit_code(plot: Plot) -> str:
    return plot.code + ("F00010001" if plot.outcome == "COMPLETED" else "W00000000")


WEST = [
    Field("BSM", "N", 10), Field("ZDDM", "C", 19), Field("BDCDYH", "C", 28), Field("ZL", "C", 60),
    Field("ZDMJ", "N", 15, 2), Field("MJDW", "C", 8), Field("YT", "C", 5), Field("YTMC", "C", 20),
    Field("QSXZ", "C", 8), Field("QLR", "C", 80), Field("TYSHXYDM", "C", 18), Field("DZJGH", "C", 20),
    Field("GYFS", "C", 8), Field("SFJG", "C", 2), Field("KFQDM", "C", 12),
]  # fmt: skip
EAST = [
    Field("ZDDM", "C", 19), Field("BDCDYH", "C", 28), Field("DZJGH", "C", 20), Field("SYQR", "C", 80),
    Field("TYSHXYDM", "C", 18), Field("TDZL", "C", 60), Field("TDYT", "C", 20), Field("ZDMJ", "N", 12, 4),
    Field("MJDW", "C", 8), Field("SYQLX", "C", 20), Field("QSXZ", "C", 8), Field("JGXT", "N", 1),
    Field("YQMC", "C", 60), Field("KFQDM", "C", 12), Field("BZ", "C", 40),
]  # fmt: skip


def _west(number: int, p: Plot) -> list[Value]:
    owner = "集体" if p.collective else "国有"
    return [number, p.code, _unit_code(p), p.location, p.registered_m2, "㎡", p.landuse, USES[p.landuse], owner,
            p.holder, p.credit_code, p.supervision_no, p.supply_mode, "是" if p.monitored else "否", p.site.code]  # fmt: skip


def _east(number: int, p: Plot) -> list[Value]:
    owner = "集体土地所有权" if p.collective else "国有"
    right = f"{'集体' if p.collective else '国有'}（{p.supply_mode}）" if p.supply_mode else None
    return [p.code, _unit_code(p), p.supervision_no, p.holder, p.credit_code, p.location, USES[p.landuse],
            p.registered_m2 / 10_000, "公顷", right, owner[:2], 1 if p.monitored else 0, p.site.name, p.site.code,
            None]  # fmt: skip


def _rings(plot: Plot, unclosed: str) -> list[Ring]:
    found = rings(plot.shape)
    return [found[0][:-1], *found[1:]] if plot.code == unclosed else found


def parcels(sample: Sample, folder: Path) -> None:
    """Write the parcels: one shapefile a zone; the eastern one inside a zip, areas in hectares."""
    city = sample.city
    unclosed = next((f.where for f in sample.faults if f.name == "F10"), "")
    for zone in city.zones.values():
        own = [p for p in sample.plots if p.site.zone == zone.number]
        west = zone.number == min(city.zones)
        rows = [(_west if west else _east)(number, plot) for number, plot in enumerate(own, 1)]
        prj = shapefile.esri_prj(zone.number, zone.meridian)
        target = folder if west else folder / "zip"
        target.mkdir(exist_ok=True)
        shapes = [_rings(plot, unclosed) for plot in own]
        shapefile.write(target / zone.file, WEST if west else EAST, rows, shapes, prj, city.data_date)
        if not west:
            pack_folder(target, folder / f"{zone.file}.zip", city.data_date)


def builtup(sample: Sample, folder: Path) -> None:
    """Write the built-up patches of every year, in degrees, all in one zip."""
    city = sample.city
    fields = [Field("BSM", "N", 10), Field("GCSJ", "D", 8), Field("SJLY", "C", 20), Field("KFQDM", "C", 12)]
    inside = folder / "zip"
    inside.mkdir()
    for year in YEARS:
        own = [p for p in sample.patches if p.year == year]
        day = city.data_date.replace(year, 12, 31)
        rows: list[list[Value]] = [[n, day, p.source, p.site.code] for n, p in enumerate(own, 1)]
        shapes = [rings(to_degrees(p.shape, p.site, city)) for p in own]
        shapefile.write(inside / f"建成区_{year}", fields, rows, shapes, shapefile.esri_prj(), city.data_date)
    pack_folder(inside, folder / f"建成区_{YEARS[0]}-{YEARS[-1]}.zip", city.data_date)


def land_states(sample: Sample, folder: Path) -> None:
    """Write the survey of land states, in degrees."""
    city, found = sample.city, states(sample)
    fields = [Field("DCRQ", "D", 8), Field("DLDM", "C", 4), Field("GYDM", "C", 4), Field("GXLX", "C", 2),
              Field("SJLY", "C", 20), Field("KFQDM", "C", 12)]  # fmt: skip
    rows: list[list[Value]] = [
        [SURVEYED_ON, s.construction, s.supply, s.high_tech, "集约利用评价", s.site.code] for s in found
    ]
    shapes = [rings(to_degrees(s.shape, s.site, city)) for s in found]
    inside = folder / "zip"
    inside.mkdir()
    shapefile.write(inside / "土地利用状况", fields, rows, shapes, shapefile.esri_prj(), city.data_date)
    pack_folder(inside, folder / f"土地利用状况_{SURVEYED_ON.year}.zip", city.data_date)


def halls(plot: Plot) -> list[BaseGeometry]:
    """Return the footprints of the halls on a plot: rows along it, clear of its boundary."""
    inner = plot.shape.buffer(-11, join_style="mitre")
    if inner.is_empty:
        return []
    angle, length, _ = long_axis(inner)
    found, rest = [], inner
    count = max(1, min(4, round(length / 95)))
    for left in range(count, 0, -1):
        piece, rest = cut(rest, angle, 1 / left) if left > 1 else (rest, rest)
        for part in polygons(piece)[:1]:
            box = shapely.minimum_rotated_rectangle(part.buffer(-7, join_style="mitre"))
            whole = box.intersection(part.buffer(-4, join_style="mitre"))
            found += [hall for hall in polygons(whole)[:1] if hall.area > 350]
    return found


def buildings(sample: Sample, folder: Path) -> None:
    """Write the buildings on completed parcels, in degrees."""
    city = sample.city
    fields = [Field("JZWBM", "C", 30), Field("ZDDM", "C", 19), Field("JZMJ", "N", 12, 2), Field("ZDJDMJ", "N", 12, 2),
              Field("CS", "N", 3), Field("JGRQ", "D", 8)]  # fmt: skip
    done = {e.parcel_code: e.happened_on for e in sample.book.events if e.event == "COMPLETED"}
    rows: list[list[Value]] = []
    shapes: list[list[Ring]] = []
    for plot in sample.plots:
        if plot.outcome != "COMPLETED":
            continue
        for number, hall in enumerate(halls(plot), 1):
            storeys = 1 + (int(plot.code[-3:]) + number) % 3
            footprint = Decimal(repr(round(hall.area, 2)))
            rows.append(
                [
                    f"{plot.code}F{number:04d}",
                    plot.code,
                    footprint * storeys,
                    footprint,
                    storeys,
                    done.get(plot.code),
                ]
            )
            shapes.append(rings(to_degrees(hall, plot.site, city)))
    inside = folder / "zip"
    inside.mkdir()
    shapefile.write(inside / "建筑物", fields, rows, shapes, shapefile.esri_prj(), city.data_date)
    pack_folder(inside, folder / "建筑物.zip", city.data_date)
