"""Reads about deliveries: which there are, what became of their files, what was found."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping

from data import changes, corrections, fixlist
from data.sql import load
from gis.errors import LandStockError


class NoSuchDelivery(LandStockError):
    """No delivery has this number."""

    code = "delivery-not-found"

    def __init__(self, delivery_id: int) -> None:
        self.delivery_id = delivery_id
        super().__init__(
            f"There is no delivery {delivery_id}. `landstock deliveries` lists them.",
            f"没有编号为 {delivery_id} 的成果。`landstock deliveries` 可列出全部成果。",
        )


def list_deliveries(connection: Connection, limit: int = 100, offset: int = 0) -> Sequence[RowMapping]:
    """Return deliveries, the newest first, with their counts of rows and findings (see ``deliveries.sql``)."""
    asked = {"status": None, "supplier": None, "limit": limit, "offset": offset}
    return connection.execute(load("deliveries"), asked).mappings().all()


def delivery(connection: Connection, delivery_id: int) -> dict[str, Any]:
    """Return one delivery with its ``files``, its ``publications`` and its findings ``by_code``.

    Raises
    ------
    NoSuchDelivery
        There is no such delivery.
    """
    asked = {"delivery_id": delivery_id}
    found = connection.execute(load("delivery"), asked).mappings().one_or_none()
    if found is None:
        raise NoSuchDelivery(delivery_id)
    return dict(found) | {
        name: [dict(row) for row in connection.execute(load(query), asked).mappings()]
        for name, query in (
            ("files", "delivery_files"),
            ("publications", "delivery_publications"),
            ("by_code", "delivery_by_code"),
        )
    }


def issues(
    connection: Connection,
    delivery_id: int,
    code: str | None = None,
    severity: str | None = None,
    layer: str | None = None,
    limit: int = 1_000,
    offset: int = 0,
) -> Sequence[RowMapping]:
    """Return findings, the gravest first; ``lon`` and ``lat`` say where, ``params`` what their words are made of."""
    asked = {
        "delivery_id": delivery_id,
        "code": code,
        "severity": severity,
        "layer": layer,
        "limit": limit,
        "offset": offset,
    }
    return connection.execute(load("delivery_issues"), asked).mappings().all()


def whole(connection: Connection, delivery_id: int) -> dict[str, Any]:
    """Return everything on record about one delivery.

    Beside what :func:`delivery` returns: ``differences`` from the published
    state (layer -> kind -> count), ``followup`` of the supplier's last
    fix-list (counts, or ``None``), what became of the ``corrections``, and
    all findings (``issues``).

    Raises
    ------
    NoSuchDelivery
        There is no such delivery.
    """
    found = delivery(connection, delivery_id)
    done = fixlist.followup(connection, delivery_id, limit=0)
    return found | {
        "differences": changes.totals(connection, delivery_id),
        "followup": None
        if done is None
        else {n: getattr(done, n) for n in ("previous", "mended", "still", "new")},
        "corrections": [dict(row) for row in corrections.of_delivery(connection, delivery_id)],
        "issues": [dict(row) for row in issues(connection, delivery_id, limit=1_000_000)],
    }
