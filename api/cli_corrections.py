"""Commands about corrections: make one, end one, list them."""

from collections.abc import Mapping
from typing import Any

import click

from api.cli_frame import document, json_option, lang_option, open_database, person
from gis.errors import UsageFault


@click.command()
@click.argument("layer", required=False)
@click.argument("key", required=False)
@click.argument("field", required=False)
@click.option("--old", metavar="VALUE", help="What the source says; empty text for an empty value.")
@click.option("--new", metavar="VALUE", help="What stands in for it.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; goes on record.")
@click.option("--document", "paper", metavar="TEXT", help="The paper that proves it.")
@click.option("--end", "ends", type=int, metavar="ID", help="End this correction instead.")
@json_option
@click.pass_context
def correct(
    ctx: click.Context, /, layer: str | None, key: str | None, field: str | None, old: str | None,
    new: str | None, reason: str, paper: str | None, ends: int | None, as_json: bool,
) -> None:  # fmt: skip
    r"""Correct a value; it holds in later deliveries while the source still says the old one (更正).

    \b
        landstock correct parcel 210702005001GB00012 holder --old 锦洲A --new 锦州A --reason 名称有误
        landstock correct --end 3 --reason 报送单位已更正
    """
    from etl.correcting import Wanted, end, make

    if not reason.strip():
        raise UsageFault("--reason is empty; say why.", "--reason 为空；请说明理由。")
    if ends is None and None in (layer, key, field, old, new):
        raise UsageFault(
            "A correction needs LAYER KEY FIELD --old VALUE --new VALUE, or --end ID.",
            "更正须给出 图层 关键字 字段 --old 原值 --new 新值，或 --end 编号。",
        )
    if ends is not None and any(given is not None for given in (layer, key, field, old, new, paper)):
        raise UsageFault(
            "--end takes an ID and --reason only.", "--end 只需编号与 --reason，不能同时给出其他内容。"
        )
    open_database()
    if ends is not None:
        done = end(ends, reason, person())
    else:
        wanted = Wanted(layer or "", key or "", field or "", old, new, reason, paper)
        done = make(wanted, person())
    if as_json:
        document(ctx, {"correction": done.correction_id, "delivery": done.delivery_id,
                       "publication": done.publication_id})  # fmt: skip
        return
    click.echo(f"Correction {done.correction_id}. 第 {done.correction_id} 号更正。")
    if done.publication_id is not None:
        click.echo(f"Publication {done.publication_id}. 第 {done.publication_id} 次发布。")


@click.command()
@click.option("--layer", metavar="LAYER", help="Only of this layer.")
@click.option("--key", metavar="KEY", help="Only of this row.")
@click.option("--all", "ended", is_flag=True, help="Also those that were ended.")
@lang_option
@json_option
@click.pass_context
def corrections(
    ctx: click.Context, layer: str | None, key: str | None, ended: bool, lang: str, as_json: bool
) -> None:
    """List the corrections and what became of them in the deliveries (更正列表)."""
    from data.corrections import list_corrections
    from data.session import transaction

    open_database()
    with transaction() as connection:
        found = [dict(row) for row in list_corrections(connection, layer, key, ended=ended)]
    if as_json:
        document(ctx, {"corrections": found})
        return
    for row in found:
        click.echo(_line(row, lang))
    if not found:
        click.echo("没有更正。" if lang == "zh" else "No corrections.")


OUTCOMES = {
    "APPLIED": ("已采用", "applied"),
    "MENDED": ("源数据已改", "mended at the source"),
    "SOURCE_CHANGED": ("源数据另有变化，待核对", "source changed, to be looked at"),
    "ROW_MISSING": ("无此记录", "row not delivered"),
}


def _line(row: Mapping[str, Any], lang: str) -> str:
    at = 0 if lang == "zh" else 1
    used = "，".join(f"{OUTCOMES[code][at]} {n}" for code, n in row["used"].items())
    head = f"{row['correction_id']:>4}  {row['layer']} {row['row_key']} {row['field']}: "
    head += f"{row['old_value'] or '–'} → {row['new_value'] or '–'}  {row['person']}  {row['reason']}"
    state = ("已结束" if at == 0 else "ended") if row["ended_at"] else ("生效" if at == 0 else "in force")
    return f"{head}  [{state}]  {used}".rstrip()
