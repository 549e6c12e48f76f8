"""Corrections as data: a value stands in for the delivered one while the source still says the old one.

What a correction finds in a delivery: the source still says the old value (it
is applied, and the delivered value stays with the row), the source says the
new one itself (mended), says something else (the correction is outdated and
is not applied), or no longer has the row.
"""

import dataclasses
import json
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, RowMapping, text

from data.layers import LAYERS, LayerColumn
from data.sql import load
from etl.load import fingerprints
from etl.typed import as_text, value_of
from etl.work import Work

DELIVERED = "delivered_value"  # in ``extra``: {field: what the source says}
_Places = list[tuple[Work, int]]


def apply(connection: Connection, delivery_id: int, works: list[Work]) -> None:
    """Put the corrections in force into the rows of a delivery and write down what became of each."""
    usable = [work for work in works if work.accepted]
    layers = sorted({str(work.layer) for work in usable})
    asked = {"layer": None, "key": None, "ended": False, "layers": layers}
    in_force = connection.execute(load("corrections"), asked).mappings().all()
    touched: dict[int, set[int]] = {}
    for layer in layers:
        mine = [c for c in in_force if c["layer"] == layer]
        same = [work for work in usable if work.layer == layer]
        found = _places(same, {c["row_key"] for c in mine}) if mine else {}
        for correction in mine:
            outcome, delivered = _apply_one(correction, found.get(correction["row_key"], []), touched)
            _note(connection, delivery_id, correction, outcome, delivered)
    for work in usable:
        if id(work) in touched:
            _hash_again(work, sorted(touched[id(work)]))


def _places(works: list[Work], keys: set[str]) -> dict[str, _Places]:
    """Return where the rows with these keys are, over all files of a layer."""
    found: dict[str, _Places] = {}
    for work in works:
        for place in np.flatnonzero(pd.Series(work.keys, dtype=object).isin(list(keys)).to_numpy()):
            found.setdefault(str(work.keys[place]), []).append((work, int(place)))
    return found


def _apply_one(
    correction: RowMapping, places: _Places, touched: dict[int, set[int]]
) -> tuple[str, str | None]:
    """Apply one correction; return what became of it and what the source says."""
    column = column_of(correction["layer"], correction["field"])
    old, new = (value_of(column, correction[name]) for name in ("old_value", "new_value"))
    said = [work.frame[column.name].iat[place] for work, place in places]
    same = [spot for spot, value in zip(places, said, strict=True) if equal(value, old)]
    for work, place in same:
        _put(work, place, column, new)
        touched.setdefault(id(work), set()).add(place)
        _tell("CORRECTION_APPLIED", correction, work, place, old)
    if same:
        return "APPLIED", as_text(old)
    mended = [spot for spot, value in zip(places, said, strict=True) if equal(value, new)]
    for work, place in mended[:1]:
        _tell("CORRECTION_MENDED", correction, work, place, new)
    if mended:
        return "MENDED", as_text(new)
    for (work, place), value in zip(places, said, strict=True):
        _tell("CORRECTION_OUTDATED", correction, work, place, value)
    return ("SOURCE_CHANGED", as_text(said[0])) if places else ("ROW_MISSING", None)


def _put(work: Work, place: int, column: LayerColumn, new: Any) -> None:
    """Give a row its corrected value; what was delivered stays with it."""
    delivered = work.frame[column.name].iat[place]
    work.frame.at[work.frame.index[place], column.name] = new
    work.extra[place] = json_text(mark(json.loads(work.extra[place]), column.name, as_text(delivered)))


def mark(extra: dict[str, Any], field: str, delivered: str | None) -> dict[str, Any]:
    """Return ``extra`` with the note of what the source says in a field that was corrected."""
    return extra | {DELIVERED: extra.get(DELIVERED, {}) | {field: delivered}}


def unmark(extra: dict[str, Any], field: str) -> dict[str, Any]:
    """Return ``extra`` without the note on one field."""
    rest = {name: value for name, value in extra.get(DELIVERED, {}).items() if name != field}
    kept = {name: value for name, value in extra.items() if name != DELIVERED}
    return kept | ({DELIVERED: rest} if rest else {})


def json_text(value: Any) -> str:
    """Return JSON in the order that PostgreSQL gives it, so that a row read back has the same fingerprint."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: (len(name.encode()), name.encode()))
        return f"{{{', '.join(f'{json_text(n)}: {json_text(value[n])}' for n in names)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(json_text, value))}]"
    return json.dumps(value, ensure_ascii=False)


def column_of(layer: str, field: str) -> LayerColumn:
    """Return a canonical column by its name."""
    return next(column for column in LAYERS[layer].columns if column.name == field)


def equal(one: Any, other: Any) -> bool:
    """Say whether two values of one column are the same; nothing equals nothing."""
    return as_text(one) == as_text(other)


def _tell(code: str, correction: RowMapping, work: Work, place: int, delivered: Any) -> None:
    work.findings.add(
        code, int(work.row_no[place]), correction["field"], as_text(delivered), key=work.keys[place],
        correction=correction["correction_id"], delivered_value=as_text(delivered) or "",
        old=correction["old_value"] or "", new=correction["new_value"] or "", reason=correction["reason"],
    )  # fmt: skip


def _note(
    connection: Connection, delivery_id: int, correction: RowMapping, outcome: str, found: str | None
) -> None:
    connection.execute(
        text(
            "INSERT INTO correction_use (correction_id, delivery_id, outcome, found_value) "
            "VALUES (:correction, :delivery, :outcome, :found)"
        ),
        {"correction": correction["correction_id"], "delivery": delivery_id, "outcome": outcome, "found": found},
    )  # fmt: skip


def _hash_again(work: Work, places: list[int]) -> None:
    """Give the corrected rows the fingerprint of what they say now."""
    part = dataclasses.replace(
        work,
        frame=work.frame.iloc[places].reset_index(drop=True),
        row_no=work.row_no[places],
        shapes=None if work.shapes is None else work.shapes.where(np.array(places)),
        extra=work.extra[places],
    )
    work.hashes[places] = fingerprints(part)


def withdrawn(connection: Connection, delivery_id: int, person: str, reason: str | None) -> None:
    """Let a correction follow the publication that brought it in: taken back, it ends; its end taken back, it holds."""
    said = connection.scalar(
        text("SELECT options FROM delivery WHERE delivery_id = :id"), {"id": delivery_id}
    )
    if not said or "correction" not in said:
        return
    ends = "NULL, ended_by = NULL, end_reason = NULL"
    again = said.get("ended")
    connection.execute(
        text(
            f"UPDATE correction SET ended_at = {ends if again else 'now(), ended_by = :person, end_reason = :reason'} "
            f"WHERE correction_id = :id AND ended_at IS {'NOT NULL' if again else 'NULL'}"
        ),
        {"id": said["correction"], "person": person, "reason": reason},
    )
