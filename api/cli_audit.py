"""``landstock audit``: the log is sealed, and compared with its seals."""

from pathlib import Path

import click

from api.cli_frame import document, json_option, lang_option, open_database, person
from data.identity import SYSTEM, Actor, acting

_TROUBLES = {
    "count": ("seal {seal}: {sealed} entries were sealed, {found} are there", "封存 {seal}：封存时 {sealed} 条，现有 {found} 条"),
    "content": ("seal {seal}: an entry was changed", "封存 {seal}：有日志被改动"),
    "chain": ("seal {seal}: the one before was changed or removed", "封存 {seal}：其前一个封存被改动或删除"),
    "seal-gone": ("a seal that was written down is gone", "有已登记的封存不见了"),
    "seal-changed": ("seal {seal} is not the one that was written down", "封存 {seal} 与登记的不一致"),
    "not-in-file": ("seal {seal} is not in the file of seals", "封存 {seal} 不在封存登记文件中"),
    "no-file": ("the file of seals is gone", "封存登记文件不见了"),
    "put-in": ("entry {event} was put in afterwards", "日志 {event} 为事后插入"),
}  # fmt: skip


@click.group()
def audit() -> None:
    """Seal and verify the log, which nobody changes unseen (操作日志)."""


@audit.command()
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A copy of seals.log that was kept elsewhere; else that of the data folder.",
)
@lang_option
@json_option
@click.pass_context
def verify(ctx: click.Context, file: Path | None, lang: str, as_json: bool) -> None:
    """Compare the log with its seals; ends 1 where they don't agree (核验日志)."""
    from data import audit as log
    from data.session import transaction

    open_database()
    with acting(Actor(person(), "auditor")), transaction() as connection:
        found = log.verify(connection, file)
    if as_json:
        document(ctx, found.as_json())
    elif found.troubles:
        for one in found.troubles:
            en, zh = _TROUBLES[one["kind"]]
            click.echo((zh if lang == "zh" else en).format(**one))
    else:
        click.echo(
            f"核验通过：{found.events} 条日志、{found.seals} 个封存一致；{found.unsealed} 条待封存。"
            if lang == "zh"
            else f"Verified: {found.events} entries under {found.seals} seals agree; {found.unsealed} are not sealed yet."
        )
    if found.troubles:
        ctx.exit(1)


@audit.command()
@lang_option
@json_option
@click.pass_context
def seal(ctx: click.Context, lang: str, as_json: bool) -> None:
    """Seal what is not sealed yet; the server does so by itself (封存日志)."""
    from data import audit as log

    open_database()
    with acting(Actor(person(), SYSTEM)):
        n = log.seal_now()
    if as_json:
        document(ctx, {"sealed": n})
    else:
        click.echo(f"已封存 {n} 条。" if lang == "zh" else f"{n} entries sealed.")
