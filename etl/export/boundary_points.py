"""Boundary points of parcels as text (界址点): the form that surveyors and land systems exchange."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer

from data.models import STORAGE_SRID
from etl.export.aside import written_aside
from etl.export.dataset import Dataset
from etl.export.errors import ExportRefused

ENCODING = "gb18030"  # what the systems that read this form expect
DECIMALS = 3  # of a metre
AREA_DECIMALS = 6  # of a hectare: a hundredth of a square metre
# First code of the registry, first zone, degrees of a zone, and whether Y begins with the zone's number.
_SERIES = (
    (4513, 25, 45, 3, True),
    (4534, 25, 45, 3, False),
    (4491, 13, 23, 6, True),
    (4502, 13, 23, 6, False),
)
_DIVIDING = str.maketrans({",": "，", "@": "＠", "\r": " ", "\n": " "})  # letters that would end a field


def zone_of(epsg: int) -> tuple[int, int, bool] | None:
    """Return zone, its degrees and whether Y carries the zone's number, of a CGCS2000 Gauss-Krüger system."""
    for first, low, high, degrees, prefixed in _SERIES:
        if first <= epsg <= first + high - low:
            return low + epsg - first, degrees, prefixed
    return None


def require_zone(epsg: int) -> None:
    """Refuse a system that the form cannot state.

    Raises
    ------
    ExportRefused
        It is no zone of CGCS2000.
    """
    if zone_of(epsg) is None:
        raise ExportRefused(
            f"Boundary points are in metres of a CGCS2000 zone, not EPSG:{epsg}. "
            "Use --crs EPSG:4528 or EPSG:4529 (3-degree zones 40 and 41), or leave --crs out.",
            f"界址点文件使用 2000 国家大地坐标系高斯投影分带坐标，不能用 EPSG:{epsg}。"
            "请用 --crs EPSG:4528 或 EPSG:4529（3 度带第 40、41 带），或不写 --crs。",
        )


def own_zones(shapes: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the 3-degree zone of each shape by the longitude of the middle of its box."""
    box = shapely.bounds(shapes)
    zones: np.ndarray[Any, np.dtype[np.int64]] = np.floor((box[:, 0] + box[:, 2]) / 6 + 0.5).astype(np.int64)
    return zones


def files(dataset: Dataset, path: Path) -> dict[Path, int]:
    """Return the files that parcels are written to, each with its system: one a zone, as a file states one.

    With a CRS asked for, or all parcels in one zone, that is ``path`` alone;
    else ``NAME_40.txt``, ``NAME_41.txt`` and so on, by the 3-degree zone of each parcel.
    """
    if dataset.crs != STORAGE_SRID:
        return {path: dataset.crs}
    zones = np.unique(own_zones(_shapes(dataset))).tolist()
    systems = {zone: _SERIES[0][0] + zone - _SERIES[0][1] for zone in zones}
    if len(systems) < 2:
        return {path: next(iter(systems.values()), 0)}
    return {path.with_name(f"{path.stem}_{zone}{path.suffix}"): epsg for zone, epsg in systems.items()}


def _shapes(dataset: Dataset) -> Any:
    """Return the shapes that are there."""
    shapes = np.asarray(dataset.shapes, dtype=object)
    return shapes[[shape is not None and not shape.is_empty for shape in shapes]]


def write_boundary_points(dataset: Dataset, path: Path) -> None:
    """Write parcels as boundary points, in the zone of the CRS asked for, else in a file for each zone.

    Raises
    ------
    ExportRefused
        The CRS, or the place of a parcel, is no zone of CGCS2000.
    CannotWrite
        A file could not be written; none is changed then.
    """
    targets = files(dataset, path)
    for epsg in targets.values():
        if epsg:
            require_zone(epsg)
    with ExitStack() as all_or_none:
        for target, epsg in targets.items():
            aside = all_or_none.enter_context(written_aside(target))
            with aside.open("w", encoding=ENCODING, newline="\r\n") as handle:
                handle.writelines(_lines(dataset, epsg, len(targets) > 1))


def _lines(dataset: Dataset, epsg: int, only_zone: bool) -> Iterator[str]:
    """Yield the lines of one file: its description, then its parcels."""
    zone, degrees, _ = zone_of(epsg) or ("", 3, True)
    yield "[属性描述]\n坐标系=2000国家大地坐标系\n"
    yield f"几度分带={degrees}\n投影类型=高斯克吕格\n计量单位=米\n带号={zone}\n精度=0.001\n转换参数=,,,,,,\n[地块坐标]\n"
    if not epsg:
        return
    change = Transformer.from_crs(STORAGE_SRID, epsg, always_xy=True)
    names = [column.name for column in dataset.columns]
    for row, shape in zip(dataset.rows, dataset.shapes, strict=True):
        if shape is None or shape.is_empty or (only_zone and own_zones([shape])[0] != zone):
            continue
        yield from _plot(dict(zip(names, row, strict=True)), shape, change)


def _plot(values: dict[str, Any], shape: Any, change: Transformer) -> list[str]:
    """Return the lines of one parcel: its header, then its points, each ring closed by its first."""
    found = rings(shape, change)
    area = values.get("registered_area_m2")
    area_ha = "" if area is None else f"{area / 10_000:.{AREA_DECIMALS}f}"
    cells = [str(sum(map(len, found))), area_ha, values.get("parcel_code"), values.get("location"), "面", "", "",
             values.get("landuse_code")]  # fmt: skip
    header = ",".join("" if cell is None else str(cell).translate(_DIVIDING) for cell in cells)
    lines, number = [f"{header},@\n"], 0
    for place, ring in enumerate(found, 1):
        for point, (east, north) in enumerate(ring):
            name = number + (1 if point == len(ring) - 1 else point + 1)  # the last is the first once more
            lines.append(f"J{name},{place},{north:.{DECIMALS}f},{east:.{DECIMALS}f}\n")
        number += len(ring) - 1
    return lines


def rings(shape: Any, change: Transformer) -> list[np.ndarray[Any, np.dtype[np.float64]]]:
    """Return the rings in metres, outer before its holes, without points that fall together when rounded."""
    found = []
    for part in shapely.get_parts(shape):
        for place, ring in enumerate([part.exterior, *part.interiors]):
            xy = shapely.get_coordinates(ring)
            metres = np.round(np.column_stack(change.transform(xy[:, 0], xy[:, 1])), DECIMALS)
            kept = metres[np.append(True, (np.diff(metres, axis=0) != 0).any(axis=1))]
            if len(kept) >= 4 or place == 0:
                found.append(kept)
    return found
