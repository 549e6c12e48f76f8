"""Do again what was done: take in each kept delivery, publish, withdraw, correct, in the order of the records."""

import datetime as dt
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection, RowMapping, text

from data.session import transaction
from data.settings import settings
from etl.correcting import Wanted, end, make
from etl.errors import KeptDamaged
from etl.importer import run
from etl.keep import content_hash
from etl.options import ImportOptions
from etl.publish import publish, withdraw
from etl.readers.discover import files_of
from gis.errors import LandStockError


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done: when, what, and its record."""

    at: dt.datetime
    kind: str  # DELIVERY, PUBLISH, WITHDRAW, CORRECT, END
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A step that could not be done again, in English and in Chinese."""

    what: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class History:
    """The records that say what was done."""

    deliveries: list[dict[str, Any]]
    publications: list[dict[str, Any]]
    corrections: list[dict[str, Any]]

    def newest(self) -> tuple[int, ...]:
        """Return the largest numbers, which tell whether something was done since."""
        lists = (self.deliveries, self.publications, self.corrections)
        names = ("delivery_id", "publication_id", "correction_id")
        ended = sum(correction["ended_at"] is not None for correction in self.corrections)
        return (*(rows[-1][name] if rows else 0 for rows, name in zip(lists, names, strict=True)), ended)


def history(connection: Connection) -> History:
    """Read the records of the database in use."""
    return History(
        _all(connection, "delivery", "delivery_id"),
        _all(connection, "publication", "publication_id"),
        _all(connection, "correction", "correction_id"),
    )


def events(done: History) -> list[Event]:
    """Return what was done, in order.

    The delivery and the publication that a correction brought are its own
    doing and stand for it; a correction that ended with a withdrawal ends
    with that again.
    """
    deliveries, publications = done.deliveries, done.publications
    own = {d["delivery_id"] for d in deliveries if "correction" in d["options"]}
    found = [Event(d["received_at"], "DELIVERY", d) for d in deliveries if d["delivery_id"] not in own]
    found += [
        Event(p["published_at"], p["action"], p)
        for p in publications
        if p["action"] == "WITHDRAW" or p["delivery_id"] not in own
    ]
    for correction in done.corrections:
        found += _of_correction(correction, deliveries, publications)
    order = ("DELIVERY", "CORRECT", "END", "PUBLISH", "WITHDRAW")
    return sorted(found, key=lambda event: (event.at, order.index(event.kind)))


def _all(connection: Connection, table: str, key: str) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY {key}")).mappings()]


def _of_correction(
    correction: dict[str, Any], deliveries: list[dict[str, Any]], publications: list[dict[str, Any]]
) -> list[Event]:
    """Return when a correction was made, and when it was ended by a person rather than by a withdrawal."""
    number = correction["correction_id"]
    mine = [d for d in deliveries if d["options"].get("correction") == number]
    of = {p["delivery_id"]: p for p in publications if p["action"] == "PUBLISH"}
    brought = [d for d in mine if not d["options"].get("ended")]
    found = [Event(correction["made_at"], "CORRECT", correction | _numbers(brought, of))]
    ends = [d for d in mine if d["options"].get("ended")]
    for delivery in ends:
        said = {"ended_by": delivery["received_by"], "end_reason": of[delivery["delivery_id"]]["reason"]}
        found.append(Event(delivery["received_at"], "END", correction | said | _numbers([delivery], of)))
    if correction["ended_at"] and correction["ended_at"] not in {d["received_at"] for d in ends}:
        taken_back = any(
            p["action"] == "WITHDRAW" and p["delivery_id"] in {d["delivery_id"] for d in brought}
            and (p["person"], p["reason"]) == (correction["ended_by"], correction["end_reason"])
            for p in publications
        )  # fmt: skip
        if not taken_back:
            found.append(Event(correction["ended_at"], "END", correction | _numbers([], of)))
    return found


