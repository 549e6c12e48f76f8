"""The atlas: an index of sheets, then one parcel a page, as one HTML file that opens offline and prints on A4.

Every value is escaped; the file holds no script and names nothing to be fetched.
"""

import html
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from pyproj import Transformer

from data.models import STORAGE_SRID
from data.settings import settings
from etl.export import boundary_points
from etl.export.atlas_words import ATLAS
from etl.export.dataset import Dataset
from etl.export.errors import ExportRefused
from etl.export.notes import data_version
from gis.map_scales import SCALES, fitting
from gis.words import MISSING, STATUS, VERDICTS, status_of, word

NAME: Final = "atlas"
WIDTH, HEIGHT = 281.0, 193.0  # of an A4 sheet, landscape, within margins of 8 mm, in millimetres
MAP: Final = (165.0, 165.0)
INDEX_MAP: Final = (WIDTH, 168.0)
INDEX_ROWS: Final = 24
POINTS: Final = 40
_FIRST_EPSG, _FIRST_ZONE = 4513, 25
_PATTERNS: Final = {
    "determined": '<path d="M0 0l2 2M2 0L0 2" stroke="#fff" stroke-width=".25"/>',
    "disposing": '<path d="M0 2L2 0" stroke="#fff" stroke-width=".35"/>',
    "investigating": '<path d="M0 1h2" stroke="#3b2c00" stroke-width=".25"/>',
    "suspected": '<circle cx=".5" cy=".5" r=".28" fill="#3b2c00"/><circle cx="1.5" cy="1.5" r=".28" fill="#3b2c00"/>',
}
_STYLE: Final = """@page{size:A4 landscape;margin:8mm}*{box-sizing:border-box;-webkit-print-color-adjust:exact}
body{margin:0;font:3.2mm/1.4 "Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:#1c2733;background:#f4f6f8}
section{width:281mm;height:193mm;position:relative;overflow:hidden;background:#fff;margin:4mm auto;break-after:page}
section:last-child{break-after:auto}h1,h2{font-size:5.4mm;line-height:9mm;margin:0;white-space:nowrap;overflow:hidden}
svg{display:block;border:.4mm solid #1c2733}.two{display:flex;justify-content:space-between}.side{width:110mm}
table{border-collapse:collapse;width:100%;table-layout:fixed}td,th{border-bottom:.2mm solid #d3dae1;text-align:left;
padding:.5mm 1mm;font-weight:400;vertical-align:top;overflow-wrap:anywhere}th{color:#52606d}.k th{width:30mm}
.k div{max-height:9mm;overflow:hidden}.i td,.i th{height:6.4mm;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.p{columns:2;column-gap:4mm;font-size:2.5mm;line-height:3.2mm;margin-top:2mm}.p td,.p th{padding:.2mm .6mm;text-align:right}
.p tr{break-inside:avoid}footer{position:absolute;bottom:0;left:0;right:0;display:flex;justify-content:space-between;
font-size:2.8mm;white-space:nowrap}.s{font-size:2.8mm;margin:2mm 0 0}text{text-anchor:middle;paint-order:stroke;
stroke:#fff;stroke-width:.7;font-size:3px}@media print{body{background:#fff}section{margin:0}}"""
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class _Frame:
    """A frame of paper over a zone: metres at its upper left corner, millimetres a metre."""

    zone: int
    west: float
    north: float
    scale: int
    size: tuple[float, float]

    @property
    def change(self) -> Transformer:
        """The way from degrees to the zone."""
        return Transformer.from_crs(STORAGE_SRID, _FIRST_EPSG + self.zone - _FIRST_ZONE, always_xy=True)


def require_fitting(n_parcels: int) -> None:
    """Refuse an atlas of nothing, or of more parcels than one may hold.

    Raises
    ------
    ExportRefused
    """
    most = settings().atlas_parcels
    if n_parcels > most:
        raise ExportRefused(
            f"An atlas holds at most {most} parcels; these are {n_parcels}. Choose a park or narrow the filter.",
            f"一本图册最多 {most} 宗，符合条件的有 {n_parcels} 宗。请选择园区或缩小筛选范围。",
        )
    if not n_parcels:
        raise ExportRefused("No parcel matches; there is nothing to draw.", "没有符合条件的宗地，无图可制。")


def write_atlas(found: Dataset, around: Sequence[Any], path: Path, tell: Tell) -> None:
    """Write the atlas of parcels in their order; ``around`` are the shapes of all parcels, drawn as neighbours.

    Raises
    ------
    ExportRefused
        There are none, or too many.
    """
    require_fitting(len(found.rows))
    tree = shapely.STRtree([shape for shape in around if shape is not None])
    with path.open("w", encoding="utf-8") as sink:
        sink.writelines(_pages(found, tree, tell))


