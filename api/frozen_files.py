"""Frozen lists as files: exactly what was stored, with number and hash in the file."""

import tempfile
from pathlib import Path

from sqlalchemy import Connection, RowMapping

from data import approvals, audit, frozen_lists
from data.identity import actor
from etl import export
from etl.export import consent
from etl.export.frozen import frozen_dataset, seal

FORMS = ("xlsx", "csv", "geojson", "json")
__all__ = ["FORMS", "frozen_file", "seal"]


def frozen_file(connection: Connection, head: RowMapping, form: str, lang: str) -> bytes:
    """Return a frozen list as a file; ``json`` is the canonical text whose SHA-256 is the hash of the list.

    Raises
    ------
    PurposeNeeded, ApprovalNeeded
        Shapes above the area of secrecy need a second person's consent.
    """
    number = str(head["list_id"])
    if form == "json":
        text = frozen_lists.frozen_text(head, frozen_lists.frozen_rows(connection, head["list_id"]))
        audit.record(connection, "export", "frozen-list", form, {"list": number, "rows": head["parcels"]})
        return text.encode("utf-8")
    found = frozen_dataset(connection, head, lang, actor().name)
    granted = consent.ask(found, form, {"list": number})
    with tempfile.TemporaryDirectory(prefix="landstock-export-") as folder:
        path = Path(folder) / f"frozen-list-{number}.{form}"
        export.write(found, form, path)
        content = path.read_bytes()
    if granted is not None:
        approvals.use_now("export", granted)
    audit.record(
        connection, "export", "frozen-list", form, consent.told(found, form, content) | {"list": number}
    )
    return content
