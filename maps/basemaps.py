"""Base maps: which sources are taken, and where a picture of a tile lies. Nothing is fetched here."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from data.basemaps import BasemapSource, Served
from gis.errors import UsageFault
from maps import grids

KINDS: Final = ("wmts", "wms", "mbtiles", "folder")
GRIDS: Final = ("WebMercatorQuad", "CGCS2000Quad", "GK40", "GK41")
TIANDITU_HOST: Final = "https://t0.tianditu.gov.cn"
TIANDITU_SETS: Final = {"vec": False, "cva": True, "img": False, "cia": True, "ter": False, "cta": True}
"""The sets of 天地图; True: names, to lie above the others."""
TIANDITU_GRIDS: Final = {"w": "WebMercatorQuad", "c": "CGCS2000Quad"}

# Hosts whose pictures are shifted by some 100 to 700 m against CGCS2000 within China.
_GCJ02: Final = (
    "amap.com", "autonavi.com", "gaode.com", "gtimg.com", "qq.com", "tencent.com", "google.cn", "google.com",
    "googleapis.com", "gstatic.com", "geoq.cn", "mapbar.com", "petalmaps.com",
)  # fmt: skip
_BD09: Final = ("baidu.com", "bdimg.com", "bdstatic.com", "bcebos.com")
_PLACES: Final = ("{z}", "{x}", "{y}")
_KEY_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,39}")
_LONGEST: Final = 500


class BasemapRefused(UsageFault):
    """A base map can't be used as typed; ``field`` is the one to correct."""

    code = "basemap-refused"

    def __init__(self, field: str, en: str, zh: str) -> None:
        super().__init__(en, zh)
        self.field = field


def require_usable(of: BasemapSource) -> None:
    """Check what is typed of a base map.

    Raises
    ------
    BasemapRefused
    """
    if not of.name or len(of.name) > 60:
        raise BasemapRefused(
            "name", "A base map has a name of 1 to 60 characters.", "底图名称须为 1 至 60 个字符。"
        )
    if of.kind not in KINDS or of.grid not in GRIDS:
        raise BasemapRefused("kind", "Choose kind and grid from the lists.", "请从列表中选择类型和格网。")
    if not of.attribution:
        raise BasemapRefused(
            "attribution",
            "Say where the map comes from; it is printed on every map (source, year).",
            "请填写底图来源（如单位、年份），该文字将显示在每幅地图上。",
        )
    if of.kind in ("folder", "mbtiles"):
        _require_local(of)
    else:
        _require_service(of)


def _require_local(of: BasemapSource) -> None:
    path = Path(of.source)
    there = path.is_dir() if of.kind == "folder" else path.is_file()
    if not path.is_absolute() or not there:
        raise BasemapRefused(
            "source",
            "Name a folder or file on the server by its whole path, which the program may read.",
            "请填写服务器上文件夹或文件的完整路径，且程序有读取权限。",
        )
    if of.kind == "mbtiles" and of.grid != "WebMercatorQuad":
        raise BasemapRefused(
            "grid",
            "An MBTiles file is always in the grid WebMercatorQuad (EPSG:3857).",
            "MBTiles 文件只能采用 WebMercatorQuad（EPSG:3857）格网。",
        )


def _require_service(of: BasemapSource) -> None:
    parts = _parts(of.source)
    host = (parts.hostname or "").lower()
    _require_true_place(host)
    named = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    if of.key_name and (of.key_name.lower() in named or not _KEY_NAME.fullmatch(of.key_name)):
        raise BasemapRefused(
            "key_name",
            "The name of the key is a word such as tk; the address itself must not hold it.",
            "密钥参数名应为 tk 之类的单词，且地址中不得再含该参数。",
        )
    if of.key and not of.key_name:
        raise BasemapRefused(
            "key_name",
            "Say by which parameter the service takes the key, such as tk.",
            "请填写服务接收密钥的参数名，如 tk。",
        )
    if named & {"tk", "key", "token", "ak", "apikey", "api_key", "access_token"}:
        raise BasemapRefused(
            "source",
            "The address holds a key. Take it out and type it into the field for the key, where it stays hidden.",
            "地址中含有密钥。请从地址中去掉，填入密钥栏，密钥将不再显示。",
        )
    if of.kind == "wmts" and any(of.source.count(place) != 1 for place in _PLACES):
        raise BasemapRefused(
            "source",
            "The address of a tile holds {z}, {x} and {y} once each, for TILEMATRIX, TILECOL and TILEROW.",
            "瓦片地址须各含一次 {z}、{x}、{y}，分别对应 TILEMATRIX、TILECOL、TILEROW。",
        )
    if of.kind == "wms" and not of.layers:
        raise BasemapRefused(
            "layers",
            "Name the layers of the service, with commas between.",
            "请填写服务的图层名，用逗号分隔。",
        )


def _parts(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if (
        not good
        or len(address) > _LONGEST
        or parts.username is not None
        or parts.fragment
        or any(place in parts.netloc for place in _PLACES)
        or not address.isprintable()
        or " " in address
    ):
        raise BasemapRefused(
            "source",
            "The address of a service starts with https:// or http:// and its host, without a name or password in it.",
            "服务地址须以 https:// 或 http:// 和主机名开头，且不得含用户名或密码。",
        )
    return parts


def _require_true_place(host: str) -> None:
    def under(names: tuple[str, ...]) -> bool:
        return any(host == name or host.endswith(f".{name}") for name in names)

    system = "GCJ-02" if under(_GCJ02) else "BD-09" if under(_BD09) else ""
    if system:
        raise BasemapRefused(
            "source",
            f"Maps of {host} are in {system}, which is shifted by 100 to 700 m against CGCS2000: parcels would lie beside "
            "their land. Take a map in CGCS2000, such as Tianditu or one of your own house.",
            f"{host} 的地图采用 {system} 坐标，与 CGCS2000 相差约 100 至 700 米，宗地会偏离实际位置，因此不能使用。"
            "请改用 CGCS2000 底图，如天地图或本单位的地图服务。",
        )


def tianditu(set_name: str, letter: str) -> str:
    """Return the address of a set of 天地图 (``vec`` ... ``cta``) in a grid (``w`` or ``c``), without a key."""
    return (
        f"{TIANDITU_HOST}/{set_name}_{letter}/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={set_name}"
        f"&STYLE=default&TILEMATRIXSET={letter}&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}"
    )


def address(of: Served, z: int, x: int, y: int) -> str:
    """Return where a service has the picture of a tile, with the key.

    Raises
    ------
    maps.grids.NoSuchTile
    """
    grid = grids.grid(of.grid)
    left, bottom, right, top = grid.bounds(z, x, y)
    if of.kind == "wmts":
        found = of.source.replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y))
    else:
        # 1.1.1: the order of axes is always x, y; in 1.3.0 it depends on the coordinate system.
        asked = {
            "SERVICE": "WMS", "VERSION": "1.1.1", "REQUEST": "GetMap", "LAYERS": of.layers, "STYLES": "",
            "SRS": f"EPSG:{grid.srid}", "BBOX": f"{left!r},{bottom!r},{right!r},{top!r}",
            "WIDTH": str(grids.TILE_PX), "HEIGHT": str(grids.TILE_PX), "FORMAT": "image/png", "TRANSPARENT": "TRUE",
        }  # fmt: skip
        found = of.source + _joint(of.source) + urlencode(asked)
    if of.key:
        found += f"{_joint(found)}{of.key_name}={quote(of.key, safe='')}"
    return found


def _joint(address: str) -> str:
    if "?" not in address:
        return "?"
    return "" if address.endswith(("?", "&")) else "&"
