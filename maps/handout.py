"""The hand-out: one HTML file with a map that opens from a USB stick, without a network.

Made with folium, whose scripts and styles are written into the page. Values
from deliveries reach the page only as JSON that the page's script sets as
text, so no value can become markup.
"""

import datetime as dt
import html
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import shapely
from branca.element import Element, Figure, MacroElement
from jinja2 import Template

from gis.errors import LandStockError
from gis.words import BANDS, CAUSES, LIMBS, MISSING, PATHS, STATUS, VERDICTS, status_of, word
from maps.handout_words import HANDOUT

LIMIT = 5_000
_HERE = Path(__file__).parent
_VENDOR = _HERE / "static" / "vendor"
_DECIMALS = 7


class TooManyParcels(LandStockError):
    """More parcels than one file can show smoothly."""

    code = "too-many-parcels"

    def __init__(self, found: int, by_park: Mapping[str, int]) -> None:
        parks = "; ".join(f"--park {code} ({n})" for code, n in sorted(by_park.items()) if code)
        split = (
            f"Make one file a park: {parks}."
            if parks
            else "Give the parcels parks first, then make one a park."
        )
        split_zh = f"请按园区分别导出：{parks}。" if parks else "请先为宗地补充园区，再按园区分别导出。"
        super().__init__(
            f"A hand-out map holds at most {LIMIT} parcels; these are {found}. {split}",
            f"单文件地图最多 {LIMIT} 宗，现有 {found} 宗。{split_zh}",
        )


def require_fitting(by_park: Mapping[str, int]) -> None:
    """Refuse more parcels than one file may hold; ``by_park`` counts them by park, "" without one.

    Raises
    ------
    TooManyParcels
        There are more than ``LIMIT``.
    """
    found = sum(by_park.values())
    if found > LIMIT:
        raise TooManyParcels(found, by_park)


@dataclass(frozen=True, slots=True)
class About:
    """What the page says of itself."""

    as_of: dt.date
    state: str
    run_id: int
    rules_version: str
    place: str
    lang: str = "zh"


