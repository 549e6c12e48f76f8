"""Whom to ask: the administrators by name, for somebody who stands before a closed door."""

from data import accounts, sign_in
from data.identity import acting
from data.session import transaction
from data.settings import settings


def administrators() -> list[str]:
    """Return the administrators with what is known of reaching them; no other role may read accounts."""
    with acting(sign_in.NOBODY), transaction(settings().request_timeout_s) as connection:
        return accounts.administrators(connection)
