"""Totals: the figures of the first page."""

from typing import Any

from fastapi import APIRouter

from api.deps import AskedDep, ConnectionDep, VisitorDep
from api.documents import totals_document
from data import overview, queries
from data.models import IdleVerdict
from gis.words import MISSING, STATUS

router = APIRouter(prefix="/summary", tags=["totals"])


@router.get("")
def summary(asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep) -> dict[str, Any]:
    """Return count and area of the matching parcels by status, verdict and park."""
    run_id, lang = asked.run(), visitor.lang
    by_status = queries.status_totals(connection, run_id, asked.filter)
    by_park = queries.totals_by(connection, run_id, asked.filter, IdleVerdict.park_code, IdleVerdict.verdict)
    whole = queries.add(list(by_status.values()))
    state = overview.run(connection, run_id)
    return {
        "run_id": run_id,
        "as_of": asked.as_of,
        "publication_id": state["publication_id"],
        "rules_version": state["rules_version"],
        "total": whole.n,
        "area_m2": float(whole.area_m2),
        "n_area_drawn": whole.n_drawn,
        "statuses": [
            {"code": code, "word": STATUS[code][lang], "n": total.n, "area_m2": float(total.area_m2)}
            for code, total in by_status.items()
        ],
        "verdicts": totals_document(queries.totals_by(connection, run_id, asked.filter, IdleVerdict.verdict)),
        "parks": [
            {
                "park_code": park.code,
                "park_name": park.name,
                "n": park.total.n,
                "area_m2": float(park.total.area_m2),
                "counts": park.counts,
            }
            for park in overview.park_totals(overview.parks(connection, run_id), by_park)
        ],
        "missing": [
            {"code": code, "text": MISSING[code][lang] if code in MISSING else code, "n": n}
            for code, n in queries.missing_totals(connection, run_id, asked.filter)
        ],
    }
