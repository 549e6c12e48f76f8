"""Publish a delivery, or take a publication back: each is one transaction, and history is never rewritten.

Layers with a key are compared by key and content, others by content. The
layers of observations (``builtup``, ``land_state``) replace what was observed
on the same day: within the parks that the delivered patches lie in (or the one
named); outside all parks only the patches that a delivered one covers or lies
in, so that one district's delivery never ends another district's patches.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from data import approvals, public_edition, staged, supplier_mappings
from data.deliveries import NoSuchDelivery
from data.identity import by_system
from data.layers import LAYERS
from data.session import transaction
from data.sql import load
from etl import corrections, lineage, restore_point
from etl.errors import NotPublishable
from etl.publish_layer import publish_layer
from etl.statements import same_row, taken_over

SYSTEM = "system"


@dataclass(slots=True)
class Published:
    """What a publication changed: layer -> counts of new, changed, unchanged and ended rows."""

    publication_id: int
    changes: dict[str, dict[str, int]] = field(default_factory=dict)


@by_system
def publish(delivery_id: int, person: str = SYSTEM, reason: str | None = None) -> Published:
    """Publish the staged rows of a delivery, in one transaction.

    Raises
    ------
    NoSuchDelivery
        There is no such delivery.
    NotPublishable
        It is not staged, or it would end too much of a layer.
    """
    approvals.ask_unless_granted("publish", str(delivery_id), person)
    with transaction() as connection:
        return publish_in(connection, delivery_id, person, reason)


def publish_in(connection: Connection, delivery_id: int, person: str, reason: str | None = None) -> Published:
    """Publish inside a transaction that the caller holds (see :func:`publish`)."""
    status, options = _status(connection, delivery_id)
    if status != "STAGED":
        raise NotPublishable(
            f"Delivery {delivery_id} is {status}; only a STAGED one can be published. Import it again if it is wanted.",
            f"成果 {delivery_id} 的状态为 {status}；只有 STAGED 状态的成果可以发布。如仍需要，请重新导入。",
        )
    if "correction" not in options:
        approvals.use(connection, "publish", str(delivery_id))
    files = _files(connection, delivery_id)
    plan_for_bulk(connection)
    lock(connection, files)
    # Two runs may have waited for the same lock: the state is read again under it.
    if _status(connection, delivery_id)[0] != "STAGED":
        raise NotPublishable(
            f"Delivery {delivery_id} was published by another process just now. Nothing is left to do.",
            f"成果 {delivery_id} 刚由另一进程发布，无需再次发布。",
        )
    publication, now = _record(connection, delivery_id, "PUBLISH", person, reason)
    done = Published(publication)
    for layer, ids in files.items():
        done.changes[layer] = publish_layer(connection, layer, ids, publication, now, options)
    lineage.record(connection, delivery_id, publication)
    _finish(connection, done, delivery_id, "PUBLISHED")
    supplier_mappings.save_of(connection, delivery_id, person)
    # Last, since a table that is emptied as a whole is locked until the commit.
    for layer, ids in files.items():
        staged.discard(connection, layer, ids)
    return done


def plan_for_bulk(connection: Connection) -> None:
    """Make the rest of the transaction join whole tables by hash.

    Rows that were copied in a moment ago have no statistics: the planner
    takes a hundred thousand staged rows for none and would look each up one
    by one, for minutes.
    """
    for setting in ("enable_nestloop = off", "work_mem = '64MB'", "maintenance_work_mem = '256MB'"):
        connection.execute(text(f"SET LOCAL {setting}"))


def lock(connection: Connection, layers: Iterable[str]) -> None:
    """Wait until no other publication of these layers is under way; always in the same order."""
    for layer in sorted(layers):
        connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtext('landstock.publish'), hashtext(:layer))"),
            {"layer": layer},
        )


def _status(connection: Connection, delivery_id: int) -> tuple[str, dict[str, Any]]:
    row = connection.execute(
        text("SELECT status, options FROM delivery WHERE delivery_id = :id"), {"id": delivery_id}
    ).one_or_none()
    if row is None:
        raise NoSuchDelivery(delivery_id)
    return row.status, row.options


def _files(connection: Connection, delivery_id: int) -> dict[str, list[int]]:
    """Return the files of a delivery that nothing blocks, by layer, in the order of layers."""
    rows = connection.execute(
        text(
            "SELECT layer, file_id FROM delivery_file WHERE delivery_id = :id AND layer IS NOT NULL "
            "AND blocked_by = '{}' ORDER BY file_id"
        ),
        {"id": delivery_id},
    ).all()
    by_layer = {layer: [row.file_id for row in rows if row.layer == layer] for layer in LAYERS}
    return {layer: ids for layer, ids in by_layer.items() if ids}


def _record(
    connection: Connection, delivery_id: int, action: str, person: str, reason: str | None
) -> tuple[int, Any]:
    row = connection.execute(
        text(
            "INSERT INTO publication (delivery_id, action, person, reason) "
            "VALUES (:id, :action, :person, :reason) RETURNING publication_id, published_at"
        ),
        {"id": delivery_id, "action": action, "person": person, "reason": reason},
    ).one()
    restore_point.mark(connection, row.publication_id)
    return row.publication_id, row.published_at


def _finish(connection: Connection, done: Published, delivery_id: int, status: str) -> None:
    connection.execute(
        text("UPDATE publication SET changes = CAST(:changes AS jsonb) WHERE publication_id = :id"),
        {"changes": _json(done.changes), "id": done.publication_id},
    )
    connection.execute(
        text("UPDATE delivery SET status = :status WHERE delivery_id = :id"),
        {"status": status, "id": delivery_id},
    )
    if {"contract", "parcel"} & done.changes.keys():
        _place_contracts(connection, done.publication_id)
    if {"park", "land_state"} & done.changes.keys():
        public_edition.fill(connection)


def _place_contracts(connection: Connection, publication: int) -> None:
    """Note which parks contracts lie in, which rights on them go by."""
    connection.execute(load("contract_parks"), {"pub": publication})
    while connection.execute(load("contract_parks_inherited")).rowcount:
        pass  # one step of a chain of supplements at a time


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@by_system
def withdraw(delivery_id: int, reason: str, person: str = SYSTEM) -> Published:
    """Take the publication of a delivery back: a further publication that restores exactly what was before.

    Raises
    ------
    NoSuchDelivery
        There is no such delivery.
    NotPublishable
        It is not published, or later publications rest on its rows.
    """
    with transaction() as connection:
        status, _ = _status(connection, delivery_id)
        before = connection.execute(
            text(
                "SELECT publication_id, changes FROM publication WHERE delivery_id = :id AND action = 'PUBLISH' "
                "ORDER BY publication_id DESC LIMIT 1"
            ),
            {"id": delivery_id},
        ).one_or_none()
        if status != "PUBLISHED" or before is None:
            raise NotPublishable(
                f"Delivery {delivery_id} is {status}; only a PUBLISHED one can be withdrawn.",
                f"成果 {delivery_id} 的状态为 {status}；只有 PUBLISHED 状态的成果可以撤回。",
            )
        layers = [layer for layer in LAYERS if layer in before.changes]
        plan_for_bulk(connection)
        lock(connection, layers)
        if _status(connection, delivery_id)[0] != "PUBLISHED":
            raise NotPublishable(
                f"Delivery {delivery_id} was withdrawn by another process just now. Nothing is left to do.",
                f"成果 {delivery_id} 刚由另一进程撤回，无需再次撤回。",
            )
        for layer in layers:
            _require_latest(connection, layer, before.publication_id, delivery_id)
        publication, now = _record(connection, delivery_id, "WITHDRAW", person, reason)
        done = Published(publication)
        for layer in layers:
            done.changes[layer] = _withdraw_layer(connection, layer, before.publication_id, publication, now)
        corrections.withdrawn(connection, delivery_id, person, reason)
        _finish(connection, done, delivery_id, "WITHDRAWN")
        return done


def _require_latest(connection: Connection, layer: str, publication: int, delivery_id: int) -> None:
    """Refuse where a later publication has changed what this one made, or taken the place of what it ended."""
    later = connection.execute(
        text(
            f"SELECT DISTINCT u.delivery_id FROM publication u JOIN delivery d USING (delivery_id) "
            f"WHERE u.action = 'PUBLISH' AND d.status <> 'WITHDRAWN' AND u.publication_id IN ("
            f"SELECT p.ended_by FROM {layer} p WHERE p.published_by = :pub AND p.ended_by IS NOT NULL "
            f"UNION SELECT c.published_by FROM {layer} p JOIN {layer} c ON {same_row(layer, 'c', 'p')} "
            f"AND upper_inf(c.known) AND c.published_by <> :pub WHERE p.ended_by = :pub) ORDER BY 1"
        ),
        {"pub": publication},
    ).scalars().all()  # fmt: skip
    if later:
        raise NotPublishable(
            f"Rows of {layer} from delivery {delivery_id} were changed by later deliveries "
            f"({', '.join(map(str, later))}). Withdraw those first, newest first.",
            f"成果 {delivery_id} 中图层 {layer} 的行已被后来的成果（{'、'.join(map(str, later))}）更改。"
            "请先从最新的开始依次撤回这些成果。",
        )


def _withdraw_layer(
    connection: Connection, layer: str, before: int, publication: int, now: Any
) -> dict[str, int]:
    names = ", ".join(f'"{name}"' for name in taken_over(layer))
    params = {"before": before, "pub": publication, "now": now}
    # A restored version names the publication it came from, so that that one can be withdrawn in its turn.
    ended = connection.execute(
        text(
            f"UPDATE {layer} SET known = tstzrange(lower(known), :now), ended_by = :pub, end_reason = 'WITHDRAWN' "
            "WHERE published_by = :before AND upper_inf(known)"
        ),
        params,
    ).rowcount
    restored = connection.execute(
        text(
            f"INSERT INTO {layer} (entity_id, known, published_by, {names}) "
            f"SELECT entity_id, tstzrange(:now, NULL), published_by, {names} FROM {layer} WHERE ended_by = :before"
        ),
        params,
    ).rowcount
    return {"ended": ended, "restored": restored}
