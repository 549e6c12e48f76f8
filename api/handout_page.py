"""What the page of the hand-out map shows, and the file it gives."""

import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from api import atlas_page
from api.deps import Asked
from api.handing_out import write_map
from api.lists import totals_by
from data import queries
from data.identity import actor
from data.models import IdleVerdict
from etl.export import Question
from gis.errors import LandStockError
from maps.handout import LIMIT, require_fitting


def values(
    connection: Connection, asked: Asked, lang: str, purpose: str = "", error: LandStockError | None = None
) -> dict[str, Any]:
    """Return what the page shows."""
    return atlas_page.values(connection, asked, lang, purpose, error) | {"most": LIMIT}


def written(connection: Connection, asked: Asked, purpose: str, lang: str) -> tuple[str, bytes]:
    """Return name and content of the map of a filter as one file.

    Raises
    ------
    maps.handout.TooManyParcels
        One file holds fewer; told before anything is read.
    etl.export.PurposeNeeded, ApprovalNeeded
        A second person's consent is needed first.
    """
    run_id, park = asked.run(), asked.query.park
    by_park = totals_by(connection, run_id, asked.filter, IdleVerdict.park_code)
    require_fitting({code or "": total.n for code, total in by_park.items()})
    codes = queries.matching_codes(connection, run_id, asked.filter)
    question = Question(asked.as_of, asked.query.known_on, park, lang, actor().name, purpose.strip())
    name = f"map_{asked.as_of:%Y%m%d}_CGCS2000.html"
    with tempfile.TemporaryDirectory(prefix="landstock-map-") as folder:
        path = Path(folder) / name
        write_map(question, path, codes=codes)
        return name, path.read_bytes()
