"""Commands about the database and the machine."""

from dataclasses import asdict
from typing import Any

import click

from api.cli_frame import Lang, document, json_option, lang_option


@click.group()
def db() -> None:
    """Start, stop or look at the embedded database (内置数据库)."""


@db.command("start")
@json_option
@click.pass_context
def db_start(ctx: click.Context, as_json: bool) -> None:
    """Make and start the database and bring its schema up to date."""
    from data.cluster import start

    _tell(ctx, start(), as_json)


@db.command("stop")
@json_option
@click.pass_context
def db_stop(ctx: click.Context, as_json: bool) -> None:
    """Stop the embedded database."""
    from data.cluster import stop

    stopped = stop()
    if as_json:
        document(ctx, {"stopped": stopped})
    else:
        click.echo("Stopped. 已停止。" if stopped else "It was not running. 未在运行。")


@db.command("status")
@json_option
@click.pass_context
def db_status(ctx: click.Context, as_json: bool) -> None:
    """Say whether the database runs and where it lies."""
    from data.cluster import status

    _tell(ctx, status(), as_json)


def _tell(ctx: click.Context, status: Any, as_json: bool) -> None:
    values = {name: None if value is None else value for name, value in asdict(status).items()}
    if as_json:
        document(ctx, values)
        return
    for name, value in values.items():
        click.echo(f"{name:>8}: {'—' if value is None else value}")


@click.command()
@lang_option
@json_option
@click.pass_context
def doctor(ctx: click.Context, lang: Lang, as_json: bool) -> None:
    """Say what is installed, reachable, out of date or wrong, and how to mend it (自检)."""
    from data.doctor import checks

    found = checks(lang)
    if as_json:
        document(ctx, {"checks": found})
    else:
        for check in found:
            click.echo(f"{_MARKS[lang][check['ok']]:>6}  {check['name']}: {check['found']}")
            if check["ok"] is False:
                wanted = f"应为：{check['expected']}。" if lang == "zh" else f"expected {check['expected']}. "
                click.echo(f"        {wanted}{check['mend']}")
    ctx.exit(3 if any(check["ok"] is False for check in found) else 0)


_MARKS: dict[str, dict[object, str]] = {
    "zh": {True: "正常", False: "异常", None: "-"},
    "en": {True: "ok", False: "FAULT", None: "-"},
}
