"""Boundary points of parcels as text (界址点): the form that surveyors and land systems exchange."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
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


def write_boundary_points(dataset: Dataset, path: Path) -> None:
    """Write parcels of one zone: that of the CRS asked for, else the one in which all of them lie.

    Raises
    ------
    ExportRefused
        They lie in several zones and no CRS was asked for: a file states one.
    """
    shapes = np.asarray(dataset.shapes, dtype=object)
    there = np.array([shape is not None and not shape.is_empty for shape in shapes], dtype=bool)
    epsg = dataset.crs if dataset.crs != STORAGE_SRID else _default(shapes[there])
    require_zone(epsg)
    zone, degrees, _ = zone_of(epsg) or (0, 0, False)
    change = Transformer.from_crs(STORAGE_SRID, epsg, always_xy=True)
    names = [column.name for column in dataset.columns]
    with (
        written_aside(path) as aside,
        aside.open("w", encoding=ENCODING, errors="replace", newline="\r\n") as handle,
    ):
        handle.write(
            "[属性描述]\n坐标系=2000国家大地坐标系\n"
            f"几度分带={degrees}\n投影类型=高斯克吕格\n计量单位=米\n带号={zone}\n精度=0.001\n转换参数=,,,,,,\n[地块坐标]\n"
        )
        for row, shape in zip(dataset.rows, shapes, strict=True):
            if shape is not None and not shape.is_empty:
                handle.writelines(_plot(dict(zip(names, row, strict=True)), shape, change))


def _default(shapes: Any) -> int:
    zones = pd.Series(own_zones(shapes)).value_counts().sort_index()
    if len(zones) > 1:
        counts = ", ".join(f"{zone}: {count}" for zone, count in zones.items())
        counts_zh = "、".join(f"第 {zone} 带 {count} 宗" for zone, count in zones.items())
        raise ExportRefused(
            f"The parcels lie in several 3-degree zones ({counts}), and a boundary-point file states one. "
            "Choose one with --crs EPSG:4528 (zone 40) or EPSG:4529 (zone 41): all parcels are then written in it; "
            "or export by park with --park.",
            f"这些宗地分属多个 3 度带（{counts_zh}），而一个界址点文件只能写一个带号。"
            "请用 --crs EPSG:4528（第 40 带）或 EPSG:4529（第 41 带）统一到一个带，或用 --park 分园区导出。",
        )
    return 4513 + int(zones.index[0] if len(zones) else 40) - 25


def _plot(values: dict[str, Any], shape: Any, change: Transformer) -> list[str]:
    """Return the lines of one parcel: its header, then its points, each ring closed by its first."""
    rings = _rings(shape, change)
    area = values.get("registered_area_m2")
    area_ha = "" if area is None else f"{area / 10_000:.{AREA_DECIMALS}f}"
    cells = [str(sum(map(len, rings))), area_ha, values.get("parcel_code"), values.get("location"), "面", "", "",
             values.get("landuse_code")]  # fmt: skip
    header = ",".join("" if cell is None else str(cell).translate(_DIVIDING) for cell in cells)
    lines, number = [f"{header},@\n"], 0
    for place, ring in enumerate(rings, 1):
        for point, (east, north) in enumerate(ring):
            name = number + (1 if point == len(ring) - 1 else point + 1)  # the last is the first once more
            lines.append(f"J{name},{place},{north:.{DECIMALS}f},{east:.{DECIMALS}f}\n")
        number += len(ring) - 1
    return lines


def _rings(shape: Any, change: Transformer) -> list[np.ndarray[Any, np.dtype[np.float64]]]:
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
