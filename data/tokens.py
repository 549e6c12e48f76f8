"""Tokens: what scripts and desktop programs sign in with, with the rights of the account that made them."""

import datetime as dt
from dataclasses import replace

from sqlalchemy import text

from data import passwords
from data.identity import acting
from data.session import transaction
from data.settings import settings
from data.sign_in import ACCOUNT, NOBODY, Signed, signed_of


def by_token(secret: str) -> Signed | None:
    """Return whose token this is; nobody where it is unknown, revoked or past its day."""
    asked = text(
        f"SELECT {ACCOUNT}, t.scope, t.token_id, coalesce(t.used_at, '-infinity') < now() - interval '60 s' AS stale "
        "FROM api_token AS t JOIN account AS a USING (account_id) WHERE t.token_hash = :hash AND t.until > now() "
        "AND t.revoked_at IS NULL AND a.disabled_at IS NULL"
    )
    with acting(NOBODY), transaction(settings().request_timeout_s) as connection:
        row = connection.execute(asked, {"hash": passwords.digest(secret)}).one_or_none()
        if row is None:
            return None
        if row.stale:
            connection.execute(
                text("UPDATE api_token SET used_at = now() WHERE token_id = :id"), {"id": row.token_id}
            )
        return signed_of(row, scope=row.scope, by_token=True)


def new_token(signed: Signed, label: str, scope: str, days: int) -> str:
    """Make a token for a program and return it; it is shown once."""
    secret = f"lst_{passwords.new_secret()}"
    with acting(replace(NOBODY, name=signed.name)), transaction() as connection:
        connection.execute(
            text(
                "INSERT INTO api_token (account_id, label, token_hash, scope, until) "
                "VALUES (:id, :label, :hash, :scope, now() + make_interval(days => :days))"
            ),
            {
                "id": signed.account_id, "label": label, "hash": passwords.digest(secret), "scope": scope,
                "days": days,
            },
        )  # fmt: skip
    return secret


def tokens(signed: Signed) -> list[dict[str, dt.datetime | str | int | None]]:
    """Return the tokens of a person, the newest first."""
    with acting(NOBODY), transaction() as connection:
        rows = connection.execute(
            text(
                "SELECT token_id, label, scope, created_at, until, used_at, revoked_at FROM api_token "
                "WHERE account_id = :id ORDER BY token_id DESC"
            ),
            {"id": signed.account_id},
        )
        return [dict(row) for row in rows.mappings()]


def revoke(signed: Signed, token_id: int) -> None:
    """End a token of this person."""
    with acting(replace(NOBODY, name=signed.name)), transaction() as connection:
        connection.execute(
            text(
                "UPDATE api_token SET revoked_at = now() WHERE token_id = :token AND account_id = :id "
                "AND revoked_at IS NULL"
            ),
            {"token": token_id, "id": signed.account_id},
        )
