"""Accounts: made, given a one-time code, ended. An account has one role, so that no person holds two duties at once."""

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from data import passwords
from data.identity import STAFF, actor
from data.settings import settings
from gis.errors import LandStockError, UsageFault

_NAME = re.compile(r"[\w][\w.@-]{1,39}")


class AccountUsage(UsageFault):
    """What is asked of an account can't be meant."""

    code = "account-usage"


class AccountExists(LandStockError):
    """There is an account of this name."""

    code = "account-exists"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is an account {name} already. Choose another name, or give it a new code with "
            f"`landstock user password {name}`.",
            f"账号 {name} 已存在。请另取名称，或用 `landstock user password {name}` 为其重发一次性口令。",
        )


class NoSuchAccount(LandStockError):
    """There is no account of this name."""

    code = "account-not-found"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no account {name}. `landstock user list` names them.",
            f"没有账号 {name}。`landstock user list` 可列出全部账号。",
        )


@dataclass(frozen=True, slots=True)
class Account:
    """An account as administrators see it."""

    account_id: int
    name: str
    role: str
    parks: tuple[str, ...]
    full_name: str | None
    contact: str | None
    created_at: dt.datetime
    password_set_at: dt.datetime | None
    disabled_at: dt.datetime | None
    subject: str | None

    def as_json(self) -> dict[str, object]:
        """Return plain values."""
        return {
            "name": self.name, "role": self.role, "parks": list(self.parks), "full_name": self.full_name,
            "contact": self.contact, "created_at": self.created_at.isoformat(),
            "password_set": self.password_set_at is not None, "sign_on": self.subject is not None,
            "disabled": self.disabled_at is not None,
        }  # fmt: skip


def plain_name(name: str) -> str:
    """Return a name as it is kept, whatever keyboard and case it was typed with."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def add(
    connection: Connection,
    name: str,
    role: str,
    parks: Sequence[str] = (),
    full_name: str | None = None,
    contact: str | None = None,
) -> str:
    """Make an account and return the one-time code that its person signs in with first.

    Raises
    ------
    AccountUsage
        No such role; a committee without a park, or another role with one; an unusable name.
    AccountExists
        The name is taken.
    """
    kept = plain_name(name)
    parks = tuple(dict.fromkeys(parks))
    _check(kept, role, parks)
    number = connection.scalar(
        text(
            "INSERT INTO account (name, role, full_name, contact, created_by) "
            "VALUES (:name, :role, :full_name, :contact, :by) ON CONFLICT DO NOTHING RETURNING account_id"
        ),
        {"name": kept, "role": role, "full_name": full_name, "contact": contact, "by": actor().name},
    )
    if number is None:
        raise AccountExists(kept)
    for park in parks:
        connection.execute(
            text("INSERT INTO account_park (account_id, park_code) VALUES (:id, :park)"),
            {"id": number, "park": park},
        )
    return _give_code(connection, number)


def _check(name: str, role: str, parks: Sequence[str]) -> None:
    if not _NAME.fullmatch(name):
        raise AccountUsage(
            f"{name!r} is no name of an account; 2 to 40 letters, digits, '.', '-', '_' or '@' are expected.",
            f"{name!r} 不能用作账号名；应为 2 至 40 个字母、数字或 . - _ @。",
        )
    if role not in STAFF:
        raise AccountUsage(
            f"There is no role {role!r}. Roles: {', '.join(STAFF)}.",
            f"没有角色 {role!r}。可用角色：{'、'.join(STAFF)}。",
        )
    if (role == "committee") != bool(parks):
        raise AccountUsage(
            "A committee is for one park or several (--park), and only a committee is.",
            "管委会账号须指定园区（--park，可多个），其他角色不指定园区。",
        )


def new_code(connection: Connection, name: str) -> str:
    """Give an account a new one-time code in place of its password, and end its sessions and tokens.

    It no longer belongs to a person of the sign-in service either, until one of its name signs in again.

    Raises
    ------
    NoSuchAccount
    """
    account = named(connection, name)
    _shut(connection, account.account_id)
    return _give_code(connection, account.account_id)


def _give_code(connection: Connection, account_id: int) -> str:
    code = passwords.new_code()
    connection.execute(
        text(
            "UPDATE account SET code_hash = :hash, code_until = now() + make_interval(hours => :hours), "
            "password_hash = NULL, password_set_at = NULL, subject = NULL WHERE account_id = :id"
        ),
        {"hash": passwords.code_digest(code), "hours": settings().code_hours, "id": account_id},
    )
    return code


def set_disabled(connection: Connection, name: str, disabled: bool) -> None:
    """End an account, with its sessions and tokens, or open it again.

    Raises
    ------
    NoSuchAccount
    """
    account = named(connection, name)
    values = {"id": account.account_id, "by": actor().name if disabled else None}
    when = "now()" if disabled else "NULL"
    connection.execute(
        text(f"UPDATE account SET disabled_at = {when}, disabled_by = :by WHERE account_id = :id"), values
    )
    if disabled:
        _shut(connection, account.account_id)


def _shut(connection: Connection, account_id: int) -> None:
    """End whatever an account is signed in by."""
    connection.execute(text("DELETE FROM session WHERE account_id = :id"), {"id": account_id})
    connection.execute(
        text("UPDATE api_token SET revoked_at = now() WHERE account_id = :id AND revoked_at IS NULL"),
        {"id": account_id},
    )


def named(connection: Connection, name: str) -> Account:
    """Return the account of a name.

    Raises
    ------
    NoSuchAccount
    """
    kept = plain_name(name)
    found = [account for account in listed(connection) if account.name == kept]
    if not found:
        raise NoSuchAccount(kept)
    return found[0]


def listed(connection: Connection) -> list[Account]:
    """Return all accounts by name."""
    rows = connection.execute(
        text(
            "SELECT a.account_id, a.name, a.role, a.full_name, a.contact, a.created_at, a.password_set_at, "
            "a.disabled_at, a.subject, ARRAY(SELECT k.park_code FROM account_park AS k WHERE k.account_id = a.account_id "
            "ORDER BY 1) AS parks FROM account AS a ORDER BY a.name"
        )
    )
    return [Account(**(dict(row) | {"parks": tuple(row["parks"])})) for row in rows.mappings()]


def administrators(connection: Connection) -> list[str]:
    """Return whom to ask: the administrators with what is known of reaching them."""
    rows = connection.execute(
        text(
            "SELECT coalesce(full_name, name) AS who, contact FROM account "
            "WHERE role = 'admin' AND disabled_at IS NULL ORDER BY account_id LIMIT 3"
        )
    )
    return [" ".join(filter(None, (row.who, row.contact))) for row in rows]
