"""What the page of one delivery shows."""

from typing import Any

from sqlalchemy import Connection

from api.finding_rows import code_rows
from data import changes, corrections, deliveries, findings, fixlist
from etl.checks.names import short_name


def delivery_values(connection: Connection, delivery_id: int, lang: str) -> dict[str, Any]:
    """Return the values of the page of one delivery.

    Raises
    ------
    NoSuchDelivery
        There is no such delivery.
    """
    found = deliveries.delivery(connection, delivery_id)
    return {
        "found": found,
        "severities": findings.severities(connection, found),
        "codes": code_rows(found["by_code"], lang),
        "blocked": {
            file["file_id"]: [short_name(code, lang) for code in file["blocked_by"]]
            for file in found["files"]
        },
        "fixlist": bool(found["by_code"]),
        "totals": changes.totals(connection, delivery_id),
        "followup": fixlist.followup(connection, delivery_id, limit=20),
        "corrections": corrections.of_delivery(connection, delivery_id),
        "errors": {},
        "typed": {},
    }
