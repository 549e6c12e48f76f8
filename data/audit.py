"""The log: written to, sealed, verified and searched.

Entries are sealed afterwards, in batches: a chain computed within each change would make the changes wait for each
other. A seal's hash covers its entries and the seal before; it leaves the database as a line of ``seals.log``.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from data.session import transaction
from data.settings import settings

FIRST = "0" * 64
_BATCH = 50_000
_LOCK = 0x5EA1


def record(
    connection: Connection,
    action: str,
    object_: str,
    key: str | None = None,
    new: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Write down what is no change of a table: an export, a look at what not everybody may see."""
    connection.execute(
        text(
            "INSERT INTO audit_event (action, object, object_key, new, reason) "
            "VALUES (:action, :object, :key, CAST(:new AS jsonb), :reason)"
        ),
        {
            "action": action, "object": object_, "key": key, "reason": reason,
            "new": None if new is None else json.dumps(new, ensure_ascii=False, default=str),
        },
    )  # fmt: skip


def _digest(connection: Connection, number: int) -> Any:
    """Return how many entries a seal holds, and their digest, as the database computes it."""
    return connection.execute(text("SELECT n, digest FROM audit_digest(:seal)"), {"seal": number}).one()


def forget(connection: Connection, days: int) -> int:
    """Let whole seals of entries older than some days leave the log; return how many entries left.

    The database refuses less than 180 days. Digests stay, so that the chain can still be verified.
    """
    return int(connection.scalar(text("SELECT forget_log(:days)"), {"days": days}) or 0)


def seals_file() -> Path:
    """Return the file that seals are written to outside the database, one line each."""
    return settings().home / "seals.log"


def _hash(previous: str, digest: str, n: int) -> str:
    return hashlib.sha256(f"{previous}\n{n}\n{digest}".encode()).hexdigest()


def seal_now(every_s: float = 0) -> int:
    """Seal what is not sealed yet and write the seals out; return how many entries.

    The file is written after the commit: a seal that is in it is in the database too.
    """
    with transaction() as connection:
        n = seal(connection, every_s)
    with transaction() as connection:
        write_out(connection)
    return n


def write_out(connection: Connection) -> None:
    """Write to the file the seals that came after its last line."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    file = seals_file()
    last = max(_kept(file), default=0)
    rows = connection.execute(
        text("SELECT seal_id, sealed_at, n, hash FROM audit_seal WHERE seal_id > :last ORDER BY seal_id"),
        {"last": last},
    ).all()
    if rows:
        lines = [
            f"{r.seal_id}\t{r.sealed_at.astimezone(dt.UTC).isoformat()}\t{r.n}\t{r.hash}\n" for r in rows
        ]
        with file.open("a", encoding="ascii") as out:
            out.write("".join(lines))


def _kept(file: Path) -> dict[int, str]:
    """Return number and hash of the seals that a file holds."""
    if not file.is_file():
        return {}
    lines = [line.split("\t") for line in file.read_text(encoding="ascii").splitlines()]
    return {int(line[0]): line[3] for line in lines if len(line) == 4}


def seal(connection: Connection, every_s: float = 0) -> int:
    """Seal what is not sealed yet, and return how many entries; one process at a time, at most every ``every_s``.

    An entry of a transaction that is still open is not seen, and comes under a later seal.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    if every_s and connection.scalar(
        text("SELECT max(sealed_at) > now() - make_interval(secs => :every) FROM audit_seal"),
        {"every": every_s},
    ):
        return 0
    waiting = connection.scalar(
        text("SELECT EXISTS (SELECT FROM audit_event AS e WHERE NOT EXISTS "
             "(SELECT FROM audit_sealed AS s WHERE s.event_id = e.event_id))")
    )  # fmt: skip
    if not waiting:
        return 0
    previous = connection.scalar(text("SELECT hash FROM audit_seal ORDER BY seal_id DESC LIMIT 1")) or FIRST
    number = connection.scalar(text("SELECT nextval(pg_get_serial_sequence('audit_seal', 'seal_id'))"))
    return _seal_batch(connection, int(number or 0), previous)


def _seal_batch(connection: Connection, number: int, previous: str) -> int:
    # The seal comes last, with the hash of what was put under it; its number is drawn before.
    connection.execute(
        text(
            "INSERT INTO audit_sealed (event_id, seal_id) SELECT e.event_id, :seal FROM audit_event AS e "
            "WHERE NOT EXISTS (SELECT FROM audit_sealed AS s WHERE s.event_id = e.event_id) "
            "ORDER BY e.event_id LIMIT :most"
        ),
        {"seal": number, "most": _BATCH},
    )
    row = _digest(connection, number)
    connection.execute(
        text("INSERT INTO audit_seal (seal_id, n, previous, hash) VALUES (:seal, :n, :previous, :hash)"),
        {"seal": number, "n": row.n, "previous": previous, "hash": _hash(previous, row.digest, row.n)},
    )
    return int(row.n)


@dataclass(slots=True)
class Verified:
    """What a verification found: ``troubles`` are empty where the log is as it was sealed."""

    events: int = 0
    seals: int = 0
    unsealed: int = 0
    troubles: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "events": self.events,
            "seals": self.seals,
            "unsealed": self.unsealed,
            "troubles": self.troubles,
        }