def _pages(found: Dataset, tree: shapely.STRtree, tell: Tell) -> Iterator[str]:
    lang = found.question.lang
    words = ATLAS[lang]
    names = [column.name for column in found.columns]
    rows = [dict(zip(names, row, strict=True)) for row in found.rows]
    shapes = list(found.shapes)
    lists = [rows[i : i + INDEX_ROWS] for i in range(0, len(rows), INDEX_ROWS)]
    of = 1 + len(lists) + len(rows)
    said = words["state"].format(
        day=found.question.as_of.isoformat(),
        state=data_version(found),
        rules=found.source.rules_version or "—",
    )

    def page(n: int, title: str, body: str) -> str:
        foot = f"<footer><span>{_e(said)}</span><span>{_e(words['page'].format(n=n, of=of))}</span></footer>"
        return f"<section><h2>{_e(title)}</h2>{body}{foot}</section>\n"

    yield f'<!doctype html><html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
    yield f"<title>{_e(words['title'])}</title><style>{_STYLE}</style></head><body>{_defs()}\n"
    frame = _frame(shapely.total_bounds(shapes), INDEX_MAP)
    every = [(shape, row, str(n)) for n, (shape, row) in enumerate(zip(shapes, rows, strict=True), 1)]
    yield page(1, f"{words['title']} {words['n'].format(n=len(rows))}", _drawing(frame, [], every, words))
    for n, part in enumerate(lists):
        yield page(2 + n, words["index"], _index(part, n * INDEX_ROWS, len(lists), words, lang, rows))
    for n, (shape, row) in enumerate(zip(shapes, rows, strict=True)):
        tell("draw", n, len(rows))
        title = f"{words['sheet']} {n + 1}　{row['parcel_code']}"
        yield page(2 + len(lists) + n, title, _parcel(shape, row, tree, words, lang))
    tell("draw", len(rows), len(rows))
    yield "</body></html>\n"


def _parcel(shape: Any, row: dict[str, Any], tree: shapely.STRtree, words: dict[str, str], lang: str) -> str:
    frame = _frame(shape.bounds, MAP, margin=1.6)
    reach = MAP[0] * frame.scale / 1_000 / 80_000  # half a frame in degrees and some more
    x, y = (shape.bounds[0] + shape.bounds[2]) / 2, (shape.bounds[1] + shape.bounds[3]) / 2
    near = [tree.geometries[i] for i in tree.query(shapely.box(x - reach, y - reach, x + reach, y + reach))]
    drawn = _drawing(frame, near, [(shape, row, str(row["parcel_code"])[-7:])], words)
    side = _facts(row, words, lang) + _points(shape, frame, words)
    note = f'<p class="s">{_e(words["suspected"])}</p><p class="s">{_e(words["seal"])}</p>'
    return f'<div class="two"><div>{drawn}</div><div class="side">{side}{note}</div></div>'


