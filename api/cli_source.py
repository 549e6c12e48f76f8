"""The command that says where the values of a row come from."""

from typing import Any

import click

from api.cli_frame import document, json_option, lang_option, open_database


@click.command()
@click.argument("layer")
@click.argument("key")
@click.option("--field", metavar="FIELD", help="Only this column.")
@lang_option
@json_option
@click.pass_context
def source(ctx: click.Context, layer: str, key: str, field: str | None, lang: str, as_json: bool) -> None:
    r"""Say for each value of a row which file, row, delivery and person it comes from (来源).

    \b
        landstock source parcel 210702005001GB00012
        landstock source contract 锦地出〔2023〕12号 --field price_wan
    """
    from data.provenance import sources
    from data.session import transaction

    open_database()
    with transaction() as connection:
        found = sources(connection, layer, key, field)
    if as_json:
        document(ctx, {"rows": found})
        return
    for row in found:
        click.echo(_row(row, lang == "zh"))


def _row(row: dict[str, Any], zh: bool) -> str:
    state = (
        ""
        if row["current"]
        else (f"  已失效（{row['end_reason']}）" if zh else f"  ended ({row['end_reason']})")
    )
    lines = [f"{row['layer']} {row['key']}{state}"]
    for value in row["values"]:
        if value["value"] in (None, []):
            continue
        told = f"  {value['field']} = {value['value']}"
        where = (
            f"成果 {value['delivery']} {value['file']} 第 {value['row_no']} 行，{value['supplier'] or '—'}，"
            f"{value['received_at']:%Y-%m-%d} {value['received_by']} 接收，"
            f"{value['published_at']:%Y-%m-%d} {value['person']} 发布"
            if zh
            else f"delivery {value['delivery']}, {value['file']} row {value['row_no']}, {value['supplier'] or '—'}, "
            f"received {value['received_at']:%Y-%m-%d} by {value['received_by']}, "
            f"published {value['published_at']:%Y-%m-%d} by {value['person']}"
        )
        lines += [told, f"      {where}"]
        if made := value["correction"]:
            lines.append(
                f"      第 {made['correction_id']} 号更正：{value['delivered_value'] or '–'} → {value['value']}，"
                f"{made['person']}，{made['reason']}{'，' + made['document'] if made['document'] else ''}"
                if zh
                else f"      correction {made['correction_id']}: {value['delivered_value'] or '–'} → {value['value']}, "
                f"{made['person']}, {made['reason']}{', ' + made['document'] if made['document'] else ''}"
            )
    return "\n".join(lines)
