"""``landstock demo``: from nothing to a map in the browser, in one command."""

import datetime as dt
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api import clock
from api.cli_frame import Day, Steps, document, json_option, lang_option, person
from api.cli_serve import CREATE_OPEN, free_port, require_free, run
from api.cli_summary_text import summary_text

if TYPE_CHECKING:
    from api.demo import Demo

_HOST = "127.0.0.1"


@click.command()
@click.option(
    "--serve/--no-serve", "serving", default=True, show_default=True, help="Serve the application at the end."
)
@click.option(
    "--port", type=click.IntRange(1, 65535), show_default="8000, or the next free one", help="Port."
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), show_default="out/ of the checkout",
              help="Folder for the files.")  # fmt: skip
@click.option("--as-of", type=Day(), default=clock.today, show_default="today", help="The day asked about.")
@lang_option
@json_option
@click.pass_context
def demo(
    ctx: click.Context,
    serving: bool,
    port: int | None,
    out: Path | None,
    as_of: dt.date,
    lang: str,
    as_json: bool,
) -> None:
    """Import the sample delivery, analyse it, write list, GeoJSON and map to out/, and serve (演示).

    The sample holds planted faults; they are reported and the demo ends 0 all the same.
    """
    from api.demo import prepare
    from data.locks import exclusive

    began = time.monotonic()
    with ExitStack() as held:
        held.enter_context(exclusive("demo"))
        if serving and port is not None:
            require_free(_HOST, port)
        done = prepare(out, as_of, lang, person(), Steps())
        if serving and port is None:
            port = free_port(_HOST)
        address = f"http://{_HOST}:{port}/" if serving else None
        if as_json:
            document(ctx, _content(done, address))
        else:
            click.echo(_text(done, address, lang, time.monotonic() - began))
        if address is not None:
            run(_HOST, port or 0, made=CREATE_OPEN)


def _content(done: "Demo", address: str | None) -> dict[str, object]:
    return {
        "delivery": done.report["delivery"],
        "imported": not done.was_in,
        "summary": done.summary.as_json(),
        "files": {name: str(path) for name, path in done.files.items()},
        "mapped_parcels": done.mapped,
        "address": address,
        "accounts": done.accounts,
    }


def _text(done: "Demo", address: str | None, lang: str, seconds: float) -> str:
    """Return the summary that ends the set-up."""
    zh = lang == "zh"
    lines = ["", "存量土地与闲置土地 LandStock 演示" if zh else "LandStock demo 存量土地", ""]
    report = done.report
    if done.was_in:
        lines.append(
            "示例成果已在库中，直接使用。" if zh else "The sample delivery was in already and is reused."
        )
    else:
        read = sum(file["read"] for file in report["layers"])
        rejected = sum(file["rejected"] for file in report["layers"])
        found = sum(sum(file["issues"].values()) for file in report["layers"])
        lines.append(
            f"示例成果：读取 {read:,} 行，退回 {rejected:,} 行，检查发现 {found:,} 项（含预设的错误）。"
            if zh
            else f"Sample delivery: {read:,} rows read, {rejected:,} rejected, {found:,} findings (faults are planted)."
        )
    if not report["published"] and not done.was_in:
        lines.append("注意：成果未发布。" if zh else "Note: the delivery is not published.")
    parks = sum(bool(code) for code in done.summary.parks)
    lines += ["", f"园区 {parks} 个" if zh else f"{parks} parks", summary_text(done.summary, lang), ""]
    for name in done.files:
        lines.append(f"  {_FILE_WORDS[name][0 if zh else 1]}: {done.files[name]}")
    if done.mapped_parks:
        lines.append(
            "  （库中宗地较多，单文件地图只含示例园区）"
            if zh
            else "  (the map holds the sample's parks only)"
        )
    if done.accounts:
        lines += ["", "登录账号（密码只显示这一次）：" if zh else "Accounts (passwords are shown this once):"]
        lines += [f"  {one['name']:<16}{one['password']}" for one in done.accounts]
    lines.append("")
    lines.append(f"用时 {seconds:.1f} 秒。" if zh else f"Took {seconds:.1f} s.")
    if address:
        lines.append(f"网址 address: {address}   （按 Ctrl-C 结束 / Ctrl-C ends it）")
    return "\n".join(lines)


_FILE_WORDS = {
    "idle-list.xlsx": ("疑似闲置土地清单", "List of suspected idle land"),
    "idle-list.geojson": ("疑似闲置土地图形", "Suspected idle land, GeoJSON"),
    "parcels.geojson": ("全部宗地图形", "All parcels, GeoJSON"),
    "map.html": ("单文件地图", "Map in one file"),
}
