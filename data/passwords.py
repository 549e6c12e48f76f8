"""Passwords and other secrets: hashed by a kept library, compared in equal time, never stored as they are.

Argon2id with 19 MiB, two passes and one lane takes about 55 ms; at most three run at once, so that signing in never
takes the machine's memory.
"""

import hashlib
import secrets
import threading
import unicodedata
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

SHORTEST, LONGEST = 12, 128
_CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is taken for another
_CODE_LENGTH, _CODE_GROUP = 16, 4
_hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))
_at_once = threading.BoundedSemaphore(3)


def _plain(password: str) -> str:
    """Return a password in one form, however the keyboard composed its characters."""
    return unicodedata.normalize("NFKC", password)


def hashed(password: str) -> str:
    """Return the hash of a password."""
    with _at_once:
        return _hasher.hash(_plain(password))


@cache
def _nobodys() -> str:
    return hashed(secrets.token_urlsafe(16))


def matches(password: str, kept: str | None) -> bool:
    """Say whether a password is the one kept; without one, take as long to say that it is not."""
    nobodys = _nobodys()
    if len(password) > LONGEST:
        password, kept = "", None
    with _at_once:
        found = _hasher.verify(_plain(password), kept or nobodys)
    return found and kept is not None


def weakness(password: str, name: str) -> str | None:
    """Return why a password is refused: ``short``, ``long``, ``name`` or ``simple``; nothing where it will do."""
    plain = _plain(password)
    if len(plain) < SHORTEST:
        return "short"
    if len(plain) > LONGEST:
        return "long"
    if len(name) > 2 and name.casefold() in plain.casefold():
        return "name"
    if len(set(plain)) < 5 or plain.casefold() in ("".join(map(chr, range(33, 127))) * 2):
        return "simple"
    return None


def new_secret() -> str:
    """Return a secret that nobody guesses: 256 bits, safe in a cookie or a header."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Return a code to be typed once, in groups; about 79 bits."""
    letters = [secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH)]
    groups = ["".join(letters[i : i + _CODE_GROUP]) for i in range(0, _CODE_LENGTH, _CODE_GROUP)]
    return "-".join(groups)


def digest(secret: str) -> str:
    """Return what is kept of a secret that nobody guesses: no slow hash is needed for it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def code_digest(typed: str) -> str:
    """Return what is kept of a code, however it was typed."""
    return digest("".join(c for c in _plain(typed).upper() if c.isalnum()))
