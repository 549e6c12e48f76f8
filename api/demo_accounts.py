"""The accounts of the demonstration: one of each role, with passwords made now and told once."""

import secrets

from data import accounts, sign_in
from data.identity import STAFF, Actor, acting
from data.session import transaction

NAMES = {
    "clerk": "demo-clerk", "approver": "demo-approver", "committee": "demo-committee", "planner": "demo-planner",
    "auditor": "demo-auditor", "admin": "demo-admin",
}  # fmt: skip


def make_accounts(park_code: str, person: str) -> list[dict[str, str]]:
    """Make the accounts where there are none at all; return name, role and password of each."""
    with acting(Actor(person, "admin")), transaction() as connection:
        if accounts.listed(connection):
            return []
        for role in STAFF:
            accounts.add(connection, NAMES[role], role, (park_code,) if role == "committee" else ())
    made = []
    for role in STAFF:
        password = secrets.token_urlsafe(12)
        sign_in.give_password(NAMES[role], password)
        made.append({"name": NAMES[role], "role": role, "password": password})
    return made