def _frame(box: Any, size: tuple[float, float], margin: float = 1.0) -> _Frame:
    zone = int(boundary_points.own_zones([shapely.box(*box)])[0])
    boundary_points.require_zone(_FIRST_EPSG + zone - _FIRST_ZONE)
    change = Transformer.from_crs(STORAGE_SRID, _FIRST_EPSG + zone - _FIRST_ZONE, always_xy=True)
    west, south, east, north = change.transform_bounds(*box)
    scale = fitting((east - west) * margin, (north - south) * margin, *size)
    if scale == SCALES[-1]:  # an index of a whole city is smaller than any map to measure on
        needed = max((east - west) / size[0], (north - south) / size[1]) * 1_100
        scale = max(scale, -int(-needed // 10_000) * 10_000)
    left = (west + east) / 2 - size[0] * scale / 2_000
    return _Frame(zone, left, (south + north) / 2 + size[1] * scale / 2_000, scale, size)


def _mm(shape: Any, frame: _Frame) -> Any:
    def placed(xy: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        east, north = frame.change.transform(xy[:, 0], xy[:, 1])
        return (
            np.column_stack([np.asarray(east) - frame.west, frame.north - np.asarray(north)])
            * 1_000
            / frame.scale
        )

    return shapely.transform(shape, placed)


def _path(shape: Any) -> str:
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    return "".join(
        "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in shapely.get_coordinates(ring)[:-1]) + "Z"
        for ring in rings
    )


def _drawing(
    frame: _Frame, near: Sequence[Any], own: Sequence[tuple[Any, dict[str, Any], str]], words: dict[str, str]
) -> str:
    wide, tall = frame.size
    parts = [
        f'<path d="{_path(_mm(shape, frame))}" fill="#fff" stroke="#8a96a3" stroke-width=".15"/>'
        for shape in near
    ]
    labels = []
    for shape, row, label in own:
        placed, status = _mm(shape, frame), status_of(row["verdict"])
        fill = f"url(#p-{status})" if status in _PATTERNS else STATUS[status]["fill"]
        parts.append(f'<path d="{_path(placed)}" fill="{fill}" stroke="#1c2733" stroke-width=".4"/>')
        point = shapely.point_on_surface(placed)
        labels.append(f'<text x="{point.x:.1f}" y="{point.y + 1:.1f}">{_e(label)}</text>')
    zone = words["zone"].format(zone=frame.zone, epsg=_FIRST_EPSG + frame.zone - _FIRST_ZONE)
    said = f"{words['scale']} 1:{frame.scale:,}　{zone}　↑ {words['north']}"
    return (
        f'<svg width="{wide}mm" height="{tall}mm" viewBox="0 0 {wide} {tall}" role="img" data-scale="{frame.scale}" '
        f'aria-label="{_e(said)}">{"".join(parts)}{"".join(labels)}</svg><p class="s">{_e(said)}</p>'
    )


def _index(
    part: Sequence[dict[str, Any]], before: int, n_lists: int, words: dict[str, str], lang: str,
    rows: Sequence[dict[str, Any]],
) -> str:  # fmt: skip
    head = "".join(f"<th>{_e(words[name])}</th>" for name in ("sheet", "parcel", "holder", "status", "area"))
    lines = [
        "<tr>" + "".join(
            f"<td>{_e(cell)}</td>"
            for cell in (before + n, row["parcel_code"], row["holder"] or "—", STATUS[status_of(row["verdict"])][lang],
                         _hectares(row["registered_area_m2"], words))
        ) + "</tr>"
        for n, row in enumerate(part, 1)
    ]  # fmt: skip
    total = ""
    if before + len(part) == len(rows):
        areas = [row["registered_area_m2"] or row["drawn_area_m2"] or Decimal(0) for row in rows]
        ha = f"{sum(areas, Decimal(0)) / 10_000:,.2f}"
        total = f'<tr><td colspan="5"><b>{_e(words["total"].format(n=len(rows), ha=ha))}</b></td></tr>'
    return f'<table class="i"><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}{total}</tbody></table>'


def _facts(row: dict[str, Any], words: dict[str, str], lang: str) -> str:
    drawn = row["drawn_area_m2"]
    pairs = [
        ("holder", row["holder"]), ("location", row["location"]), ("park", row["park_code"]),
        ("status", STATUS[status_of(row["verdict"])][lang]), ("verdict", VERDICTS[row["verdict"]][lang]),
        ("article", row["article"]), ("idle_from", row["idle_from"]),
        ("missing", "；".join(word(MISSING, code, lang) for code in row["missing"] or [])),
        ("area", _hectares(row["registered_area_m2"], words)), ("drawn", None if drawn is None else f"{drawn:,.2f} m²"),
    ]  # fmt: skip
    lines = [
        f"<tr><th>{_e(words[name])}</th><td><div>{_e(value if value not in (None, '') else '—')}</div></td></tr>"
        for name, value in pairs
    ]
    return f'<table class="k"><tbody>{"".join(lines)}</tbody></table>'


def _points(shape: Any, frame: _Frame, words: dict[str, str]) -> str:
    lines: list[str] = []
    for ring in boundary_points.rings(shape, frame.change):
        sides = np.hypot(*np.diff(ring, axis=0).T)
        lines += [
            f"<tr><td>J{len(lines) + n}</td><td>{north:.3f}</td><td>{east:.3f}</td><td>{side:.2f}</td></tr>"
            for n, ((east, north), side) in enumerate(zip(ring[:-1], sides, strict=True), 1)
        ]
    head = f"<tr><th>{_e(words['points'])}</th><th>X</th><th>Y</th><th>{_e(words['side'])}</th></tr>"
    more = (
        f'<p class="s">{_e(words["more"].format(n=len(lines) - POINTS))}</p>' if len(lines) > POINTS else ""
    )
    return f'<div class="p"><table><thead>{head}</thead><tbody>{"".join(lines[:POINTS])}</tbody></table></div>{more}'


def _hectares(area_m2: Decimal | None, words: dict[str, str]) -> str:
    return words["none"] if area_m2 is None else f"{area_m2 / 10_000:,.4f} {words['ha']}"


def _defs() -> str:
    patterns = "".join(
        f'<pattern id="p-{code}" width="2" height="2" patternUnits="userSpaceOnUse"><rect width="2" height="2" '
        f'fill="{STATUS[code]["fill"]}"/>{marks}</pattern>'
        for code, marks in _PATTERNS.items()
    )
    return f'<svg width="0" height="0" style="position:absolute;border:0" aria-hidden="true"><defs>{patterns}</defs></svg>'


def _e(value: Any) -> str:
    return html.escape(str(value))
