"""What the list of findings shows: tiles, codes, one page of rows, and one of them on a small map."""

from typing import Any

from sqlalchemy import Connection

from api.finding_rows import code_rows, finding_row, finding_rows
from data import deliveries, finding_map, findings

SIZE = 50
MAP_RATIO = 1.95


def findings_values(
    connection: Connection,
    delivery_id: int,
    lang: str,
    *,
    severity: str = "",
    code: str = "",
    page: int = 1,
    issue: int | None = None,
) -> dict[str, Any]:
    """Return the values of the list of findings of a delivery.

    Without a severity the gravest one that has findings about rows is shown; without an
    ``issue`` the first of the page that has a place is drawn.
    """
    found = deliveries.delivery(connection, delivery_id)
    counted = findings.severities(connection, found)
    codes = code_rows(found["by_code"], lang)
    chosen = findings.finding(connection, delivery_id, issue) if issue is not None else None
    wanted = _severity(severity, code, codes, counted, chosen)
    own = [row for row in codes if row["severity"] == wanted]
    total = sum(row["n"] for row in own if not code or row["code"] == code)
    rows = deliveries.issues(
        connection, delivery_id, code=code or None, severity=wanted, limit=SIZE, offset=(page - 1) * SIZE
    )
    if chosen is None and rows:
        first = next((row for row in rows if row["lon"] is not None), rows[0])
        chosen = findings.finding(connection, delivery_id, first["issue_id"])
    return {
        "found": found, "severities": counted, "codes": codes, "own_codes": own, "severity": wanted, "code": code,
        "rows": finding_rows([row | {"delivery_id": delivery_id, "file_id": None} for row in map(dict, rows)], lang),
        "total": total, "page": page, "pages": max(1, -(-total // SIZE)), "size": SIZE,
        "chosen": finding_row(chosen, lang) if chosen else None,
        "map": finding_map.finding_map(connection, chosen, ratio=MAP_RATIO) if chosen else None,
        "repairs": findings.repairs(connection, delivery_id),
    }  # fmt: skip


def _severity(
    asked: str, code: str, codes: list[dict[str, Any]], counted: findings.Severities, chosen: Any
) -> str:
    """Return the severity to list: that of the code, the one asked for, that of the finding, else the gravest."""
    of_code = next((row["severity"] for row in codes if row["code"] == code), "")
    of_issue = chosen["severity"] if chosen is not None else ""
    gravest = next(
        (name for name in ("REJECTS", "WARNS", "INFORMS", "BLOCKS") if counted.findings[name]), "REJECTS"
    )
    return of_code or (asked if asked in findings.SEVERITIES else "") or of_issue or gravest