def _numbers(deliveries: list[dict[str, Any]], of: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """Return the numbers of the delivery and the publication that a step brought."""
    if not deliveries:
        return {"delivery_id": None, "publication_id": None}
    number = deliveries[0]["delivery_id"]
    return {"delivery_id": number, "publication_id": of[number]["publication_id"]}


def damaged(found: list[Event]) -> list[Trouble]:
    """Return which kept deliveries are missing or are not what their hash says."""
    troubles = []
    seen: dict[str, Trouble | None] = {}
    for event in found:
        if event.kind == "DELIVERY" and event.record["status"] != "DUPLICATE":
            sha = event.record["content_sha256"]
            if sha not in seen:
                seen[sha] = _damage(event.record, sha)
            if trouble := seen[sha]:
                troubles.append(trouble)
    return troubles


def _damage(record: dict[str, Any], sha256: str) -> Trouble | None:
    folder = settings().home / "deliveries" / sha256
    number = record["delivery_id"]
    if not folder.is_dir():
        error = KeptDamaged(number, folder, missing=True)
    elif content_hash(files_of([folder])) != sha256:
        error = KeptDamaged(number, folder, missing=False)
    else:
        return None
    return Trouble(f"delivery {number}", str(error), error.text("zh"))


def replay(found: list[Event], progress: Callable[[str, int, int], None]) -> list[Trouble]:
    """Do all of it again in the database that the engine points to; return what could not be done."""
    troubles: list[Trouble] = []
    steps = {
        "DELIVERY": _deliver,
        "PUBLISH": _publish,
        "WITHDRAW": _withdraw,
        "CORRECT": _correct,
        "END": _end,
    }
    for number, event in enumerate(found):
        progress("rebuild", number, len(found))
        try:
            steps[event.kind](event.record)
        except LandStockError as error:
            what = (
                f"{event.kind.lower()} {event.record.get('delivery_id') or event.record.get('correction_id')}"
            )
            troubles.append(Trouble(what, str(error), error.text("zh")))
    return troubles


def options_of(record: dict[str, Any] | RowMapping, folder: Path) -> ImportOptions:
    """Return the options that a delivery was taken in with, from what is stored with it."""
    said = dict(record["options"])
    names = {field.name for field in fields(ImportOptions)}
    values: dict[str, Any] = {name: value for name, value in said.items() if name in names}
    mapping = values.pop("mapping", None)
    if mapping:
        values["mapping"] = folder / "mapping.yaml"
        values["mapping"].write_text(
            yaml.safe_dump(yaml.safe_load(mapping), allow_unicode=True), encoding="utf-8"
        )
    if values.get("observed_on"):
        values["observed_on"] = dt.date.fromisoformat(values["observed_on"])
    for name in ("accept", "repairs"):
        if isinstance(values.get(name), list):
            values[name] = tuple(values[name])
    values |= {"supplier": record["supplier"], "person": record["received_by"]}
    return ImportOptions(**values, check_only=record["status"] == "CHECKED")


def _deliver(record: dict[str, Any]) -> None:
    _count_to("delivery", "delivery_id", record["delivery_id"])
    if record["status"] == "DUPLICATE":
        with transaction() as connection:
            connection.execute(
                text(
                    "INSERT INTO delivery SELECT (jsonb_populate_record(NULL::delivery, CAST(:row AS jsonb))).*"
                ),
                {"row": json.dumps(record, ensure_ascii=False, default=str)},
            )
        return
    with tempfile.TemporaryDirectory(prefix="landstock-rebuild-") as folder:
        options = options_of(record, Path(folder))
        run([settings().home / "deliveries" / record["content_sha256"]], options)


def _publish(record: dict[str, Any]) -> None:
    _count_to("publication", "publication_id", record["publication_id"])
    publish(record["delivery_id"], record["person"], record["reason"])


def _withdraw(record: dict[str, Any]) -> None:
    _count_to("publication", "publication_id", record["publication_id"])
    withdraw(record["delivery_id"], record["reason"] or "", record["person"])


def _correct(record: dict[str, Any]) -> None:
    _count_correction(record)
    wanted = Wanted(
        record["layer"], record["row_key"], record["field"], record["old_value"], record["new_value"],
        record["reason"], record["document"],
    )  # fmt: skip
    make(wanted, record["person"])


def _end(record: dict[str, Any]) -> None:
    _count_correction(record, made=False)
    end(record["correction_id"], record["end_reason"] or "", record["ended_by"] or "")


def _count_correction(record: dict[str, Any], made: bool = True) -> None:
    if made:
        _count_to("correction", "correction_id", record["correction_id"])
    if record["delivery_id"] is not None:
        _count_to("delivery", "delivery_id", record["delivery_id"])
        _count_to("publication", "publication_id", record["publication_id"])


def _count_to(table: str, column: str, number: int) -> None:
    with transaction() as connection:
        count_to(connection, table, column, number)


def count_to(connection: Connection, table: str, column: str, number: int) -> None:
    """Let the next number of a table be the one that it had: people know deliveries by their numbers."""
    sequence = connection.scalar(
        text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table, "column": column}
    )
    connection.execute(
        text(
            "SELECT count(nextval(:sequence)) FROM generate_series((SELECT CASE WHEN is_called THEN last_value "
            f"ELSE 0 END FROM {sequence}) + 2, :number)"
        ),
        {"sequence": sequence, "number": number},
    )
