"""Commands about deliveries: take in, list, publish, take back."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from api.cli_delivery_text import delivery_text
from api.cli_frame import (
    Day,
    Lang,
    document,
    json_option,
    lang_option,
    language,
    open_database,
    park_option,
    person,
)
from gis.errors import UsageFault


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("--layer", metavar="LAYER", help="What the files hold, where their names don't say.")
@park_option
@click.option(
    "--crs",
    metavar="EPSG:N",
    help="Coordinate system, where a file doesn't say or says it wrong; EPSG:N,yx if it gives north before east.",
)
@click.option("--encoding", metavar="NAME", help="Encoding of text, as gb18030 or utf-8.")
@click.option("--mapping", type=click.Path(path_type=Path), help="The supplier's table of columns (YAML).")
@click.option("--observed-on", type=Day(), help="Day of observation of built-up areas and land states.")
@click.option("--supplier", metavar="NAME", help="Who sent it.")
@click.option("--complete", is_flag=True, help="The delivery is the whole: end what it no longer has.")
@click.option("--accept", multiple=True, metavar="CODE", help="Accept a whole-layer fault; needs --reason.")
@click.option("--reason", metavar="TEXT", help="Why it is accepted; goes on record.")
@click.option(
    "--repair",
    "repairs",
    multiple=True,
    metavar="KIND",
    help="Repair of shapes: CLOSE_RING, MAKE_VALID, DEDUPLICATE, ORIENT (all four unless said), SNAP; or none.",
)
@click.option("--check-only", is_flag=True, help="Check and report; stage nothing.")
@click.option("--publish", is_flag=True, help="Publish in the same run when nothing blocks.")
@lang_option
@json_option
@click.pass_context
def import_(
    ctx: click.Context,
    /,
    paths: tuple[Path, ...],
    lang: str,
    as_json: bool,
    park_code: str | None,
    observed_on: dt.date | None,
    repairs: tuple[str, ...],
    **options: Any,
) -> None:
    r"""Take in a delivery: a folder, an archive or files (导入成果).

    \b
        landstock import delivery.zip --mapping supplier.yaml --publish
        landstock import parcels.shp --layer parcel --crs EPSG:4528 --check-only
    """
    from api.cli_jobs import carry_out
    from etl.child import warm_up
    from etl.options import ImportOptions
    from etl.repairs import asked as kinds_of_repair

    if options["accept"] and not options["reason"]:
        raise UsageFault(
            "--accept needs --reason: what is accepted goes on record with it.",
            "--accept 须同时给出 --reason：接受事项连同理由一并留档。",
        )
    if options["check_only"] and options["publish"]:
        raise UsageFault(
            "--check-only and --publish exclude each other. Give one of them.",
            "--check-only 与 --publish 不能同时使用，请只给其一。",
        )
    warm_up()  # loads the readers while the database is looked after
    open_database()
    options["repairs"] = kinds_of_repair(repairs)
    asked = ImportOptions(park=park_code, observed_on=observed_on, person=person(), **options)
    carry_out(ctx, ("import", list(paths), asked), language(ctx), as_json)


def import_text(report: Mapping[str, Any], lang: str) -> str:
    """Return what became of a delivery, a line a file and its findings below."""
    zh = lang == "zh"
    head = "成果" if zh else "Delivery"
    lines = [f"{head} {report['delivery']}  {report.get('status', '')}"]
    for file in report["layers"]:
        counts = (
            f"读取 {file['read']:,}，接收 {file['accepted']:,}，退回 {file['rejected']:,}"
            if zh
            else f"read {file['read']:,}, accepted {file['accepted']:,}, rejected {file['rejected']:,}"
        )
        how = "  ".join(str(file[name]) for name in ("crs", "crs_source", "encoding") if file[name])
        lines.append(f"  {file['layer'] or '—'}  {file['file']}  {counts}  {how}".rstrip())
        lines += [f"      {code} × {count:,}" for code, count in file["issues"].items()]
        if file["blocked_by"]:
            lines.append(f"      {'阻断' if zh else 'blocked by'}: {', '.join(file['blocked_by'])}")
    for other in report.get("not_read", ()):
        lines.append(f"  {'未读取' if zh else 'not read'}: {other.get('file', '')}  {other.get('code', '')}")
    if report.get("duplicate_of"):
        lines.append(f"  {'与已有成果相同' if zh else 'same content as delivery'}: {report['duplicate_of']}")
    done = ("已发布" if zh else "Published") if report["published"] else ("未发布" if zh else "Not published")
    return "\n".join([*lines, f"{done}."])


@click.command()
@click.argument("delivery_id", required=False, type=int, metavar="[ID]")
@click.option(
    "--fix-list",
    "fix_list",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write what the supplier is to mend (.xlsx or .gpkg).",
)
@click.option("--deadline", type=Day(), help="Day until which it is to be mended; stands on the fix-list.")
@lang_option
@json_option
@click.pass_context
def deliveries(
    ctx: click.Context, delivery_id: int | None, fix_list: Path | None, deadline: dt.date | None, lang: Lang,
    as_json: bool,
) -> None:  # fmt: skip
    r"""List the deliveries, or say what became of one (成果列表).

    \b
        landstock deliveries 12
        landstock deliveries 12 --fix-list 整改清单.xlsx --deadline 2026-12-31
    """
    from data import deliveries as kept
    from data.session import transaction

    if delivery_id is None and (fix_list or deadline):
        raise UsageFault("--fix-list needs the ID of a delivery.", "--fix-list 须指明成果编号。")
    if deadline and not fix_list:
        raise UsageFault("--deadline goes with --fix-list.", "--deadline 须与 --fix-list 同时使用。")
    open_database()
    if delivery_id is not None and fix_list:
        _write_fix_list(ctx, delivery_id, fix_list, deadline, lang, as_json)
        return
    with transaction() as connection:
        found: Any = (
            [_plain(row) for row in kept.list_deliveries(connection)]
            if delivery_id is None
            else kept.whole(connection, delivery_id)
        )
    if as_json:
        document(ctx, {"deliveries": found} if delivery_id is None else found)
    elif delivery_id is None:
        for row in found:
            click.echo(_one_line(row))
        if not found:
            click.echo("No delivery yet. 还没有成果。")
    else:
        click.echo(delivery_text(found, lang))


def _write_fix_list(
    ctx: click.Context, delivery_id: int, path: Path, deadline: dt.date | None, lang: Lang, as_json: bool
) -> None:
    from etl.fixlist import write

    listed = write(delivery_id, path, deadline, lang)
    counts = dict(listed.by_severity())
    if as_json:
        document(ctx, {"delivery": delivery_id, "file": str(path), "findings": len(listed.items),
                       "by_severity": counts, "by_who": {w: len(i) for w, i in listed.by_who().items()}})  # fmt: skip
        return
    click.echo(f"{path}: {len(listed.items):,}")


def _plain(row: Any) -> dict[str, Any]:
    """Return a row as plain values."""
    from dataclasses import asdict, is_dataclass

    return asdict(row) if is_dataclass(row) and not isinstance(row, type) else dict(row)


def _one_line(row: Mapping[str, Any]) -> str:
    at = row.get("received_at")
    when = at.strftime("%Y-%m-%d %H:%M") if isinstance(at, dt.datetime) else at
    return f"{row['delivery_id']:>6}  {row['status']:<10} {when}  {row.get('supplier') or '—'}  " + ", ".join(
        str(path) for path in row.get("paths") or ()
    )


@click.command()
@click.argument("delivery_id", type=int, metavar="ID")
@json_option
@click.pass_context
def publish(ctx: click.Context, delivery_id: int, as_json: bool) -> None:
    """Publish a delivery that was staged (发布)."""
    from etl.publish import publish as publish_delivery

    open_database()
    _tell(ctx, publish_delivery(delivery_id, person()), delivery_id, as_json)


@click.command()
@click.argument("delivery_id", type=int, metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why; goes on record.")
@json_option
@click.pass_context
def withdraw(ctx: click.Context, delivery_id: int, reason: str, as_json: bool) -> None:
    """Take the publication of a delivery back; the state before it returns (撤回发布)."""
    from etl.publish import withdraw as withdraw_delivery

    if not reason.strip():
        raise UsageFault(
            "--reason is empty; say why the publication is taken back.", "--reason 为空；请说明撤回理由。"
        )
    open_database()
    _tell(ctx, withdraw_delivery(delivery_id, reason, person()), delivery_id, as_json)


def _tell(ctx: click.Context, done: Any, delivery_id: int, as_json: bool) -> None:
    if as_json:
        document(ctx, {"delivery": delivery_id, "publication": done.publication_id, "changes": done.changes})
        return
    click.echo(f"Publication {done.publication_id}. 第 {done.publication_id} 次发布。")
    for layer, changes in done.changes.items():
        click.echo(f"  {layer}: " + ", ".join(f"{name} {count:,}" for name, count in changes.items()))
