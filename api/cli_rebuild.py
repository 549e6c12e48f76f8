"""The command that builds the state anew from what is kept."""

from typing import Any

import click

from api.cli_frame import Steps, document, json_option, lang_option, open_database


@click.command()
@click.option("--check", is_flag=True, help="Build and compare only; replace nothing.")
@click.option("--into", metavar="URL", help="Build into this empty, prepared database; replace nothing.")
@lang_option
@json_option
@click.pass_context
def rebuild(ctx: click.Context, check: bool, into: str | None, lang: str, as_json: bool) -> None:
    r"""Build the state anew from the kept deliveries, corrections and decisions, and compare (重建).

    \b
        landstock rebuild --check
        landstock rebuild
    """
    from etl.rebuild import rebuild as build_anew

    open_database()
    done = build_anew(check=check, into=into, progress=Steps())
    if as_json:
        document(ctx, done.as_json())
    else:
        click.echo(_text(done, lang == "zh"))
    ctx.exit(0 if done.equal else 1)


WHAT = {"current": ("现状", "current"), "history": ("历史", "history"), "records": ("记录", "records")}


def _text(done: Any, zh: bool) -> str:
    lines = [f"共 {done.steps} 步。" if zh else f"{done.steps} steps."]
    lines += [one.zh if zh else one.en for one in (*done.damaged, *done.troubles)]
    for table in done.tables:
        mark = ("一致" if zh else "equal") if table.equal else ("不一致" if zh else "DIFFERENT")
        what = WHAT[table.what][0 if zh else 1]
        lines.append(f"  {table.table:<20} {what:<8} {table.rows:>10,} {table.rebuilt_rows:>10,}  {mark}")
        if table.differing:
            lines.append("      " + ", ".join(table.differing))
    if done.replaced:
        lines.append(
            f"已替换；原数据库保留为 {done.kept_as}。"
            if zh
            else f"Replaced; the former database stays as {done.kept_as}."
        )
    elif done.equal:
        lines.append("重建结果与现状一致。" if zh else "The rebuilt state is the present one.")
    else:
        lines.append("未替换。" if zh else "Nothing was replaced.")
    return "\n".join(lines)
