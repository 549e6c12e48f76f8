"""Pictures of base maps for the browser, and the page of settings on which they are configured."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.basemap_form import BasemapForm, settings_page
from api.deps import VisitorDep
from data import basemaps as records
from data.session import transaction
from data.settings import settings
from gis.errors import LandStockError
from maps.basemap_pictures import Picture, Pictures
from maps.basemaps import BasemapRefused, require_usable

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Number = Annotated[int, Path(ge=1, le=2**62)]
_TRIED: Final = {
    "WebMercatorQuad": (4, 13, 6),
    "CGCS2000Quad": (4, 13, 2),
    "GK40": (0, 0, 1),
    "GK41": (0, 0, 1),
}
"""Tiles that show some of China, by grid."""
_A_DAY: Final = 24 * 3600
# Threads of their own: however slowly a service answers, everything else goes on.
_fetching: Final = ThreadPoolExecutor(max_workers=6, thread_name_prefix="basemap")


@cache
def _pictures(folder: Any) -> Pictures:
    return Pictures(folder)


def _picture(basemap_id: int, z: int, x: int, y: int) -> Picture:
    return _pictures(settings().home / "basemaps").picture(records.served(basemap_id), z, x, y)


@router.get("/basemap/{basemap_id}/{z}/{x}/{y}", response_class=Response)
async def picture(
    basemap_id: Number,
    z: Annotated[int, Path(ge=0, le=30)],
    x: Annotated[int, Path(ge=0, le=2**31)],
    y: Annotated[int, Path(ge=0, le=2**31)],
) -> Response:
    """Return the picture of a tile; the key of its service stays here."""
    work = copy_context().run
    found = await asyncio.get_running_loop().run_in_executor(_fetching, work, _picture, basemap_id, z, x, y)
    headers = {"Cache-Control": f"private, max-age={_A_DAY}"}
    return Response(found.content, media_type=found.media_type, headers=headers)


@router.get("/settings")
def settings_(request: Request, visitor: VisitorDep, edit: int | None = None) -> HTMLResponse:
    """Show what may be set: base maps and accounts to administrators, parks and rules to approvers."""
    return settings_page(request, visitor, edit=edit)


@router.post("/settings/basemaps")
def add(request: Request, visitor: VisitorDep, form: Annotated[BasemapForm, Form()]) -> Response:
    """Put a base map on the map."""
    try:
        require_usable(of := form.source_of())
        with transaction(settings().request_timeout_s) as connection:
            records.add(connection, of)
    except (BasemapRefused, records.BasemapNameTaken) as error:
        return settings_page(request, visitor, 422, form=form, fault=error)
    return RedirectResponse("/settings", 303)


@router.post("/settings/basemaps/{basemap_id}")
def change(
    request: Request, visitor: VisitorDep, basemap_id: Number, form: Annotated[BasemapForm, Form()]
) -> Response:
    """Change a base map; its key stays unless another is typed."""
    try:
        require_usable(of := form.source_of())
        with transaction(settings().request_timeout_s) as connection:
            records.change(connection, basemap_id, of)
    except (BasemapRefused, records.BasemapNameTaken) as error:
        return settings_page(request, visitor, 422, edit=basemap_id, form=form, fault=error)
    return RedirectResponse("/settings", 303)


@router.post("/settings/basemaps/{basemap_id}/{act}")
def act_(
    request: Request, visitor: VisitorDep, basemap_id: Number, act: Literal["test", "remove"]
) -> Response:
    """Try a base map with the picture of China at a coarse level, or take it from the map."""
    if act == "remove":
        with transaction(settings().request_timeout_s) as connection:
            records.remove(connection, basemap_id)
        return RedirectResponse("/settings", 303)
    try:
        _picture(basemap_id, *_TRIED[records.served(basemap_id).grid])
    except records.NoSuchBasemap:
        raise
    except LandStockError as error:
        return settings_page(request, visitor, tried=(basemap_id, error.text(visitor.language)))
    return settings_page(request, visitor, tried=(basemap_id, ""))
