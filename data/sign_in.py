"""Signing in, and the sessions of browsers that stand for it afterwards. Works as ``sign_in`` alone.

A session ends after some time without a request and after a working day at most. Secrets are kept as hashes.
Unknown, wrong, disabled and expired are one answer, and take the same time.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sqlalchemy import Connection, text

from data import passwords
from data.accounts import plain_name
from data.identity import SIGN_IN, Actor, acting
from data.session import transaction
from data.settings import settings
from gis.errors import LandStockError, UsageFault

NOBODY = Actor("nobody", SIGN_IN)
_NAMES_AN_ADDRESS = 40
_TOUCH_S = 60  # how often a session writes down that it is in use
ACCOUNT = (
    "a.account_id, a.name, a.full_name, a.role, "
    "ARRAY(SELECT k.park_code FROM account_park AS k WHERE k.account_id = a.account_id ORDER BY 1) AS parks"
)


class SignInRefused(LandStockError):
    """Name and password don't open the door."""

    code = "sign-in-refused"

    def __init__(self) -> None:
        super().__init__(
            "Name or password is wrong. Try again, or ask your administrator for a new one-time code.",
            "用户名或密码不正确。请重试，或请管理员重发一次性口令。",
        )


class SignInLocked(LandStockError):
    """Too many attempts; it is the same for names that don't exist."""

    code = "sign-in-locked"

    def __init__(self, minutes: int) -> None:
        super().__init__(
            f"Too many attempts. Wait {minutes} minutes, then try again.",
            f"尝试次数过多。请在 {minutes} 分钟后重试。",
        )


class PasswordWeak(UsageFault):
    """A new password is too easy to guess."""

    code = "password-weak"
    _EN: ClassVar = {
        "short": f"A password has at least {passwords.SHORTEST} characters; a sentence is easy to remember.",
        "long": f"A password has at most {passwords.LONGEST} characters.",
        "name": "A password does not contain the name of its account.",
        "simple": "A password is not one character over and over, nor a row of the keyboard.",
    }
    _ZH: ClassVar = {
        "short": f"密码至少 {passwords.SHORTEST} 个字符；用一句话容易记住。",
        "long": f"密码最多 {passwords.LONGEST} 个字符。",
        "name": "密码不能包含账号名。",
        "simple": "密码不能是重复或连续的字符。",
    }

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The password won't do. {self._EN[why]} Choose another.",
            f"密码不符合要求：{self._ZH[why]}请另选密码。",
        )


@dataclass(frozen=True, slots=True)
class Signed:
    """A person who is signed in, by a session or by a token."""

    account_id: int
    name: str
    full_name: str | None
    role: str
    parks: tuple[str, ...]
    must_set_password: bool = False
    scope: str = "write"
    by_token: bool = False

    def actor(self, request: str) -> Actor:
        """Return who acts in a request."""
        return Actor(self.name, self.role, self.parks, self.account_id, request)


def signed_of(row: Any, **more: Any) -> Signed:
    """Return the person of a row with the columns of an account."""
    return Signed(row.account_id, row.name, row.full_name, row.role, tuple(row.parks), **more)


def sign_in(name: str, password: str, address: str) -> tuple[str, Signed]:
    """Open a session and return its secret, which only the browser knows.

    Raises
    ------
    SignInRefused, SignInLocked
    """
    kept = plain_name(name)[:80]
    with acting(NOBODY):
        with transaction(settings().request_timeout_s) as connection:
            _requireopen_session(connection, kept, address)
            row = connection.execute(
                text(
                    f"SELECT {ACCOUNT}, a.password_hash, a.code_hash, a.code_until > now() AS code_holds "
                    "FROM account AS a WHERE a.name = :name AND a.disabled_at IS NULL"
                ),
                {"name": kept},
            ).one_or_none()
        by_code = (
            row is not None and bool(row.code_holds) and row.code_hash == passwords.code_digest(password)
        )
        right = passwords.matches(password, row.password_hash if row is not None else None)
        good = row is not None and (right or by_code)
        known = (
            replace(NOBODY, name=row.name, account_id=row.account_id) if row is not None and good else NOBODY
        )
        with acting(known), transaction(settings().request_timeout_s) as connection:
            connection.execute(
                text(
                    "INSERT INTO sign_in_attempt (name, address, succeeded) VALUES (:name, :address, :good)"
                ),
                {"name": kept, "address": address, "good": good},
            )
            if row is not None and good:
                signed = signed_of(row, must_set_password=not right)
                return open_session(connection, signed, address), signed
        raise SignInRefused


