"""Make and end corrections. On published data they take effect at once, as a publication of one row."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from data.identity import by_system
from data.layers import LAYERS, SNAPSHOTS, Layer
from data.session import transaction
from etl.corrected_row import NAMED_BY, publish_row
from etl.corrections import DELIVERED, column_of, equal, mark, unmark
from etl.errors import CorrectionRefused, CorrectionUsage
from etl.mapping.dates import Placeholder, Unreadable
from etl.publish import SYSTEM, lock
from etl.typed import as_text, value_of


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction that was made or ended; without a publication where nothing published had to change."""

    correction_id: int
    delivery_id: int | None = None
    publication_id: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A correction as a person asks for it."""

    layer: str
    key: str
    field: str
    old: str | None
    new: str | None
    reason: str
    document: str | None = None


@by_system
def make(wanted: Wanted, person: str = SYSTEM) -> Corrected:
    """Make a correction, and publish the corrected row where one is published.

    Raises
    ------
    CorrectionUsage
        The layer, the field or a value cannot be meant.
    CorrectionRefused
        The published value is another one than ``old``, or the field is corrected already.
    """
    layer = _correctable(wanted)
    old, new = (_read(wanted, text_) for text_ in (wanted.old, wanted.new))
    if equal(old, new):
        raise CorrectionUsage("The old and the new value are the same.", "原值与新值相同，无需更正。")
    with transaction() as connection:
        lock(connection, [layer.name])
        _require_free(connection, wanted)
        rows = _current(connection, layer, wanted.key)
        number = _insert(connection, wanted, old, new, person)
        row = _row_saying(rows, wanted, old, new)
        if row is None:
            return Corrected(number)
        extra = mark(row["extra"], wanted.field, as_text(old))
        done = publish_row(connection, number, layer, row, wanted.field, new, extra, person, wanted.reason)
        return Corrected(number, *done)


@by_system
def end(correction_id: int, reason: str, person: str = SYSTEM) -> Corrected:
    """End a correction; where its value is published, the delivered one is published again.

    Raises
    ------
    CorrectionRefused
        There is no such correction in force.
    """
    with transaction() as connection:
        asked = {"id": correction_id, "person": person, "reason": reason}
        held = connection.scalar(text("SELECT layer FROM correction WHERE correction_id = :id"), asked)
        # The lock comes first, as in a withdrawal, so that the two never wait for each other.
        lock(connection, [held] if held else [])
        found = connection.execute(
            text(
                "UPDATE correction SET ended_at = now(), ended_by = :person, end_reason = :reason "
                "WHERE correction_id = :id AND ended_at IS NULL RETURNING layer, row_key, field, new_value"
            ),
            asked,
        ).one_or_none()
        if found is None:
            raise CorrectionRefused(
                f"There is no correction {correction_id} in force. `landstock corrections` lists them.",
                f"没有正在生效的第 {correction_id} 号更正。`landstock corrections` 可列出全部更正。",
            )
        layer = LAYERS[found.layer]
        column = column_of(found.layer, found.field)
        new = value_of(column, found.new_value)
        for row in _current(connection, layer, found.row_key):
            noted = row["extra"].get(DELIVERED, {})
            if found.field in noted and equal(row[found.field], new):
                back, extra = value_of(column, noted[found.field]), unmark(row["extra"], found.field)
                done = publish_row(
                    connection, correction_id, layer, row, found.field, back, extra, person, reason
                )
                return Corrected(correction_id, *done)
    return Corrected(correction_id)


def _correctable(wanted: Wanted) -> Layer:
    layer = LAYERS.get(wanted.layer)
    if layer is None:
        raise CorrectionUsage(
            f"There is no layer {wanted.layer!r}. Layers: {', '.join(LAYERS)}.",
            f"没有图层 {wanted.layer!r}。可用图层：{'、'.join(LAYERS)}。",
        )
    fields = [name for name in layer.names if name not in (layer.key or NAMED_BY)]
    if layer.name in SNAPSHOTS or wanted.field not in fields:
        raise CorrectionUsage(
            f"{wanted.layer} {wanted.field} can't be corrected here; "
            f"these can: {', '.join(fields) if layer.name not in SNAPSHOTS else '–'}. A key is the name of a row, and "
            "patches and shapes come with a delivery.",
            f"{wanted.layer} 的 {wanted.field} 不能在此更正；可更正：{'、'.join(fields) if layer.name not in SNAPSHOTS else '无'}。"
            "关键字段是行的名称；图斑与图形须随成果重新报送。",
        )
    if not wanted.reason.strip():
        raise CorrectionUsage("A correction needs its reason.", "更正须写明理由。")
    return layer


def _read(wanted: Wanted, said: str | None) -> Any:
    try:
        return value_of(column_of(wanted.layer, wanted.field), said)
    except (Unreadable, Placeholder) as error:
        raise CorrectionUsage(
            f"{said!r} is no value of {wanted.layer} {wanted.field}; give it in plain form, as 12345.6, 2024-05-31, "
            "true or one of the codes.",
            f"{said!r} 不是 {wanted.layer} 的 {wanted.field} 的有效值；请按规范形式填写，如 12345.6、2024-05-31、true 或代码。",
        ) from error


def _require_free(connection: Connection, wanted: Wanted) -> None:
    there = connection.scalar(
        text(
            "SELECT correction_id FROM correction WHERE layer = :layer AND row_key = :key AND field = :field "
            "AND ended_at IS NULL"
        ),
        {"layer": wanted.layer, "key": wanted.key, "field": wanted.field},
    )
    if there is not None:
        raise CorrectionRefused(
            f"Correction {there} holds for {wanted.field} of {wanted.key} already. End it first: "
            f"landstock correct --end {there} --reason TEXT.",
            f"{wanted.key} 的 {wanted.field} 已有第 {there} 号更正在生效。请先结束它："
            f"landstock correct --end {there} --reason 理由。",
        )


def _current(connection: Connection, layer: Layer, key: str) -> list[RowMapping]:
    """Return the published rows of a key; without a key of their own rows are known by what they refer to."""
    names = layer.key or tuple(name for name in NAMED_BY if name in layer.names)
    joined = " || '/' || ".join(f"coalesce(p.{name}::text, '')" for name in names)
    where = f"p.{names[0]} = :key" if len(names) == 1 else f"{joined} = :key"
    shape = "ST_AsBinary(p.geom) AS wkb, " if layer.geometry else ""
    return list(
        connection.execute(
            text(f"SELECT {shape}p.* FROM {layer.name} p WHERE upper_inf(p.known) AND {where} ORDER BY version_id"),
            {"key": key},
        ).mappings()
    )  # fmt: skip


def _row_saying(rows: list[RowMapping], wanted: Wanted, old: Any, new: Any) -> RowMapping | None:
    """Return the published row that the correction changes; none where nothing is published, or it says so already."""
    same = [row for row in rows if equal(row[wanted.field], old)]
    if len(same) == 1:
        return same[0]
    if len(same) > 1:
        raise CorrectionRefused(
            f"{len(same)} published rows of {wanted.key} say {wanted.field} = {as_text(old) or '–'}; which one is meant "
            "can't be told. Have the supplier correct it.",
            f"{wanted.key} 有 {len(same)} 条已发布的记录，其 {wanted.field} 均为“{as_text(old) or '空'}”，无法确定更正哪一条。"
            "请报送单位更正后重新报送。",
        )
    if rows and not any(equal(row[wanted.field], new) for row in rows):
        said = "; ".join(as_text(row[wanted.field]) or "–" for row in rows)
        raise CorrectionRefused(
            f"{wanted.field} of {wanted.key} is published as {said}, not as {as_text(old) or '–'}. Look again at "
            "the published row.",
            f"{wanted.key} 的 {wanted.field} 已发布的值为“{said}”，不是“{as_text(old) or '空'}”。请重新核对已发布的记录。",
        )
    return None


def _insert(connection: Connection, wanted: Wanted, old: Any, new: Any, person: str) -> int:
    return int(
        connection.scalar(
            text(
                "INSERT INTO correction (layer, row_key, field, old_value, new_value, reason, document, person) "
                "VALUES (:layer, :key, :field, :old, :new, :reason, :document, :person) RETURNING correction_id"
            ),
            {
                "layer": wanted.layer, "key": wanted.key, "field": wanted.field, "old": as_text(old),
                "new": as_text(new), "reason": wanted.reason, "document": wanted.document, "person": person,
            },
        )
        or 0
    )  # fmt: skip
