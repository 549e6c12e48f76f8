"""Vector tiles."""

from dataclasses import fields
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.deps import ConnectionDep
from api.filters import FilterQuery
from maps import tiles

router = APIRouter(tags=["tiles"])
TILE = "application/vnd.mapbox-vector-tile"


class TileQuery(FilterQuery):
    """The filter of the lists, the run to show, and the layers wanted."""

    run: Annotated[int, Query(ge=1, le=2**63 - 1)]
    layers: str = "park,parcel,label"
    year: int | None = None
    v: str | None = None

    def tile_filter(self) -> tiles.TileFilter:
        """Return the conditions for ``maps.tiles``."""
        chosen = self.filter()
        same = {field.name: getattr(chosen, field.name) for field in fields(chosen)}
        return tiles.TileFilter(**same, year=self.year)

    def wanted(self) -> tuple[str, ...]:
        """Return the layers, in the order of ``maps.tiles``; unknown names are passed over."""
        asked = {name.strip() for name in self.layers.split(",")}
        return tuple(name for name in tiles.LAYERS if name in asked)


@router.get(
    "/tiles/{grid}/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses={200: {"content": {TILE: {}}}, 304: {"description": "Unchanged"}},
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
    headers = {"ETag": tag, "Cache-Control": "private, max-age=0, must-revalidate"}
    if request.headers.get("if-none-match", "").removeprefix("W/") == tag:
        return Response(status_code=304, headers=headers)
    return Response(tiles.tile(*chosen), media_type=TILE, headers=headers)