def verify(connection: Connection, file: Path | None = None) -> Verified:
    """Compute every seal again and compare; ``file`` is a copy of ``seals.log`` kept elsewhere.

    Finds entries that were changed, removed, put in or reordered, seals that were changed or removed, and a chain
    that was computed anew, by the file.
    """
    found = Verified()
    previous = FIRST
    asked = text("SELECT seal_id, n, digest FROM audit_forgotten")
    forgotten = {row.seal_id: row for row in connection.execute(asked)}
    rows = connection.execute(
        text("SELECT seal_id, n, previous, hash FROM audit_seal ORDER BY seal_id")
    ).all()
    for row in rows:
        batch = forgotten.get(row.seal_id) or _digest(connection, row.seal_id)
        found.seals += 1
        found.events += batch.n
        if batch.n != row.n:
            found.troubles.append({"kind": "count", "seal": row.seal_id, "sealed": row.n, "found": batch.n})
        elif _hash(row.previous, batch.digest, batch.n) != row.hash:
            found.troubles.append({"kind": "content", "seal": row.seal_id})
        if row.previous != previous:
            found.troubles.append({"kind": "chain", "seal": row.seal_id})
        previous = row.hash
    found.troubles += _against_file({row.seal_id: row.hash for row in rows}, file or seals_file())
    _loose_ends(connection, found)
    return found


def _against_file(hashes: dict[int, str], file: Path) -> list[dict[str, Any]]:
    """Compare seals with the file; those after its last line are still to be written."""
    kept = _kept(file)
    if not kept:
        return [{"kind": "no-file", "file": file.name}] if len(hashes) > 1 else []
    written = {number for number in hashes if number <= max(kept)}
    troubles = [{"kind": "seal-gone", "seal": number} for number in kept.keys() - written]
    troubles += [{"kind": "not-in-file", "seal": number} for number in written - kept.keys()]
    troubles += [
        {"kind": "seal-changed", "seal": number}
        for number in kept.keys() & written
        if kept[number] != hashes[number]
    ]
    return sorted(troubles, key=lambda one: int(one["seal"]))


def _loose_ends(connection: Connection, found: Verified) -> None:
    """Find entries under no seal, or under one that is not there."""
    row = connection.execute(
        text(
            "SELECT count(*) FILTER (WHERE s.event_id IS NULL) AS unsealed, min(e.event_id) FILTER (WHERE s.event_id IS "
            "NULL AND e.event_id < (SELECT max(event_id) FROM audit_sealed) - 100000) AS late FROM audit_event AS e "
            "LEFT JOIN audit_sealed AS s ON s.event_id = e.event_id"
        )
    ).one()
    found.unsealed = row.unsealed
    if row.late is not None:
        found.troubles.append({"kind": "put-in", "event": row.late})
    orphans = connection.scalar(
        text("SELECT count(*) FROM audit_sealed AS s WHERE NOT EXISTS "
             "(SELECT FROM audit_seal AS a WHERE a.seal_id = s.seal_id)")
    )  # fmt: skip
    if orphans:
        found.troubles.append({"kind": "seal-gone", "entries": orphans})


def search(
    connection: Connection,
    q: str = "",
    action: str = "",
    from_on: dt.date | None = None,
    to_on: dt.date | None = None,
    before: int | None = None,
    size: int = 50,
) -> list[RowMapping]:
    """Return entries, the newest first, that hold a text in person, object, key or reason."""
    return list(
        connection.execute(
            text(
                "SELECT e.*, s.seal_id FROM audit_event AS e LEFT JOIN audit_sealed AS s ON s.event_id = e.event_id "
                "WHERE (:q = '' OR strpos(lower(concat_ws(' ', e.person, e.object, e.object_key, e.reason)), lower(:q)) > 0) "
                "AND (:action = '' OR e.action = :action) "
                "AND (CAST(:from_on AS date) IS NULL OR e.at >= CAST(:from_on AS date)::timestamp AT TIME ZONE 'Asia/Shanghai') "
                "AND (CAST(:to_on AS date) IS NULL OR e.at < (CAST(:to_on AS date) + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') "
                "AND (CAST(:before AS bigint) IS NULL OR e.event_id < :before) ORDER BY e.event_id DESC LIMIT :size"
            ),
            {"q": q, "action": action, "from_on": from_on, "to_on": to_on, "before": before, "size": size},
        ).mappings()
    )


def totals(connection: Connection) -> RowMapping:
    """Return how many entries there are, how many of them sealed, and the actions that occur."""
    return (
        connection.execute(
            text(
                "SELECT (SELECT count(*) FROM audit_event) AS n, (SELECT count(*) FROM audit_sealed) AS sealed, "
                "ARRAY(SELECT DISTINCT action FROM audit_event ORDER BY 1) AS actions"
            )
        )
        .mappings()
        .one()
    )


def seals(connection: Connection, limit: int = 5) -> list[RowMapping]:
    """Return the latest seals."""
    return list(
        connection.execute(
            text("SELECT seal_id, sealed_at, n, hash FROM audit_seal ORDER BY seal_id DESC LIMIT :limit"),
            {"limit": limit},
        ).mappings()
    )
