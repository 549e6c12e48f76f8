"""What a publication does in one layer: close the versions that changed, insert the new ones, end what is gone."""

from typing import Any

from sqlalchemy import Connection, text

from data.layers import SNAPSHOTS
from data.sql import load
from etl.checks.limits import tolerances
from etl.comparison import few, forget, gone_of, recall, table_of
from etl.errors import NotPublishable
from etl.statements import (
    CLOSE_CHANGED,
    CLOSE_GONE,
    FIND_ENDED,
    INSERT_CHANGED,
    INSERT_FIRST,
    count_below,
    key_of,
    same_row,
    taken_over,
)

_BULK = 10_000  # staged rows from which on it may pay to make indexes anew
_FEW = 20  # a layer with fewer rows than this part of the staged ones: readers would wait for the others


def publish_layer(
    connection: Connection, layer: str, files: list[int], publication: int, now: Any, options: dict[str, Any]
) -> dict[str, int]:
    """Publish the staged rows of some files; return how many rows are new, changed, unchanged and ended.

    Raises
    ------
    NotPublishable
        It would end too much of the layer, or staged rows were lost in a crash.
    """
    params = {"files": files, "pub": publication, "now": now, "park": options.get("park")}
    staged = _staged(connection, layer, files)
    there = int(connection.scalar(text(count_below(layer)), {"most": staged // _FEW + 1}) or 0)
    # Into a layer with little in it, building the indexes afterwards takes a third of the time of keeping them up.
    rests = staged >= _BULK and there * _FEW < staged
    if rests:
        rests = bool(connection.scalar(text("SELECT rest_indexes(:layer)"), {"layer": layer}))
    changed = ended = 0
    if there:
        recall(connection, layer, files, options.get("park"), bool(options.get("complete")))
    if layer in SNAPSHOTS:
        statement = load("publish_snapshot").text.replace("{layer}", layer)
        ended = connection.execute(text(statement), params).rowcount
    if there and options.get("complete"):
        ended += _end_gone(connection, layer, params, options)
    names = ", ".join(f'"{name}"' for name in taken_over(layer))
    staged_names = ", ".join(f's."{name}"' for name in taken_over(layer))
    if there:
        changed, inserted = _insert_changed(connection, layer, names, staged_names, params)
        forget(connection, layer)
    else:
        statement = INSERT_FIRST.format(layer=layer, names=names, staged=staged_names)
        inserted = connection.execute(text(statement), params).rowcount
    if rests:
        connection.execute(text("SELECT wake_indexes(:layer)"), {"layer": layer})
    return {
        "new": inserted - changed,
        "changed": changed,
        "unchanged": staged - inserted,
        "ended": ended,
    }


def _staged(connection: Connection, layer: str, files: list[int]) -> int:
    """Count the staged rows; they are not logged, so a crash of the server may have emptied their table."""
    row = connection.execute(
        text(
            f"SELECT (SELECT count(*) FROM staging.{layer} WHERE file_id = ANY(:files)) AS found, "
            "(SELECT coalesce(sum(rows_accepted), 0) FROM delivery_file WHERE file_id = ANY(:files)) AS expected"
        ),
        {"files": files},
    ).one()
    if row.found != row.expected:
        raise NotPublishable(
            f"Of {row.expected} accepted rows of {layer} {row.found} are still staged: the database server has "
            "crashed since. Import the delivery again; nothing was published.",
            f"图层 {layer} 已接受 {row.expected} 行，暂存区现有 {row.found} 行：其间数据库服务器曾异常中断。"
            "请重新导入该成果；本次未发布任何数据。",
        )
    return int(row.found)


def _insert_changed(
    connection: Connection, layer: str, names: str, staged_names: str, params: dict[str, Any]
) -> tuple[int, int]:
    """Close the versions that staged rows change and insert what is not there; return how many of each."""
    compared = table_of(layer)
    with few(connection):
        closed = connection.execute(
            text(CLOSE_CHANGED.format(layer=layer, compared=compared)), params
        ).rowcount
    fresh = f"SELECT EXISTS (SELECT FROM {compared} WHERE row_no IS NOT NULL AND version_id IS NULL)"
    if connection.scalar(text(fresh)):
        key, staged_key = (", ".join(f'{of}"{name}"' for name in key_of(layer)) for of in ("", "s."))
        find = FIND_ENDED.format(
            layer=layer, compared=compared, key=key, staged_key=staged_key, same_entity=same_row(layer, "e", "s")
        )  # fmt: skip
        connection.execute(text(find), params)
    insert = INSERT_CHANGED.format(layer=layer, compared=compared, names=names, staged=staged_names)
    inserted = connection.execute(text(insert), params).rowcount
    return closed, inserted


def _end_gone(connection: Connection, layer: str, params: dict[str, Any], options: dict[str, Any]) -> int:
    gone, current = gone_of(connection, layer, params["files"], options.get("park"))
    if gone > tolerances()["drop_share"] * current and "DROP_THRESHOLD" not in (options.get("accept") or ()):
        raise NotPublishable(
            f"This would end {gone} of {current} published rows of {layer}. Check whether rows were left out; if not, "
            "import it again with --accept DROP_THRESHOLD --reason TEXT.",
            f"本次发布将使图层 {layer} 已发布的 {current} 行中的 {gone} 行失效。请核对是否漏交；"
            "确认无误的，请加 --accept DROP_THRESHOLD --reason TEXT 重新导入。",
        )
    with few(connection):
        return connection.execute(
            text(CLOSE_GONE.format(layer=layer, compared=table_of(layer))), params
        ).rowcount
