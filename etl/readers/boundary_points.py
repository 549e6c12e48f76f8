"""Read boundary-point text files (界址点): descriptions, then each plot with its numbered points.

``[属性描述]`` holds ``key=value`` lines, ``[地块坐标]`` a header a plot and one
line a point: name, ring, X (north), Y (east). The zone number may stand
before Y or not.
"""

import math
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from etl.checks.codes import FORMS
from etl.errors import Refused
from etl.issues import Findings
from etl.readers import webmap
from etl.readers.encoding import of_text
from etl.readers.raw import Raw
from etl.readers.rings import parts_of, ring_of, wkb_of

DESCRIPTION, PLOTS = "[属性描述]", "[地块坐标]"
PLOT_COLUMNS = ("界址点数", "宗地面积", "地块编号", "地块名称", "图形属性", "图幅号", "地块用途", "地类编码")
PREFIXED = 1_000_000  # metres from which Y begins with the number of its zone
_UNITS = {"平方米": "平方米", "㎡": "平方米", "亩": "亩", "公顷": "公顷"}
# Datum -> what the registry calls the first zone of 3 and of 6 degrees, with and without its number in Y.
_SERIES = {
    "2000": ((4513, 4534, 25), (4491, 4502, 13)),
    "80": ((2349, 2370, 25), (2327, 2338, 13)),
    "54": ((2401, 2422, 25), (21413, 21473, 13)),
}
_NONE = frozenset({"", "0", "0.0"})


@dataclass(slots=True)
class Plot:
    """One plot: the row of its header, its header, and the points of its rings."""

    row_no: int
    header: list[str]
    rings: dict[str, list[tuple[float, float]]] = field(default_factory=dict)  # ring -> (Y east, X north)
    broken: str | None = None

    def count(self) -> int:
        """Return how many points the plot has."""
        return sum(map(len, self.rings.values()))


def is_boundary_points(path: Path) -> bool:
    """Say whether a text file holds boundary points, by its headings."""
    with path.open("rb") as opened:
        start = opened.read(65_536)
    return any(
        heading.strip("[]").encode(encoding) in start
        for heading in (DESCRIPTION, PLOTS)
        for encoding in ("gb18030", "utf-8", "utf-16-le", "utf-16-be")
    )


def read_boundary_points(path: Path, declared: str | None) -> Raw:
    """Return one row a plot.

    Raises
    ------
    Refused
        ``NO_ROWS``, ``ZONES_MIXED`` or ``ZONE_CONTRADICTS``.
    """
    text, encoding = of_text(path.read_bytes(), declared)
    said, plots = _parse(text)
    if not plots:
        raise Refused("NO_ROWS")
    findings = Findings()
    shapes = np.empty(len(plots), dtype=object)
    shapes[:] = [_shape(plot, findings) for plot in plots]
    crs = _system(said, plots)
    if crs is None and said.get("坐标系"):
        findings.add(
            "CRS_TEXT_UNKNOWN",
            value=said["坐标系"],
            zone=said.get("带号", ""),
            degrees=said.get("几度分带", ""),
        )
    parameters = [part.strip() for part in said.get("转换参数", "").replace("，", ",").split(",")]
    if any(_number(part) for part in parameters if part not in _NONE):
        findings.add("PARAMETERS_IGNORED", value=said["转换参数"])
    rows = np.array([plot.row_no for plot in plots], dtype=np.int64)
    return Raw(_frame(said, plots), rows, shapes, crs, encoding, findings)


