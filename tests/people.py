"""People who are signed in, for tests of the application: real accounts and real sessions, without the slow hash."""

from typing import Any

from sqlalchemy import text

from data import accounts, passwords
from data.identity import SIGN_IN, Actor, acting
from data.session import transaction

COOKIE = "landstock_session"


def session_of(role: str, *parks: str, name: str = "") -> str:
    """Return the secret of a session of an account in a role; the account is made where there is none yet."""
    kept = name or f"{role}-{'-'.join(parks)}".lower().strip("-")
    with acting(Actor("tests", "admin")), transaction() as connection:
        if kept not in {account.name for account in accounts.listed(connection)}:
            accounts.add(connection, kept, role, parks)
    secret = passwords.new_secret()
    with acting(Actor("tests", SIGN_IN)), transaction() as connection:
        connection.execute(
            text(
                "INSERT INTO session (token_hash, account_id, until, must_set_password, address) "
                "SELECT :hash, account_id, now() + interval '1 hour', false, '' FROM account WHERE name = :name"
            ),
            {"hash": passwords.digest(secret), "name": kept},
        )
    return secret


def signed_in(context: Any, server: str, role: str = "clerk", *parks: str) -> None:
    """Give a browser the session of an account in a role."""
    context.add_cookies([{"name": COOKIE, "value": session_of(role, *parks), "url": server}])
