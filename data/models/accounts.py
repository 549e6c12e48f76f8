"""Who may sign in: accounts, parks of committees, sessions and tokens (hashed, never as they are)."""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from data.identity import STAFF
from data.models.base import Base


def _when(**options: object) -> Mapped[dt.datetime]:
    return mapped_column(DateTime(timezone=True), **options)  # type: ignore[arg-type]


def _maybe() -> Mapped[dt.datetime | None]:
    return mapped_column(DateTime(timezone=True), nullable=True)


def _account() -> Mapped[int]:
    return mapped_column(ForeignKey("account.account_id"), index=True)


class Account(Base):
    """A person who may sign in, in one role.

    Until a password is set, and after the administrator gave a new code, the one-time code stands in for it.
    ``subject`` is the person at the sign-in service of the house (issuer and ``sub``), once it has vouched for them.
    """

    __tablename__ = "account"
    __table_args__ = (CheckConstraint(f"role IN {STAFF!r}", name="role_code"),)

    account_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    full_name: Mapped[str | None] = mapped_column(Text)
    contact: Mapped[str | None] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str | None] = mapped_column(Text)
    password_set_at: Mapped[dt.datetime | None] = _maybe()
    code_hash: Mapped[str | None] = mapped_column(Text)
    code_until: Mapped[dt.datetime | None] = _maybe()
    created_at: Mapped[dt.datetime] = _when(server_default=func.now())
    created_by: Mapped[str] = mapped_column(Text)
    disabled_at: Mapped[dt.datetime | None] = _maybe()
    disabled_by: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text, unique=True)


class AccountPark(Base):
    """A park that a committee's account is for."""

    __tablename__ = "account_park"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.account_id"), primary_key=True)
    park_code: Mapped[str] = mapped_column(Text, primary_key=True)


class Session(Base):
    """A browser that is signed in; known by the hash of its cookie."""

    __tablename__ = "session"

    token_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[int] = _account()
    created_at: Mapped[dt.datetime] = _when(server_default=func.now())
    seen_at: Mapped[dt.datetime] = _when(server_default=func.now())
    until: Mapped[dt.datetime] = _when()
    must_set_password: Mapped[bool]
    address: Mapped[str] = mapped_column(Text)


class ApiToken(Base):
    """What a script or a desktop program signs in with; known by its hash."""

    __tablename__ = "api_token"
    __table_args__ = (CheckConstraint("scope IN ('read', 'write')", name="scope_code"),)

    token_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[int] = _account()
    label: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    scope: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = _when(server_default=func.now())
    until: Mapped[dt.datetime] = _when()
    used_at: Mapped[dt.datetime | None] = _maybe()
    revoked_at: Mapped[dt.datetime | None] = _maybe()


class SignInAttempt(Base):
    """An attempt to sign in by a name that exists or not; too many failed ones close the door for a while."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_name", "name", "at"),)

    attempt_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime] = _when(server_default=func.clock_timestamp())
    succeeded: Mapped[bool]
