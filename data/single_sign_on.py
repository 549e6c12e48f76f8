"""Signing in by the word of the house's sign-in service: it says who is there, the account here says what they may."""

from dataclasses import replace

from sqlalchemy import Connection, text

from data.accounts import plain_name
from data.identity import acting
from data.session import transaction
from data.settings import settings
from data.sign_in import ACCOUNT, NOBODY, Signed, SignInRefused, open_session, signed_of


def sign_in_as(issuer: str, subject: str, name: str, address: str) -> str:
    """Open a session for the person that the service vouches for; return its secret.

    The first time the account is found by its name; from then on it belongs to that person of the service, whatever
    they are called there, until an administrator gives the account a new code.

    Raises
    ------
    SignInRefused
        No account is theirs, or it is disabled.
    """
    whom = f"{issuer} {subject}"
    with acting(NOBODY), transaction(settings().request_timeout_s) as connection:
        signed = _found(connection, whom, plain_name(name)[:80])
    if signed is None:
        raise SignInRefused
    known = replace(NOBODY, name=signed.name, account_id=signed.account_id)
    with acting(known), transaction(settings().request_timeout_s) as connection:
        # Somebody else of this name, or an administrator, may have come first since it was looked up.
        theirs = connection.execute(
            text(
                "UPDATE account SET subject = :whom WHERE account_id = :id AND disabled_at IS NULL "
                "AND coalesce(subject, :whom) = :whom"
            ),
            {"whom": whom, "id": signed.account_id},
        ).rowcount
        if not theirs:
            raise SignInRefused
        return open_session(connection, signed, address)


def _found(connection: Connection, whom: str, name: str) -> Signed | None:
    row = connection.execute(
        text(
            f"SELECT {ACCOUNT} FROM account AS a WHERE a.disabled_at IS NULL "
            "AND (a.subject = :whom OR (a.name = :name AND a.subject IS NULL)) ORDER BY a.subject NULLS LAST LIMIT 1"
        ),
        {"whom": whom, "name": name},
    ).one_or_none()
    return signed_of(row) if row is not None else None
