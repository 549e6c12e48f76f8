"""Files of the exports for exactly the filter of a page."""

import tempfile
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from api.deps import Asked
from data import approvals, audit, queries
from etl import export
from etl.export import consent
from etl.export.consent import PurposeNeeded

__all__ = ["MEDIA", "PurposeNeeded", "exported"]

MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
}


def exported(
    connection: Connection, what: str, form: str, asked: Asked, lang: str, purpose: str = ""
) -> bytes:
    """Return a file with exactly the parcels that the page of this filter shows.

    Raises
    ------
    etl.export.ExportRefused
        There is no such export in this format.
    PurposeNeeded, ApprovalNeeded
        A second person's consent is needed first.
    """
    export.check(what, form, None)
    asked.run()
    query = asked.query
    found = export.dataset(
        what,
        export.Question(asked.as_of, query.known_on, query.park, lang, "api", purpose),
    )
    if "parcel_code" in [column.name for column in found.columns]:
        found = _narrowed(connection, found, what, asked)
    chosen = query.model_dump(exclude_defaults=True, mode="json")
    granted = consent.ask(found, form, chosen)
    with tempfile.TemporaryDirectory(prefix="landstock-export-") as folder:
        path = Path(folder) / f"{what}.{form}"
        export.write(found, form, path)
        content = path.read_bytes()
    if granted is not None:
        approvals.use_now("export", granted)
    audit.record(connection, "export", what, form, consent.told(found, form, content) | {"filter": chosen})
    return content


def _narrowed(connection: Connection, found: export.Dataset, what: str, asked: Asked) -> export.Dataset:
    """Return the rows that the page's own filter matches."""
    wanted = queries.idle_filter(asked.filter) if what == "idle-list" else asked.filter
    codes = {row["parcel_code"] for row in queries.parcel_rows(connection, asked.run(), wanted)}
    kept = [i for i, code in enumerate(found.values("parcel_code")) if code in codes]
    shapes = found.shapes
    if shapes is not None:
        shapes = shapes.iloc[kept] if hasattr(shapes, "iloc") else [shapes[i] for i in kept]
    return replace(found, rows=[found.rows[i] for i in kept], shapes=shapes)
