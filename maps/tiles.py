"""Vector tiles: what is drawn depends on the resolution on the ground, never on a level's number."""

import hashlib
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, TextClause, select, text

from data.filtering import Filter, conditions
from data.identity import actor
from data.map_classes import map_classes
from data.models import IdleVerdict, Parcel
from data.sql import load
from gis import words
from gis.errors import LandStockError
from maps import grids, theme_columns, themes

LAYERS: Final = ("park", "parcel", "label", "builtup")
DRAWN: Final = ("park", "parcel", "label")  # without being asked for

# Metres on the ground per pixel: above the first only parks, from the second on
# every parcel, from the third on numbers, from the fourth on holders.
PARCELS_FROM: Final = 40.0
NORMAL_FROM: Final = 12.0
LABELS_FROM: Final = 2.5
HOLDERS_FROM: Final = 1.2

MOST_PARCELS: Final = 20_000
_BUFFER_PX: Final = 8  # wider than the widest outline
# Above 2.5 m/px: a parcel of less than a pixel can't be seen; a normal one of
# less than 2 x 3 pixels is left to the park's own texture.
_SMALLEST_PX: Final = 1.0
_SMALLEST_NORMAL_PX: Final = 6.0
_KEPT_SHARES: Final = 200

_shares_of: dict[tuple[Any, ...], dict[str, Any]] = {}


class NoSuchRun(LandStockError):
    """Tiles of a run that is not stored were asked for."""

    code = "no-such-run"

    def __init__(self, run_id: int) -> None:
        super().__init__(
            f"There is no stored run {run_id}. Open the map anew; it asks for the newest run.",
            f"没有已保存的运行 {run_id}。请重新打开地图，将使用最新的运行。",
        )


@dataclass(frozen=True, slots=True)
class TileFilter(Filter):
    """The filter of lists and exports, the year of the built-up layer (all years when empty), the theme of parcels."""

    year: int | None = None
    theme: str | None = None


ANY: Final = TileFilter()


def tile(
    connection: Connection,
    grid: str,
    z: int,
    x: int,
    y: int,
    run_id: int,
    filters: TileFilter = ANY,
    layers: tuple[str, ...] = DRAWN,
) -> bytes:
    """Return one Mapbox vector tile; empty where nothing lies.

    Parameters
    ----------
    grid, z, x, y
        A tile of ``maps.grids``.
    run_id
        The stored run whose verdicts are shown. The parcels are those it judged.
    filters
        Parcels that fit; parks are filtered by ``park`` alone.
    layers
        Some of ``LAYERS``. ``park``: code, name, above 40 m/px also n and
        idle_share. ``parcel``: status, with a theme also theme, a class of ``maps.themes``. ``label``: label, m2, below 1.2 m/px
        also holder. ``builtup``: year. The feature id is the entity_id. ``crowd``
        (n) stands in for ``parcel`` where more than 20,000 would be drawn.

    Raises
    ------
    maps.grids.NoSuchTile
        The grid is unknown or has no such tile.
    """
    shape = _shape(grid, z, x, y)
    metres = grids.grid(grid).ground_resolution(z, x, y)
    parts = []
    if {"park", "parcel", "label"} & set(layers):
        content = _content(grids.grid(grid).resolution(z), metres, layers, filters.theme is not None)
        values = shape | content | {"run_id": run_id, "park": filters.park}
        values |= _shares(connection, run_id, filters) if content["shares"] else _NO_SHARES
        parts.append(connection.execute(_on_matching("tile", run_id, filters), values).scalar_one())
    if "builtup" in layers:
        values = shape | {
            "run_id": run_id,
            "year": filters.year,
            "smallest_m2": metres**2 / 2,
        }
        parts.append(connection.execute(load("tile_builtup"), values).scalar_one())
    return b"".join(bytes(part) for part in parts)


def etag(
    connection: Connection,
    grid: str,
    z: int,
    x: int,
    y: int,
    run_id: int,
    filters: TileFilter = ANY,
    layers: tuple[str, ...] = DRAWN,
) -> str:
    """Return the entity tag of a tile, in quotes: it changes with data, filter, the rights of who asks, and the program.

    Raises
    ------
    NoSuchRun
        The run is not stored.
    """
    version = connection.execute(load("tile_version"), {"run_id": run_id}).one_or_none()
    if version is None:
        raise NoSuchRun(run_id)
    who = actor()  # one browser may be used by several persons, one after the other
    asked = (who.role, who.parks, grid, z, x, y, run_id, sorted(asdict(filters).items()), sorted(layers))
    digest = hashlib.sha256(repr((tuple(version), _made_by(), asked)).encode()).hexdigest()
    return f'"{digest[:32]}"'


