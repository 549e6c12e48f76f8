"""Reads about what the checks found in a delivery: by severity, one finding, the repairs proposed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping

from data.sql import load
from gis.errors import LandStockError

SEVERITIES = ("BLOCKS", "REJECTS", "WARNS", "INFORMS")


class NoSuchFinding(LandStockError):
    """A delivery has no finding of this number."""

    code = "finding-not-found"

    def __init__(self, delivery_id: int, issue_id: int) -> None:
        super().__init__(
            f"Delivery {delivery_id} has no finding {issue_id}. The list of its findings shows those it has.",
            f"成果 {delivery_id} 没有编号为 {issue_id} 的问题。问题清单列出全部问题。",
        )


@dataclass(frozen=True, slots=True)
class Severities:
    """Rows of a delivery by their gravest finding, findings by severity, and rows without any."""

    rows: dict[str, int]
    findings: dict[str, int]
    about_files: dict[str, int]
    read: int

    @property
    def clean(self) -> int:
        """How many rows nothing was found about."""
        return max(0, self.read - sum(self.rows.values()))


def severities(connection: Connection, found: Mapping[str, Any]) -> Severities:
    """Return the rows of a delivery (as ``data.deliveries.delivery`` gives it) by their gravest finding."""
    asked = {"delivery_id": found["delivery_id"]}
    rows, files = dict.fromkeys(SEVERITIES, 0), dict.fromkeys(SEVERITIES, 0)
    for row in connection.execute(load("findings_rows"), asked).mappings():
        rows[row["severity"]], files[row["severity"]] = int(row["row_count"]), int(row["file_findings"])
    findings = dict.fromkeys(SEVERITIES, 0)
    for row in found["by_code"]:
        findings[row["severity"]] += row["n"]
    return Severities(rows, findings, files, sum(file["rows_read"] for file in found["files"]))


def finding(connection: Connection, delivery_id: int, issue_id: int) -> RowMapping:
    """Return one finding with its file and place.

    Raises
    ------
    NoSuchFinding
        The delivery has no such finding.
    """
    asked = {"delivery_id": delivery_id, "issue_id": issue_id}
    found = connection.execute(load("finding"), asked).mappings().one_or_none()
    if found is None:
        raise NoSuchFinding(delivery_id, issue_id)
    return found


def repairs(connection: Connection, delivery_id: int) -> Sequence[RowMapping]:
    """Return the repairs proposed for a delivery, by kind, with the areas before and after."""
    return connection.execute(load("repairs_by_kind"), {"delivery_id": delivery_id}).mappings().all()


def deliveries_page(
    connection: Connection, *, status: str | None, supplier: str | None, size: int, page: int
) -> tuple[Sequence[RowMapping], dict[str, int]]:
    """Return one page of the deliveries that match, and how many there are by status."""
    asked = {"status": status, "supplier": supplier, "limit": size, "offset": (page - 1) * size}
    rows = connection.execute(load("deliveries"), asked).mappings().all()
    counts = connection.execute(load("deliveries_facets"), {"supplier": supplier}).all()
    return rows, {row.status: row.n for row in counts}


def suppliers(connection: Connection, limit: int = 50) -> list[str]:
    """Return the suppliers that have delivered before, the latest first."""
    return [row.supplier for row in connection.execute(load("suppliers"), {"limit": limit})]