def _requireopen_session(connection: Connection, name: str, address: str) -> None:
    """Refuse a name with too many failures since its last success, and an address that tries many names."""
    found = settings()
    failed, since = connection.execute(
        text(
            "SELECT count(*), max(at) > now() - make_interval(mins => :minutes) FROM sign_in_attempt "
            "WHERE name = :name AND NOT succeeded AND at > now() - make_interval(mins => 2 * :minutes) AND at > "
            "coalesce((SELECT max(at) FROM sign_in_attempt WHERE name = :name AND succeeded), '-infinity')"
        ),
        {"name": name, "minutes": found.lock_minutes},
    ).one()
    if failed >= found.sign_in_attempts and since:
        raise SignInLocked(found.lock_minutes)
    elsewhere = connection.scalar(
        text(
            "SELECT count(*) FROM sign_in_attempt WHERE address = :address AND NOT succeeded "
            "AND at > now() - make_interval(mins => :minutes)"
        ),
        {"address": address, "minutes": found.lock_minutes},
    )
    if (elsewhere or 0) >= found.sign_in_attempts * _NAMES_AN_ADDRESS:
        raise SignInLocked(found.lock_minutes)


def open_session(connection: Connection, signed: Signed, address: str) -> str:
    """Open a session for a person and return its secret."""
    secret = passwords.new_secret()
    connection.execute(
        text(
            "INSERT INTO session (token_hash, account_id, until, must_set_password, address) "
            "VALUES (:hash, :id, now() + make_interval(mins => :minutes), :must, :address)"
        ),
        {
            "hash": passwords.digest(secret), "id": signed.account_id, "must": signed.must_set_password,
            "minutes": round(settings().session_hours * 60), "address": address,
        },
    )  # fmt: skip
    return secret


def by_session(secret: str) -> Signed | None:
    """Return who is signed in by a session; nobody where it has ended, or the account has."""
    asked = text(
        f"SELECT {ACCOUNT}, s.must_set_password, s.seen_at < now() - make_interval(secs => :touch) AS stale "
        "FROM session AS s JOIN account AS a USING (account_id) WHERE s.token_hash = :hash AND s.until > now() "
        "AND s.seen_at > now() - make_interval(mins => :idle) AND a.disabled_at IS NULL"
    )
    values = {"hash": passwords.digest(secret), "touch": _TOUCH_S, "idle": settings().session_idle_minutes}
    with acting(NOBODY), transaction(settings().request_timeout_s) as connection:
        row = connection.execute(asked, values).one_or_none()
        if row is None:
            return None
        if row.stale:
            connection.execute(text("UPDATE session SET seen_at = now() WHERE token_hash = :hash"), values)
        return signed_of(row, must_set_password=row.must_set_password)


def sign_out(secret: str) -> None:
    """End a session."""
    with acting(NOBODY), transaction(settings().request_timeout_s) as connection:
        connection.execute(
            text("DELETE FROM session WHERE token_hash = :hash"), {"hash": passwords.digest(secret)}
        )


def set_password(signed: Signed, old: str, new: str, address: str) -> str:
    """Set a password in place of the old one (or of the one-time code), end all sessions and open a new one.

    Raises
    ------
    SignInRefused
        The old one is wrong.
    PasswordWeak
        The new one is too easy to guess.
    """
    why = passwords.weakness(new, signed.name)
    if why is not None:
        raise PasswordWeak(why)
    with acting(replace(NOBODY, name=signed.name)):
        with transaction(settings().request_timeout_s) as connection:
            kept = connection.scalar(
                text("SELECT password_hash FROM account WHERE account_id = :id"), {"id": signed.account_id}
            )
        if not signed.must_set_password and not passwords.matches(old, kept):
            raise SignInRefused
        hashed = passwords.hashed(new)
        with transaction(settings().request_timeout_s) as connection:
            connection.execute(
                text(
                    "UPDATE account SET password_hash = :hash, password_set_at = now(), code_hash = NULL, "
                    "code_until = NULL WHERE account_id = :id"
                ),
                {"hash": hashed, "id": signed.account_id},
            )
            connection.execute(text("DELETE FROM session WHERE account_id = :id"), {"id": signed.account_id})
            return open_session(connection, replace(signed, must_set_password=False), address)


def give_password(name: str, password: str) -> None:
    """Set the password of an account from the server's command line.

    Raises
    ------
    PasswordWeak
        It is too easy to guess.
    """
    kept = plain_name(name)
    why = passwords.weakness(password, kept)
    if why is not None:
        raise PasswordWeak(why)
    hashed = passwords.hashed(password)
    with acting(NOBODY), transaction() as connection:
        connection.execute(
            text(
                "UPDATE account SET password_hash = :hash, password_set_at = now(), code_hash = NULL, "
                "code_until = NULL WHERE name = :name"
            ),
            {"hash": hashed, "name": kept},
        )


def clear(connection: Connection) -> None:
    """Remove sessions that have ended and attempts older than a day; the log keeps what happened."""
    connection.execute(text("DELETE FROM session WHERE until < now()"))
    connection.execute(text("DELETE FROM sign_in_attempt WHERE at < now() - interval '1 day'"))
