"""What the page of the atlas shows and takes; the atlas itself is a job like other exports."""

from typing import Any

from sqlalchemy import Connection

from api import export_page
from api.deps import Asked
from api.lists import totals_by, totals_of
from data import approvals, export_jobs, queries
from data.identity import actor
from data.models import IdleVerdict
from data.settings import settings
from etl.export import atlas
from etl.export.order import Order, checked
from gis.errors import LandStockError


def order(asked: Asked, purpose: str, lang: str, connection: Connection) -> None:
    """Put the atlas of a filter into the queue.

    Raises
    ------
    etl.export.ExportRefused
        There is no parcel, or more than one atlas holds.
    """
    n_found = queries.add(list(totals_of(connection, asked.run(), asked.filter).values())).n
    atlas.require_fitting(n_found)
    wanted = Order(
        (atlas.NAME,), "html", asked.as_of, asked.query.known_on, chosen=asked.filter, lang=lang, person=actor().name,
        purpose=purpose.strip(),
    )  # fmt: skip
    export_jobs.order(actor(), checked(wanted).as_json())


def values(
    connection: Connection, asked: Asked, lang: str, purpose: str = "", error: LandStockError | None = None
) -> dict[str, Any]:
    """Return what the page shows."""
    run_id = asked.run()
    return {
        "whole": queries.add(list(totals_of(connection, run_id, asked.filter).values())),
        "by_park": totals_by(connection, run_id, asked.filter, IdleVerdict.park_code),
        "most": settings().atlas_parcels, "days": settings().export_days, "jobs": export_page.jobs(connection),
        "jobs_open": bool(actor().account_id), "purpose": purpose,
        "purpose_km2": settings().secrecy_km2 if approvals.needed("export") else None,
        "error_text": None if error is None else error.text("en" if lang == "en" else "zh"),
        "error_code": "" if error is None else error.code,
    }  # fmt: skip