def _parse(text: str) -> tuple[dict[str, str], list[Plot]]:
    said: dict[str, str] = {}
    plots: list[Plot] = []
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip(" \t\ufeff\u3000\x00")
        if line.startswith("[") and line.endswith("]"):
            section = line
        elif section == DESCRIPTION and "=" in line:
            key, _, value = line.partition("=")
            said[key.strip()] = value.strip()
        elif section == PLOTS and line:
            cells = [cell.strip() for cell in (line if "," in line else line.replace("，", ",")).split(",")]
            if cells[-1] == "@":
                plots.append(Plot(number, cells[:-1]))
            elif plots:
                _point(plots[-1], cells, line)
            else:
                raise Refused("POINTS_WITHOUT_PLOT", value=line[:100], row=number)
    return said, plots


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _point(plot: Plot, cells: list[str], line: str) -> None:
    x, y = (_number(cells[2]), _number(cells[3])) if len(cells) >= 4 else (math.nan, math.nan)
    if not (math.isfinite(x) and math.isfinite(y)):
        plot.broken = plot.broken or line[:100]
    plot.rings.setdefault(cells[1] if len(cells) > 1 else "", []).append((y, x))


def _shape(plot: Plot, findings: Findings) -> bytes | None:
    """Return the shape of a plot; one whose points are not all there is refused."""
    announced = _number(plot.header[0]) if plot.header else math.nan
    if plot.broken is not None:
        findings.add("POINT_UNREADABLE", plot.row_no, "geom", plot.broken)
    elif announced != plot.count():
        findings.add(
            "POINTS_DIFFER",
            plot.row_no,
            "geom",
            expected=plot.header[0] if plot.header else "",
            found=plot.count(),
        )
    else:
        return wkb_of(parts_of([ring_of(points) for points in plot.rings.values()]))
    return None


def _frame(said: dict[str, str], plots: list[Plot]) -> pd.DataFrame:
    """Return the plots' own headers, the area under the unit that the description gives it."""
    unit = _UNITS.get(said.get("面积单位", ""), "公顷")
    wide = max(len(PLOT_COLUMNS), *(len(plot.header) for plot in plots))
    names = [*PLOT_COLUMNS, *(f"column {n + 1}" for n in range(len(PLOT_COLUMNS), wide))]
    cells = [[text or None for text in plot.header] + [None] * (wide - len(plot.header)) for plot in plots]
    frame = pd.DataFrame(np.array(cells, dtype=object).reshape(len(plots), wide), columns=names, dtype=object)
    codes = frame["地块编号"].dropna()
    named = {"宗地面积": f"宗地面积({unit})"}
    if len(codes) and codes.map(lambda code: bool(re.fullmatch(FORMS["parcel_code"][1], code))).all():
        named["地块编号"] = (
            "宗地代码"  # a plot's number is something else, unless all of them are parcel codes
        )
    return frame.rename(columns=named).drop(columns=["界址点数"])


def _system(said: dict[str, str], plots: list[Plot]) -> str | None:
    """Return the system that the description and the coordinates agree on, or ``None`` where it is not said.

    Raises
    ------
    Refused
        They disagree, or the plots lie in several zones.
    """
    if webmap.named(said.get("坐标系", "")):
        return said["坐标系"]  # refused by that name
    east = np.array(
        [y for plot in plots for points in plot.rings.values() for y, _ in points if math.isfinite(y)]
    )
    zones = sorted({int(z) for z in np.unique(east // PREFIXED)}) if len(east) else []
    if len(zones) > 1:
        raise Refused("ZONES_MIXED", value=", ".join(map(str, zones)))
    zone, declared = (zones[0] if zones else 0), _number(said.get("带号", ""))
    if zone and not math.isnan(declared) and declared != zone:
        raise Refused("ZONE_CONTRADICTS", value=str(zone), declared=said["带号"])
    datum = next((name for name in _SERIES if name in said.get("坐标系", "")), None)
    degrees = _number(said.get("几度分带", "").strip("度°带分 "))
    number = zone or (0 if math.isnan(declared) else int(declared))
    if datum is None or degrees not in (3, 6) or not number:
        return None
    prefixed, plain, first = _SERIES[datum][0 if degrees == 3 else 1]
    place = number - first
    if not 0 <= place <= (20 if degrees == 3 else 10):
        return None
    return f"EPSG:{(prefixed if zone else plain) + place}"
