"""How good the published data are: findings that are still open, by layer, supplier and park."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from data.identity import by_system
from data.layers import LAYERS
from data.session import transaction
from data.settings import settings
from data.sql import load

LEVELS = ("GOOD", "CHECK", "CAREFUL", "EMPTY")
CHECK_SHARE = (1, 100)  # more rows than this with a finding: say so before the layer is used
CAREFUL_SHARE = (5, 100)


@dataclass(frozen=True, slots=True)
class Quality:
    """One layer: its current rows, and how many rows have open findings."""

    layer: str
    rows: int
    rejected: int
    warned: int
    as_of: Any

    @property
    def level(self) -> str:
        """The level, one of ``LEVELS``: by the share of rows that were refused or must be looked at."""
        if not self.rows:
            return "EMPTY"
        open_rows, all_rows = self.rejected + self.warned, self.rows + self.rejected
        if open_rows * CAREFUL_SHARE[1] > all_rows * CAREFUL_SHARE[0]:
            return "CAREFUL"
        return "CHECK" if self.rejected or open_rows * CHECK_SHARE[1] > all_rows * CHECK_SHARE[0] else "GOOD"


def _open() -> str:
    """Return the statement that gives the open findings of all layers."""
    parts = []
    for name, layer in LAYERS.items():
        key = f"concat_ws('/', {', '.join(f'v.{column}' for column in layer.key)})" if layer.key else "NULL"
        parts.append(load("open_findings").text.replace("{layer}", name).replace("{key}", key))
    return "\nUNION ALL\n".join(parts)


def _where(layer: str | None, supplier: str | None, park: str | None) -> tuple[str, dict[str, Any]]:
    asked = {"layer": layer, "supplier": supplier, "park_code": park}
    given = {name: value for name, value in asked.items() if value is not None}
    return " AND ".join(["true", *(f"{name} = :{name}" for name in given)]), given


def counts(
    connection: Connection, layer: str | None = None, supplier: str | None = None, park: str | None = None
) -> Sequence[RowMapping]:
    """Count rows with open findings by ``layer``, ``supplier`` and ``park_code`` (one of them set a row), and by code.

    ``by`` says which; ``n_rows`` counts a row once however many findings it has.
    """
    where, asked = _where(layer, supplier, park)
    statement = text(
        f"WITH o AS ({_open()}) "
        "SELECT CASE grouping(layer, supplier, park_code, code) WHEN 7 THEN 'layer' WHEN 11 THEN 'supplier' "
        "WHEN 13 THEN 'park' ELSE 'code' END AS by, coalesce(layer, supplier, park_code, code) AS value, severity, "
        "count(*) AS n, count(DISTINCT (file_id, row_no)) AS n_rows "
        f"FROM o WHERE {where} "
        "GROUP BY GROUPING SETS ((layer, severity), (supplier, severity), (park_code, severity), (code, severity)) "
        "ORDER BY n DESC, value"
    )
    return connection.execute(statement, asked).mappings().all()


def listed(
    connection: Connection,
    *,
    layer: str | None = None,
    supplier: str | None = None,
    park: str | None = None,
    code: str | None = None,
    size: int = 50,
    page: int = 1,
) -> Sequence[RowMapping]:
    """Return one page of the open findings, the gravest first; ``total`` counts all that match."""
    where, asked = _where(layer, supplier, park)
    where, asked = (f"{where} AND code = :code", asked | {"code": code}) if code else (where, asked)
    statement = text(
        f"WITH o AS ({_open()}) SELECT *, count(*) OVER () AS total FROM o WHERE {where} "
        "ORDER BY severity, delivery_id DESC, file_id, row_no, issue_id LIMIT :size OFFSET :skip"
    )
    return connection.execute(statement, asked | {"size": size, "skip": (page - 1) * size}).mappings().all()


def layers(connection: Connection) -> list[Quality]:
    """Return every layer with its rows and open findings, the ones without data last."""
    found = {(row["value"], row["severity"]): row for row in counts(connection) if row["by"] == "layer"}
    qualities = []
    for name in LAYERS:
        current = connection.execute(
            text(f"SELECT count(*) AS n, max(lower(known)) AS since FROM {name} WHERE upper_inf(known)")
        ).one()
        rejected, warned = (
            found[name, severity]["n_rows"] if (name, severity) in found else 0
            for severity in ("REJECTS", "WARNS")
        )
        qualities.append(Quality(name, current.n, rejected, warned, current.since))
    return sorted(qualities, key=lambda quality: quality.level == "EMPTY")


def park_names(connection: Connection) -> dict[str, str]:
    """Return the names of the parks in force by their code."""
    rows = connection.execute(text("SELECT park_code, park_name FROM park WHERE upper_inf(known)")).all()
    return {row.park_code: row.park_name or row.park_code for row in rows}


@by_system
def named_parks() -> dict[str, str]:
    """Return the names of the parks by their code, for the pages of accounts: who administers reads no land data."""
    with transaction(settings().request_timeout_s) as connection:
        return park_names(connection)
