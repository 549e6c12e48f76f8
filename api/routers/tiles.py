"""Vector tiles."""

from dataclasses import fields
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from api import kept_tiles
from api.deps import ConnectionDep
from api.filters import FilterQuery
from maps import themes, tiles

router = APIRouter(tags=["tiles"])
ThemeCode = Literal["stage", "use", "construction", "intensity", "completion"]
assert {*themes.THEMES} == set(ThemeCode.__args__), "a theme is missing here"  # type: ignore[attr-defined]


class TileQuery(FilterQuery):
    """The filter of the lists, the run to show, and the layers wanted."""

    run: Annotated[int, Query(ge=1, le=2**63 - 1)]
    layers: str = "park,parcel,label"
    year: int | None = None
    theme: ThemeCode | None = None
    v: str | None = None

    def tile_filter(self) -> tiles.TileFilter:
        """Return the conditions for ``maps.tiles``."""
        chosen = self.filter()
        same = {field.name: getattr(chosen, field.name) for field in fields(chosen)}
        return tiles.TileFilter(**same, year=self.year, theme=self.theme)

    def wanted(self) -> tuple[str, ...]:
        """Return the layers, in the order of ``maps.tiles``; unknown names are passed over."""
        asked = {name.strip() for name in self.layers.split(",")}
        return tuple(name for name in tiles.LAYERS if name in asked)


@router.get(
    "/tiles/{grid}/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses={200: {"content": {kept_tiles.TILE: {}}}, 304: {"description": "Unchanged"}},
)
def tile(
    grid: str,
    z: Annotated[int, Path(ge=0, le=30)],
    x: Annotated[int, Path(ge=0, le=2**31)],
    y: Annotated[int, Path(ge=0, le=2**31)],
    query: Annotated[TileQuery, Query()],
    request: Request,
    connection: ConnectionDep,
) -> Response:
    """Return one tile of a stored run."""
    chosen = (connection, grid, z, x, y, query.run, query.tile_filter(), query.wanted())
    tag = tiles.etag(*chosen)
    kept_tiles.remember(request, tag)
    if kept_tiles.is_unchanged(request, tag):
        return kept_tiles.unchanged(tag)
    body = kept_tiles.bodies.get_or_make(kept_tiles.key_of(tag), lambda: tiles.tile(*chosen))
    return kept_tiles.answer_with(request, tag, body)
