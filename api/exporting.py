"""Files of the exports for exactly the filter of a page."""

import tempfile
from pathlib import Path

from api.deps import Asked
from data.identity import actor
from data.statistics import Terms
from etl.export.consent import PurposeNeeded
from etl.export.order import Order, checked, produce

__all__ = ["MEDIA", "PurposeNeeded", "exported"]

NO_TERMS = Terms()

MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "txt": "text/plain; charset=gb18030",
    "zip": "application/zip",
    "html": "text/html; charset=utf-8",
}


def exported(
    what: str, form: str, asked: Asked, lang: str, purpose: str = "", terms: Terms = NO_TERMS
) -> tuple[str, bytes]:
    """Return name and content of a file with exactly the rows that the page of this filter shows.

    Parameters
    ----------
    terms
        The facets of the page of contract terms; its park is that of the filter.

    Raises
    ------
    etl.export.ExportRefused
        There is no such export in this format.
    PurposeNeeded, ApprovalNeeded
        A second person's consent is needed first.
    """
    order = checked(
        Order(
            (what,), form, asked.as_of, asked.query.known_on, chosen=asked.filter, lang=lang, person=actor().name,
            purpose=purpose, term=terms.term, verdict=terms.verdict,
        )
    )  # fmt: skip
    asked.run()
    with tempfile.TemporaryDirectory(prefix="landstock-export-") as folder:
        path = produce(order, Path(folder), pack=False)
        return path.name, path.read_bytes()
