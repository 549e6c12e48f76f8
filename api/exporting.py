"""Files of the exports for exactly the filter of a page."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from api.deps import Asked
from data import approvals, audit, queries
from data.identity import actor
from data.settings import settings
from etl import export

MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
}


def exported(connection: Connection, what: str, form: str, asked: Asked, lang: str) -> bytes:
    """Return a file with exactly the parcels that the page of this filter shows.

    Raises
    ------
    etl.export.ExportRefused
        There is no such export in this format.
    """
    export.check(what, form, None)
    asked.run()
    query = asked.query
    found = export.dataset(
        what,
        export.Question(asked.as_of, query.known_on, query.park, lang, "api"),
    )
    if "parcel_code" in [column.name for column in found.columns]:
        found = _narrowed(connection, found, what, asked)
    with tempfile.TemporaryDirectory(prefix="landstock-export-") as folder:
        path = Path(folder) / f"{what}.{form}"
        export.write(found, form, path)
        content = path.read_bytes()
    consent = _consent(found, what, form, query.model_dump(exclude_defaults=True, mode="json"))
    if consent is not None:
        approvals.use_now("export", consent)
    told = export.told(found, form, content) | {
        "filter": query.model_dump(exclude_defaults=True, mode="json")
    }
    audit.record(connection, "export", what, form, told)
    return content


def _consent(found: export.Dataset, what: str, form: str, chosen: Mapping[str, Any]) -> str | None:
    """Ask for a second person's consent to shapes of a large area; return what it stands for, where it is needed.

    The area is that of all shapes together, which is never less than what hangs together of them.
    """
    if form in ("csv", "xlsx") or not approvals.needed("export"):
        return None
    area_km2 = export.shape_area_km2(found)
    if area_km2 <= settings().secrecy_km2:
        return None
    asked = json.dumps([what, actor().name, chosen], sort_keys=True, default=str)
    key = f"{what}-{hashlib.sha256(asked.encode()).hexdigest()[:16]}"
    details = {"what": what, "km2": round(area_km2, 1), "rows": len(found.rows)} | dict(chosen)
    approvals.ask_unless_granted("export", key, actor().name, details)
    return key


def _narrowed(connection: Connection, found: export.Dataset, what: str, asked: Asked) -> export.Dataset:
    """Return the rows that the page's own filter matches."""
    wanted = queries.idle_filter(asked.filter) if what == "idle-list" else asked.filter
    codes = {row["parcel_code"] for row in queries.parcel_rows(connection, asked.run(), wanted)}
    kept = [i for i, code in enumerate(found.values("parcel_code")) if code in codes]
    shapes = found.shapes
    if shapes is not None:
        shapes = shapes.iloc[kept] if hasattr(shapes, "iloc") else [shapes[i] for i in kept]
    return replace(found, rows=[found.rows[i] for i in kept], shapes=shapes)