@cache
def _made_by() -> str:
    """Return a digest of what the program draws with: queries and classes."""
    drawn = (
        load("tile").text,
        load("tile_builtup").text,
        [themes.classes(theme) for theme in themes.THEMES],
        map_classes(),
        sorted(_statuses().items()),
    )
    return hashlib.sha256(repr(drawn).encode()).hexdigest()


def builtup_years(connection: Connection, run_id: int) -> list[int]:
    """Return the years that have built-up patches as known to a run, ascending."""
    return list(connection.execute(load("tile_years"), {"run_id": run_id}).scalars())


def _statuses() -> dict[str, str]:
    """Return the map status of each verdict."""
    return {verdict: words.status_of(verdict) for verdict in words.VERDICTS}


def _shape(name: str, z: int, x: int, y: int) -> dict[str, Any]:
    """Return the tile's box, its box with a buffer, and its own coordinates."""
    grid = grids.grid(name)
    left, bottom, right, top = grid.bounds(z, x, y)
    margin = grid.resolution(z) * _BUFFER_PX
    widest = grid.left + grid.resolution0 * grids.TILE_PX * grid.columns0
    # A quarter of a pixel is enough where single corners can't be told apart.
    extent = 4096 if grid.ground_resolution(z, x, y) < LABELS_FROM else 1024
    return {
        "srid": grid.srid, "left": left, "bottom": bottom, "right": right, "top": top,
        "west": max(left - margin, grid.left), "south": max(bottom - margin, grid.bottom),
        "east": min(right + margin, widest), "north": min(top + margin, grid.top),
        "step": (right - left) / 8,
        "extent": extent, "buffer": extent * _BUFFER_PX // grids.TILE_PX,
    }  # fmt: skip


def _content(resolution: float, metres: float, layers: tuple[str, ...], themed: bool) -> dict[str, Any]:
    """Return what is drawn at a resolution, given in the grid's units and in metres on the ground per pixel."""
    statuses = _statuses()
    coarse = metres >= LABELS_FROM
    return {
        "verdicts": list(statuses),
        "statuses": list(statuses.values()),
        "parks": "park" in layers,
        "shares": "park" in layers and metres > PARCELS_FROM,
        "parcels": bool({"parcel", "label"} & set(layers)) and metres <= PARCELS_FROM,
        "fills": "parcel" in layers,
        "normals": themed or metres <= NORMAL_FROM,
        "smallest_m2": _SMALLEST_PX * metres**2 if coarse else 0.0,
        "smallest_normal_m2": _SMALLEST_NORMAL_PX * metres**2 if coarse else 0.0,
        "tolerance": resolution / 2 if coarse else 0.0,
        "labels": "label" in layers and metres < LABELS_FROM,
        "holders": metres < HOLDERS_FROM,
        "most": MOST_PARCELS,
    }


_NO_SHARES: Final[dict[str, Any]] = {"share_parks": [], "share_n": [], "share_idle": []}


def _shares(connection: Connection, run_id: int, filters: TileFilter) -> dict[str, Any]:
    """Return count and idle share of the parks; kept, since a run never changes and every tile needs them."""
    version = connection.execute(load("tile_version"), {"run_id": run_id}).one_or_none()
    key = (str(connection.engine.url), run_id, version, filters)
    if key not in _shares_of:
        statuses = _statuses()
        values = {"verdicts": list(statuses), "statuses": list(statuses.values())}
        found = connection.execute(_on_matching("tile_shares", run_id, filters), values).scalar_one()
        if len(_shares_of) >= _KEPT_SHARES:
            _shares_of.clear()
        _shares_of[key] = found
    return _shares_of[key]


def _on_matching(name: str, run_id: int, filters: TileFilter) -> Select[Any]:
    """Return a query of ``data/sql`` that reads ``matching``: the parcels that the lists show for this filter."""
    matching = (
        select(
            Parcel.entity_id, Parcel.parcel_code, Parcel.holder, Parcel.drawn_area_m2, Parcel.geom,
            IdleVerdict.park_code, IdleVerdict.verdict, theme_columns.column(filters.theme).label("theme"),
        )
        .select_from(IdleVerdict)
        .join(Parcel, Parcel.version_id == IdleVerdict.version_id)
        # Says nothing new, but lets a small tile find its verdicts by the key.
        .where(IdleVerdict.run_id == run_id, IdleVerdict.parcel_code == Parcel.parcel_code)
        .where(*conditions(run_id, filters))
        .cte("matching")
    )  # fmt: skip
    return select(_scalar(name)).add_cte(matching)


@cache
def _scalar(name: str) -> TextClause:
    """Return a query of ``data/sql`` as one value; reading its parameters out of the text takes as long as a small tile."""
    return text(f"({load(name).text})")
