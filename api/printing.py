"""What the printed map shows and takes: paper, scale, title, what lies in the frame."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends, Query
from sqlalchemy import Connection

from api.deps import Asked
from api.filters import Links
from data import dossier as records
from data import queries, sheets
from data.settings import settings
from gis.map_scales import SCALES, fitting
from maps import sheet

FIT = "fit"


@dataclass(frozen=True, slots=True)
class SheetForm:
    """What the form of the printed map says beside the filter."""

    paper: str
    turn: str
    scale: str
    title: str
    note: str
    listed: bool
    c: str
    r: float | None
    p: int | None

    def pairs(self) -> list[tuple[str, str]]:
        """Return what came with the address of the map: centre, resolution, chosen parcel."""
        found = (("c", self.c), ("r", self.r), ("p", self.p))
        return [(name, f"{value}") for name, value in found if value not in ("", None)]


def sheet_form(
    paper: Annotated[Literal["A4", "A3"], Query()] = "A4",
    turn: Annotated[Literal["landscape", "portrait"], Query()] = "landscape",
    scale: Annotated[str, Query(pattern=r"^(fit|\d{3,5})$")] = FIT,
    title: Annotated[str, Query(max_length=60, pattern=r"^[^\x00]*$")] = "",
    note: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")] = "",
    listed: Annotated[Literal["", "1"], Query(alias="list")] = "",
    c: Annotated[str, Query(max_length=60, pattern=r"^(-?\d{1,3}(\.\d+)?,-?\d{1,2}(\.\d+)?)?$")] = "",
    r: Annotated[float | None, Query(gt=0, le=100_000)] = None,
    p: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> SheetForm:
    """Return what the address says of the sheet."""
    return SheetForm(paper, turn, scale, title.strip(), note.strip(), bool(listed), c, r, p)


SheetDep = Annotated[SheetForm, Depends(sheet_form)]


def values(connection: Connection, asked: Asked, form: SheetForm) -> dict[str, Any]:
    """Return what the sheet shows; without a place to show, an empty frame and the words why."""
    run_id, laid = asked.run(), sheet.layout(form.paper, form.turn)
    codes = queries.matching_codes(connection, run_id, asked.filter)
    more = dict(form.pairs()) | {"paper": form.paper, "turn": form.turn, "scale": form.scale}
    more |= {name: value for name, value in (("title", form.title), ("note", form.note)) if value}
    more |= {"list": "1"} if form.listed else {}
    said: dict[str, Any] = {
        "form": form, "laid": laid, "scales": SCALES, "papers": tuple(sheet.PAPERS), "n_found": len(codes),
        "links": Links(asked.query, **more), "most": settings().sheet_parcels,
    }  # fmt: skip
    placed = _place(connection, run_id, codes, form, laid)
    if placed is None:
        return said | {"drawn": None, "pages": 0}
    (x, y), zone, scale = placed
    half_x, half_y = laid.map_width * scale / 2_000, laid.map_height * scale / 2_000
    window = sheets.Window(
        sheets.epsg_of(zone), x - half_x, y - half_y, x + half_x, y + half_y, 1_000 / scale
    )
    drawn = sheets.shown(connection, run_id, window, codes, settings().sheet_parcels)
    listing = sheet.list_pages(drawn.chosen, laid.rows) if form.listed and not drawn.too_many else []
    chosen = [row for row in drawn.parcels if form.p is not None and row["entity_id"] == form.p]
    return said | {
        "drawn": drawn, "window": window, "zone": zone, "scale": scale, "bar_m": sheet.bar_m(scale),
        "pages": 1 + len(listing), "listing": listing, "chosen": chosen,
        "larger": [one for one in SCALES if one < scale],
        "outside": len(codes) - len(drawn.chosen) if not drawn.too_many else 0,
    }  # fmt: skip


def _place(
    connection: Connection, run_id: int, codes: Collection[str], form: SheetForm, laid: sheet.Layout
) -> tuple[tuple[float, float], int, int] | None:
    """Return centre in metres, zone and scale: of the view asked for, else of the parcel, else of all that is found."""
    wanted = codes
    if form.p is not None and not (form.c and form.scale == FIT and form.r):
        wanted = [records.parcel(connection, run_id, entity_id=form.p)["parcel_code"]]
    box = sheets.extent(connection, run_id, wanted)
    if form.c:
        lon, lat = (float(part) for part in form.c.split(","))
    elif box is not None:
        lon, lat = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    else:
        return None
    zone = sheets.zone_at(lon)
    epsg = sheets.epsg_of(zone)
    if not sheets.FIRST_ZONE <= zone <= sheets.LAST_ZONE:
        return None
    metres = sheets.extent(connection, run_id, wanted, epsg)
    if form.c:
        centre = sheets.point(connection, lon, lat, epsg)
    else:
        assert metres is not None  # of the same parcels there was one in degrees
        centre = (metres[0] + metres[2]) / 2, (metres[1] + metres[3]) / 2
    return centre, zone, _scale(form, laid, metres)


def _scale(form: SheetForm, laid: sheet.Layout, metres: tuple[float, ...] | None) -> int:
    if form.scale != FIT:
        return min(max(int(form.scale), SCALES[0]), SCALES[-1])
    if form.c and form.r:
        return sheet.of_screen(form.r)
    if metres is None:
        return SCALES[-1]
    return fitting(metres[2] - metres[0], metres[3] - metres[1], laid.map_width, laid.map_height)