class _OfflineMap(folium.Map):
    """A folium map that names no script or style of another server."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 (an instance variable of the base)
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


class _Drawing(MacroElement):
    """The script that draws; folium runs what belongs to a map after the map is there."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.code() }}{% endmacro %}")

    def __init__(self, name: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._map = name

    def code(self) -> str:
        """Return the script for the map that this belongs to."""
        script = (_HERE / "static" / "js" / "handout.js").read_text(encoding="utf-8")
        return script.replace("THE_MAP", self._map)


def handout(parcels: gpd.GeoDataFrame, parks: gpd.GeoDataFrame, about: About) -> str:
    """Return the page.

    Parameters
    ----------
    parcels
        ``parcel_code``, ``park_code``, ``holder``, ``location``, ``landuse_code``,
        ``area_m2`` and the columns of a verdict; geometry in EPSG:4490.
    parks
        ``park_code``, ``park_name``; geometry in EPSG:4490.

    Raises
    ------
    TooManyParcels
        More than ``LIMIT`` parcels; the message names a split by park.
    """
    require_fitting(Counter(code or "" for code in parcels["park_code"]))
    title = f"{HANDOUT[about.lang]['title']} {about.place} {about.as_of.isoformat()}"
    figure = Figure(title=html.escape(title))
    made = _OfflineMap(
        tiles=None, prefer_canvas=True, control_scale=True, attribution_control=False, location=[41.1, 121.1]
    ).add_to(figure)
    figure.header.add_child(Element(_inlined()), name="leaflet")
    figure.html.add_child(Element(_furniture(parcels, about)), name="furniture")
    figure.html.add_child(Element(_json_block(_content(parcels, parks, about))), name="content")
    _Drawing(made.get_name()).add_to(made)
    page: str = figure.render()
    return page.replace("<html>", f'<html lang="{"zh-CN" if about.lang == "zh" else "en"}">', 1)


@cache
def _inlined() -> str:
    """Return Leaflet and the page's style as elements; nothing in them is fetched."""
    script = (_VENDOR / "leaflet.js").read_text(encoding="utf-8")
    style = (_VENDOR / "leaflet.css").read_text(encoding="utf-8")
    script = re.sub(r"//# sourceMappingURL=.*", "", script)
    style = re.sub(r"url\([^)]*\)", "none", style)
    own = (_HERE / "static" / "css" / "handout.css").read_text(encoding="utf-8")
    # folium's text is a Jinja template: braces in the script must stay braces.
    return "{% raw %}" + f"<style>{style}\n{own}</style>\n<script>{script}</script>" + "{% endraw %}"


def _json_block(content: Any) -> str:
    """Return data as an element that no value can break out of, or be a template in."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&%":  # neither an element, nor an entity, nor the end of a raw part
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return '{% raw %}<script type="application/json" id="handout-data">' + text + "</script>{% endraw %}"


def _content(parcels: gpd.GeoDataFrame, parks: gpd.GeoDataFrame, about: About) -> dict[str, Any]:
    zh = about.lang == "zh"
    names = dict(zip(parks["park_code"], parks["park_name"], strict=True))
    rows = parcels.drop(columns="geometry").to_dict("records")
    return {
        "words": HANDOUT[about.lang],
        "statuses": {
            code: {"word": status["zh" if zh else "en"], "fill": status["fill"], "pattern": status["pattern"]}
            for code, status in STATUS.items()
        },
        "parks": [
            {"name": name or code, "shape": shape}
            for code, name, shape in zip(parks["park_code"], parks["park_name"], _shapes(parks), strict=True)
        ],
        "parcels": [
            {"status": status_of(row["verdict"]), "shape": shape, "facts": _facts(row, names, about.lang)}
            for row, shape in zip(rows, _shapes(parcels), strict=True)
        ],
    }


def _shapes(table: gpd.GeoDataFrame) -> list[Any]:
    """Return the coordinates of multipolygons as nested lists, to about a centimetre."""
    if table.empty:
        return []
    near = shapely.transform(table.geometry.to_numpy(), lambda points: np.round(points, _DECIMALS))
    return [json.loads(text) for text in shapely.to_geojson(near)]


def _facts(row: Mapping[str, Any], parks: Mapping[str, str], lang: str) -> list[list[str]]:
    """Return label and text of what the pop-up says; empty lines are left out."""
    words = HANDOUT[lang]
    between = "、" if lang == "zh" else ", "
    fee = row["fee_wan"]
    lines = (
        ("parcel", row["parcel_code"]),
        ("status", word(STATUS_WORDS, status_of(row["verdict"]), lang)),
        ("verdict", between.join(filter(None, (word(VERDICTS, row["verdict"], lang),
                                               word(BANDS, row["band"], lang) if row["band"] else "",
                                               *(word(LIMBS, limb, lang) for limb in row["limbs"]))))),
        ("park", parks.get(row["park_code"]) or row["park_code"]),
        ("holder", row["holder"]),
        ("location", row["location"]),
        ("area", _area(row["area_m2"], lang)),
        ("idle_from", row["idle_from"].isoformat() if row["idle_from"] else None),
        ("days", row["days"]),
        ("cause", word(CAUSES, row["cause"], lang)),
        ("path", word(PATHS, row["path"], lang) if row["path"] != "NONE" else None),
        ("fee", None if fee is None else f"{fee:,.2f} {words['wan']}"),
        ("article", row["article"]),
        ("missing", between.join(word(MISSING, code, lang) for code in row["missing"])),
    )  # fmt: skip
    return [[words[name], str(text)] for name, text in lines if text not in (None, "")]


STATUS_WORDS = {code: {"zh": status["zh"], "en": status["en"]} for code, status in STATUS.items()}


def _area(area_m2: Decimal | None, lang: str) -> str | None:
    if area_m2 is None:
        return None
    hectares, mu = area_m2 / 10_000, area_m2 * 15 / 10_000
    return f"{hectares:,.4f} 公顷（{mu:,.2f} 亩）" if lang == "zh" else f"{hectares:,.4f} ha ({mu:,.2f} mu)"


def _furniture(parcels: gpd.GeoDataFrame, about: About) -> str:
    """Return title and legend; colours come with their pattern and a word, never alone."""
    words = HANDOUT[about.lang]
    counts = Counter(status_of(verdict) for verdict in parcels["verdict"])
    areas: dict[str, Decimal] = {}
    for verdict, area in zip(parcels["verdict"], parcels["area_m2"], strict=True):
        areas[status_of(verdict)] = areas.get(status_of(verdict), Decimal(0)) + (area or Decimal(0))
    legend = "".join(
        f'<tr><td><span class="swatch {status["pattern"]}" style="background-color:{status["fill"]}"></span></td>'
        f"<td>{html.escape(status[about.lang])}</td><td>{counts[code]} {words['unit']}</td>"
        f"<td>{areas[code] / 10_000:,.2f} {words['ha']}</td></tr>"
        for code, status in STATUS.items()
        if counts[code]
    )
    lines = (
        words["day"].format(day=about.as_of.isoformat(), place=about.place),
        words["state"].format(state=about.state, run=about.run_id),
        words["rules"].format(rules=about.rules_version),
        words["suspected"],
    )
    said = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    body = (
        f'<header id="title"><h1>{html.escape(words["title"])}</h1>{said}<nav id="parks"></nav></header>'
        f'<aside id="legend"><h2>{html.escape(words["legend"])}</h2><table>{legend}</table></aside>'
    )
    return "{% raw %}" + body.replace("{%", "{ %") + "{% endraw %}"
