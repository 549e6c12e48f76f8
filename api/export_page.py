"""What the page of exports shows and takes: layers, coordinates, count and area before, and the jobs of the person."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from api import kept
from api.deps import Asked
from api.lists import totals_of
from api.routers.search import ZONE_DEGREES
from data import approvals, export_jobs, overview, queries
from data.export_jobs import ExportJob
from data.identity import actor
from data.settings import settings
from etl.export import FORMATS, WHATS
from etl.export.errors import ExportRefused
from etl.export.order import DECIMALS, Order, checked, of_list, produce
from gis.errors import LandStockError
from maps.catalogue import LANGUAGES, catalogue

DEGREES: Final = (4490, 4326)
FORMS: Final = ("xlsx", "csv", "geojson", "gpkg", "txt")
OF_PARCELS: Final = ("parcels", "verdicts", "idle-list")
"""Layers with a row a parcel: what the filter finds is what they hold."""
BY_PARCEL: Final = (*OF_PARCELS, "buildings", "warnings", "visits")
"""Layers whose rows name a parcel: of them the filter takes those of its parcels."""
SMALL: Final = ("parks", "growth", "growth-areas", "rates", "stock", "ledger", "consumption", "boundaries")
"""Layers with some rows a park, which are written at once."""
_FIRST_ZONE: Final = 25  # EPSG:4513 is its system with the number, EPSG:4534 the one without


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form of exports says beside the filter."""

    whats: tuple[str, ...]
    form: str
    crs: int | None
    decimals: int
    purpose: str


def order_of(asked: Asked, wanted: Wanted, lang: str) -> Order:
    """Return the order that a form gives.

    Raises
    ------
    ExportRefused
        The combination does not exist.
    """
    asked.run()
    _require_fitting(wanted)
    query, decimals = asked.query, wanted.decimals if wanted.decimals in DECIMALS else DECIMALS[0]
    return checked(
        Order(
            tuple(what for what in WHATS if what in wanted.whats) if set(wanted.whats) <= set(WHATS) else wanted.whats,
            wanted.form, asked.as_of, query.known_on, wanted.crs, decimals, asked.filter, lang, actor().name,
            wanted.purpose,
        )
    )  # fmt: skip


def _require_fitting(wanted: Wanted) -> None:
    """Refuse in the words of the page what its form lets one choose and does not go together."""
    unfit = [what for what in wanted.whats if what in FORMATS and wanted.form not in FORMATS[what]]
    if unfit:
        names = {lang: [catalogue(lang).text(f"export.layer.{what}") for what in unfit] for lang in LANGUAGES}
        form = wanted.form.upper()
        raise ExportRefused(
            f"{', '.join(names['en'])} can't be written as {form}. Choose XLSX or CSV, or leave it out.",
            f"{'、'.join(names['zh'])}不能导出为 {form}。请改用 XLSX 或 CSV，或取消勾选。",
        )
    if wanted.form == "geojson" and wanted.crs not in (None, *DEGREES):
        raise ExportRefused(
            f"GeoJSON is in degrees by its standard (RFC 7946), not in EPSG:{wanted.crs}. Choose degrees, or GeoPackage.",
            f"GeoJSON 标准（RFC 7946）规定使用经纬度，不能用 EPSG:{wanted.crs}。请改选经纬度，或改用 GeoPackage 格式。",
        )


def at_once(n_rows: int, whats: tuple[str, ...]) -> bool:
    """Say whether an export is small enough to be waited for."""
    return n_rows <= settings().export_rows_at_once and set(whats) <= {*OF_PARCELS, *SMALL}


def written(order: Order) -> tuple[str, bytes]:
    """Carry an order out; return name and content of its one file."""
    with tempfile.TemporaryDirectory(prefix="landstock-export-") as folder:
        path = produce(order, Path(folder))
        return path.name, path.read_bytes()


def values(
    connection: Connection, asked: Asked, wanted: Wanted, error: LandStockError | None, lang: str
) -> Any:
    """Return what the page shows."""
    run_id = asked.run()
    totals = {
        what: queries.add(list(totals_of(connection, run_id, of_list(asked.filter, what)).values()))
        for what in ("parcels", "idle-list")
    }
    totals["verdicts"] = totals["parcels"]
    rows = sum(totals[what].n for what in wanted.whats if what in totals)
    return {
        "whats": WHATS, "formats": FORMATS, "forms": FORMS, "totals": totals, "of_parcels": OF_PARCELS,
        "by_parcel": BY_PARCEL, "systems": systems(connection, run_id), "decimals": DECIMALS, "wanted": wanted,
        "jobs": jobs(connection), "direct": not actor().account_id or at_once(rows, wanted.whats),
        "purpose_km2": settings().secrecy_km2 if approvals.needed("export") else None,
        "at_once": settings().export_rows_at_once, "days": settings().export_days,
        "error": error, "error_text": None if error is None else error.text("en" if lang == "en" else "zh"),
        "jobs_open": bool(actor().account_id), "may_be_refused": isinstance(error, ExportRefused),
    }  # fmt: skip


def jobs(connection: Connection) -> list[ExportJob]:
    """Return the export jobs of whoever asks."""
    return [] if not actor().account_id else export_jobs.listed(connection)


def systems(connection: Connection, run_id: int) -> list[int]:
    """Return the coordinate systems to choose from: degrees, and the 3-degree zones that the parcels lie in."""
    box = kept.of_run(connection, run_id, "extent", lambda: overview.extent(connection, run_id, None))
    found = list(DEGREES)
    if box is not None:
        first, last = (round(lon / ZONE_DEGREES) for lon in (box[0], box[2]))
        for zone in range(first, last + 1):
            found += [4513 + zone - _FIRST_ZONE, 4534 + zone - _FIRST_ZONE]
    return found
