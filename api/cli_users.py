"""``landstock user``: accounts from the command line, on record for the system's user as an administrator."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Connection

from api.cli_frame import document, json_option, lang_option, open_database, person
from data.identity import STAFF, Actor, acting
from gis.errors import UsageFault

ROLES_ZH = {
    "clerk": "局经办", "approver": "局审批", "committee": "管委会", "planner": "规划", "auditor": "审计",
    "admin": "管理员",
}  # fmt: skip


@contextmanager
def administering() -> Iterator[Connection]:
    """Hand out a transaction with the rights of an administrator."""
    from data.session import transaction

    open_database()
    with acting(Actor(person(), "admin")), transaction() as connection:
        yield connection


@click.group()
def user() -> None:
    """Accounts: who may sign in, in which role (账号)."""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(STAFF), required=True, help="What the person does.")
@click.option("--park", "parks", multiple=True, metavar="CODE", help="Park of a committee; can be repeated.")
@click.option("--full-name", help="The person's name, as pages show it.")
@click.option("--contact", help="Room or telephone; shown of administrators at the sign-in page.")
@lang_option
@json_option
@click.pass_context
def add(
    ctx: click.Context,
    name: str,
    role: str,
    parks: tuple[str, ...],
    full_name: str | None,
    contact: str | None,
    lang: str,
    as_json: bool,
) -> None:
    r"""Make an account and print the one-time code for its first sign-in (新建账号).

    \b
        landstock user add zhaoli --role admin --full-name 赵立 --contact 内线6108
        landstock user add liuyang --role committee --park 210700-01
    """
    from data import accounts

    with administering() as connection:
        code = accounts.add(connection, name, role, parks, full_name, contact)
    _tell_code(ctx, accounts.plain_name(name), code, role, lang, as_json)


def _tell_code(ctx: click.Context, name: str, code: str, role: str | None, lang: str, as_json: bool) -> None:
    from data.settings import settings

    hours = settings().code_hours
    if as_json:
        document(ctx, {"name": name, "role": role, "code": code, "hours": hours})
        return
    click.echo(
        f"账号 {name} 的一次性口令：{code}（{hours} 小时内有效，首次登录时填在密码栏，只显示这一次）"
        if lang == "zh"
        else f"One-time code of {name}: {code} (holds for {hours} hours; typed as the password at the first sign-in; "
        "shown this once)"
    )


@user.command()
@click.argument("name")
@click.option("--stdin", "from_stdin", is_flag=True, help="Set the password that standard input holds.")
@lang_option
@json_option
@click.pass_context
def password(ctx: click.Context, name: str, from_stdin: bool, lang: str, as_json: bool) -> None:
    """Give an account a new one-time code, or set its password; its sessions and tokens end (重发口令)."""
    from data import accounts, sign_in

    given = sys.stdin.readline().rstrip("\r\n") if from_stdin else None
    if given == "":
        raise UsageFault(
            "Standard input held no password; one line with it is expected.",
            "标准输入中没有密码；应为一行密码。",
        )
    with administering() as connection:
        code = accounts.new_code(connection, name)
    if given is None:
        _tell_code(ctx, accounts.plain_name(name), code, None, lang, as_json)
        return
    sign_in.give_password(name, given)
    if as_json:
        document(ctx, {"name": accounts.plain_name(name), "password_set": True})
    else:
        click.echo("密码已设置。" if lang == "zh" else "The password is set.")


@user.command()
@click.argument("name")
@click.option("--enable", is_flag=True, help="Open it again.")
@lang_option
@json_option
@click.pass_context
def disable(ctx: click.Context, name: str, enable: bool, lang: str, as_json: bool) -> None:
    """End an account with its sessions and tokens; what it did stays on record (停用账号)."""
    from data import accounts

    with administering() as connection:
        accounts.set_disabled(connection, name, not enable)
    if as_json:
        document(ctx, {"name": accounts.plain_name(name), "disabled": not enable})
    else:
        done = ("已启用", "enabled") if enable else ("已停用", "disabled")
        click.echo(f"{name} {done[0]}。" if lang == "zh" else f"{name} is {done[1]}.")


@user.command("list")
@lang_option
@json_option
@click.pass_context
def list_(ctx: click.Context, lang: str, as_json: bool) -> None:
    """List the accounts (账号列表)."""
    from data import accounts

    with administering() as connection:
        found = accounts.listed(connection)
    if as_json:
        document(ctx, {"accounts": [account.as_json() for account in found]})
        return
    for account in found:
        role = ROLES_ZH[account.role] if lang == "zh" else account.role
        ended = ("已停用" if lang == "zh" else "disabled") if account.disabled_at else ""
        click.echo(
            "  ".join(filter(None, (account.name, role, account.full_name, ";".join(account.parks), ended)))
        )
    if not found:
        click.echo("还没有账号。" if lang == "zh" else "There are no accounts yet.")
