"""What a dossier shows: everything on record about one parcel, as one run saw it."""

from typing import Any

from sqlalchemy import Connection

from api.deps import Asked
from api.documents import governing
from api.pages import findings
from data import disagreements
from data import dossier as records
from gis.phrases.crosscheck import tell_disagreement
from gis.term_trace import term_trace
from gis.trace import explain_idle, explain_intensity
from gis.trace_text import idle_trace
from maps import drawing
from maps.catalogue import catalogue

MAP_RATIO = 1.5


def values(
    connection: Connection, asked: Asked, parcel_code: str, lang: str, number: int = 1, of: int = 1
) -> dict[str, Any]:
    """Return what the sheet of a parcel shows; ``number`` and ``of`` are its page and the pages there are.

    Raises
    ------
    data.dossier.ParcelNotFound
    """
    run_id, words = asked.run(), catalogue(lang)
    found = records.dossier(connection, run_id, parcel_code=parcel_code)
    contract = governing(found.contracts)
    told = explain_idle(idle_trace(found.parcel, found.parcel["cited"], found.parcel["as_of"]), lang)
    return {
        "found": found, "parcel": found.parcel, "contract": contract, "told": told,
        "intensity": [
            (row, explain_intensity(term_trace(row, row["facts"], row["cited"], row["as_of"]), lang))
            for row in found.intensity
        ],
        "map": records.drawing(connection, run_id, found.parcel, ratio=MAP_RATIO),
        "timeline": drawing.timeline(found, contract, asked.as_of, words),
        "builtup": drawing.builtup_bars(found.builtup),
        "history": drawing.history(found, asked.as_of, words), "findings": findings(found.issues, lang),
        "crosschecks": [
            tell_disagreement(dict(row), lang)
            for row in disagreements.about_parcel(connection, run_id, found.parcel["parcel_code"])
        ],
        "why_not": drawing.why_not(found.parcel, told, words), "sheet_n": number, "sheet_of": of,
    }  # fmt: skip
