"""What an export of shapes needs above an area, and what the log keeps of every export (decision on secrecy).

The area is that of all shapes together, which is never less than what hangs together of them.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import geopandas as gpd

from data import approvals
from data.identity import actor
from data.models import STORAGE_SRID
from data.settings import settings
from etl.export import boundary_points
from etl.export.dataset import DECIMALS, Dataset
from gis.areas import area_m2
from gis.errors import LandStockError

_WITHOUT_SHAPES = ("csv", "xlsx")
_PRECISION = {
    "txt": f"{boundary_points.DECIMALS} decimals of a metre",
    "gpkg": "as stored",
    "html": f"{DECIMALS} decimals of a degree",
}


class PurposeNeeded(LandStockError):
    """An export of a large area goes on record with what it is for."""

    code = "purpose-needed"

    def __init__(self, area_km2: float) -> None:
        super().__init__(
            f"This export holds shapes of {area_km2:,.1f} km², more than the {settings().secrecy_km2:g} km² from which "
            "a second person has to consent. Say what it is for (purpose=TEXT, --purpose TEXT).",
            f"本次导出含图形 {area_km2:,.1f} 平方千米，超过须经另一人审批的 {settings().secrecy_km2:g} 平方千米。"
            "请写明用途（purpose=文字，--purpose 文字）。",
        )


def shape_area_km2(found: Dataset) -> float:
    """Return the area of all shapes of a dataset together, in square kilometres; 0 without shapes."""
    if found.shapes is None:
        return 0.0
    return float(area_m2(gpd.GeoSeries(list(found.shapes), crs=STORAGE_SRID)).sum()) / 1e6


def ask(found: Dataset, form: str, chosen: Mapping[str, Any]) -> str | None:
    """Ask for a second person's consent where it is needed; return what it stands for, to be used with the export.

    Raises
    ------
    PurposeNeeded
        Consent is needed, and nothing says what the export is for.
    ApprovalNeeded
        Nobody has consented yet; the request is on the list now.
    """
    if form in _WITHOUT_SHAPES or not approvals.needed("export"):
        return None
    area_km2 = shape_area_km2(found)
    if area_km2 <= settings().secrecy_km2:
        return None
    purpose = found.question.purpose.strip()
    if not purpose:
        raise PurposeNeeded(area_km2)
    asked = json.dumps([found.what, actor().name, dict(chosen), purpose], sort_keys=True, default=str)
    key = f"{found.what}-{hashlib.sha256(asked.encode()).hexdigest()[:16]}"
    details = {
        "what": found.what,
        "purpose": purpose,
        "km2": round(area_km2, 1),
        "rows": len(found.rows),
    } | dict(chosen)
    approvals.ask_unless_granted("export", key, actor().name, details)
    return key


def require(found: Dataset, form: str) -> None:
    """Ask for consent where it is needed and use it up, before a file is written that nothing could take back.

    Raises
    ------
    PurposeNeeded, ApprovalNeeded
    """
    question = found.question
    granted = ask(
        found, form, {"park": question.park_code, "as_of": question.as_of, "known_on": question.known_on}
    )
    if granted is not None:
        approvals.use_now("export", granted)


def told(found: Dataset, form: str, content: bytes) -> dict[str, object]:
    """Return what the log says of an export: how much of what and where, how exact, for what, and the file's hash."""
    said: dict[str, object] = {
        "rows": len(found.rows), "format": form, "as_of": found.question.as_of.isoformat(),
        "park": found.question.park_code, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip
    if found.question.purpose:
        said["purpose"] = found.question.purpose
    if form not in _WITHOUT_SHAPES and found.shapes is not None and len(found.rows):
        bounds = gpd.GeoSeries(list(found.shapes), crs=STORAGE_SRID).total_bounds
        said |= {
            "km2": round(shape_area_km2(found), 2), "extent": [round(float(value), 3) for value in bounds],
            "precision": _PRECISION.get(form, f"{found.question.decimals} decimals of a degree"),
        }  # fmt: skip
    return said
