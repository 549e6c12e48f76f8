"""The page of settings: base maps as typed, parks and rules as in force."""

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field
from sqlalchemy import text

from api import clock
from api.pages import unframed
from api.visitor import Visitor
from data import basemaps as records
from data.basemaps import BasemapSource
from data.identity import actor
from data.rules import version
from data.rules.told import rules_told
from data.session import transaction
from data.settings import settings
from gis.errors import LandStockError
from maps import basemaps

_PARKS = (
    "SELECT park_code, max(park_name) AS park_name, count(*) AS n, max(boundary_version) AS newest, "
    "max(valid_from) AS valid_from, sum(approved_area_ha) FILTER (WHERE approved_area_ha IS NOT NULL) AS approved_ha "
    "FROM (SELECT DISTINCT ON (park_code, boundary_version) * FROM park WHERE upper_inf(known) "
    "ORDER BY park_code, boundary_version) AS k GROUP BY park_code ORDER BY park_code"
)


class BasemapForm(BaseModel):
    """A base map as typed. ``kind`` is one of ``maps.basemaps.KINDS`` or ``tianditu``, with its set in ``layers``."""

    name: str = Field(default="", max_length=200)
    kind: str = Field(default="wmts", max_length=20)
    grid: str = Field(default="WebMercatorQuad", max_length=20)
    source: str = Field(default="", max_length=2_000)
    layers: str = Field(default="", max_length=400)
    key_name: str = Field(default="", max_length=80)
    key: str = Field(default="", max_length=400, repr=False)
    attribution: str = Field(default="", max_length=200)
    approval: str = Field(default="", max_length=80)
    overlay: str = Field(default="", max_length=8)

    def source_of(self) -> BasemapSource:
        """Return the base map, with the address of a set of 天地图 filled in."""
        kind, source, key_name = self.kind, self.source.strip(), self.key_name.strip()
        layers, overlay = self.layers.strip(), bool(self.overlay)
        letters = {grid: letter for letter, grid in basemaps.TIANDITU_GRIDS.items()}
        if kind == "tianditu":
            if layers not in basemaps.TIANDITU_SETS or self.grid not in letters:
                raise basemaps.BasemapRefused(
                    "layers",
                    "A set of Tianditu is vec, cva, img, cia, ter or cta, in the grid WebMercatorQuad (_w) or "
                    "CGCS2000Quad (_c).",
                    "天地图图层为 vec、cva、img、cia、ter 或 cta，格网为 WebMercatorQuad（_w）或 CGCS2000Quad（_c）。",
                )
            kind, key_name = "wmts", key_name or "tk"
            source = basemaps.tianditu(layers, letters[self.grid])
            overlay = basemaps.TIANDITU_SETS[layers]
        return BasemapSource(
            name=self.name.strip(), kind=kind, grid=self.grid, source=source, layers=layers, key_name=key_name,
            key=self.key.strip(), attribution=self.attribution.strip(), approval=self.approval.strip(),
            is_overlay=overlay,
        )  # fmt: skip


def settings_page(
    request: Request,
    visitor: Visitor,
    status: int = 200,
    *,
    edit: int | None = None,
    form: BasemapForm | None = None,
    fault: LandStockError | None = None,
    tried: tuple[int, str] | None = None,
) -> HTMLResponse:
    """Return the page; a form that was refused comes back as typed, but for its key."""
    role = actor().role
    values: dict[str, Any] = {"maps": [], "parks": [], "rules": [], "rules_version": version()}
    with transaction(settings().request_timeout_s) as connection:
        if role == "admin":
            values["maps"] = records.listed(connection)
        else:
            values["parks"] = connection.execute(text(_PARKS)).all()
            values["rules"] = rules_told(clock.today(), (), None, visitor.lang)
    chosen = next((one for one in values["maps"] if one.basemap_id == edit), None)
    if form is None and chosen is not None:
        form = BasemapForm(
            name=chosen.name, kind=chosen.kind, grid=chosen.grid, source=chosen.source, layers=chosen.layers,
            key_name=chosen.key_name, attribution=chosen.attribution, approval=chosen.approval,
            overlay="1" if chosen.is_overlay else "",
        )  # fmt: skip
    return unframed(
        request, "settings.html", visitor, "/settings", status, **values, editing=chosen, tried=tried,
        form=form or BasemapForm(), error=fault.text(visitor.language) if fault else "",
        error_field=getattr(fault, "field", "name") if fault else "",
        KINDS=(*basemaps.KINDS, "tianditu"), GRIDS=basemaps.GRIDS, view_grid=settings().view_grid,
    )  # fmt: skip
