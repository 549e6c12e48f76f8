"""Where an idle-land list stands between draft, check and freezing; what pages and the command line share."""

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping

from data import freezing, frozen_lists, overview
from data.frozen_lists import Content, Difference
from data.identity import actor
from gis.errors import UsageFault
from gis.trace import explain_idle
from gis.trace_text import idle_trace

WRITERS = ("clerk", "approver", "committee")
_KEPT = 8
_contents: "OrderedDict[tuple[str, int, str | None], Content]" = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Standing:
    """A list as it is now: its content, how it differs from the last frozen one, who checked it, whether it is frozen."""

    draft: Content
    found: Difference
    checked: RowMapping | None
    frozen: RowMapping | None

    @property
    def step(self) -> str:
        """Where it stands: DRAFT, CHECKED or FROZEN."""
        return "FROZEN" if self.frozen is not None else "CHECKED" if self.checked is not None else "DRAFT"

    @property
    def marks(self) -> dict[str, str]:
        """Parcel code -> how it differs, for the rows of the list."""
        return {change.parcel_code: change.kind for change in self.found.changes}


def scope_of(park: str | None) -> str | None:
    """Return the park whose list is meant: a committee of one park need not say which.

    Raises
    ------
    UsageFault
        A committee of several parks named none.
    """
    who = actor()
    if who.role != "committee" or park is not None:
        return park
    if len(who.parks) == 1:
        return who.parks[0]
    raise UsageFault(
        "Choose one of your parks first: each has a list of its own.",
        "请先选择一个园区：每个园区各有一份清单。",
    )


def content(connection: Connection, run_id: int, park: str | None) -> Content:
    """Return the list of a run. A run never changes, so the last few are kept; all who may ask see the same rows."""
    key = (str(connection.engine.url), run_id, park)
    with _lock:
        if key in _contents:
            _contents.move_to_end(key)
            return _contents[key]
    made = frozen_lists.content(connection, run_id, park)
    assert made.sha256
    with _lock:
        _contents[key] = made
        while len(_contents) > _KEPT:
            _contents.popitem(last=False)
    return made


def standing(connection: Connection, run_id: int, park: str | None) -> Standing:
    """Return where the list of a run stands."""
    draft = content(connection, run_id, park)
    frozen = frozen_lists.frozen_as(connection, draft.sha256)
    last = frozen_lists.last_frozen(connection, park, draft.run["as_of"], draft.sha256)
    if frozen is not None and frozen["previous_id"] is not None:
        last = frozen_lists.one(connection, frozen["previous_id"])
    found = frozen_lists.difference(connection, run_id, draft, last)
    checked = frozen_lists.checked_as(connection, draft.sha256, last["list_id"] if last else None)
    return Standing(draft, found, checked, frozen)


def evidence(found: Difference, lang: str) -> dict[str, list[str]]:
    """Return what the facts say of each parcel that left: its present verdict, then the facts that it rests on."""
    told: dict[str, list[str]] = {}
    for one in found.left:
        if one.verdict is None:
            told[one.parcel_code] = list(one.became)
            continue
        row: Mapping[Any, Any] = one.now
        answer = explain_idle(idle_trace(row, row["cited"], row["as_of"]), lang)
        lines = [step["text"] for step in answer["arithmetic"] if step["holds"]]
        told[one.parcel_code] = lines[:3]
    return told


def check(connection: Connection, here: Standing, reasons: Mapping[str, Mapping[str, str]]) -> None:
    """Put on record that the acting person checked the list (see :func:`data.freezing.check`)."""
    freezing.check(connection, here.draft, here.found, reasons)


def freeze(connection: Connection, here: Standing) -> int:
    """Freeze the list and return its number (see :func:`data.freezing.freeze`)."""
    parks = overview.parks(connection, here.draft.run["run_id"])
    name = next((park.name for park in parks if park.park_code == here.draft.park_code), None)
    return freezing.freeze(connection, here.draft, here.found, name)


def document(head: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the head of a frozen list as JSON tells it."""
    names = (
        "list_id", "park_code", "park_name", "as_of", "known_on", "publication_id", "rules_version", "program_version",
        "parcels", "area_m2", "undetermined", "content_sha256", "previous_id", "checked_by", "checked_at", "frozen_by",
        "frozen_at",
    )  # fmt: skip
    return {name: _plain(head[name]) for name in names}


def change_document(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return one difference as JSON tells it."""
    names = ("parcel_code", "kind", "reason", "note", "area_m2", "fields")
    return {name: _plain(row[name]) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | dict | list) else f"{value:f}"


def left_reasons(said: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """Return the reasons of a form: fields ``reason:CODE`` and ``note:CODE``."""
    found: dict[str, dict[str, str]] = {}
    for name, values in said.items():
        kind, _, code = name.partition(":")
        if kind in ("reason", "note") and code:
            found.setdefault(code, {})[kind] = values[0]
    return found
