"""Accounts, the parks of committees, sessions, tokens, and attempts to sign in."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SYSTEM, SIGN_IN, ADMIN, AUDITOR = (
    "landstock_system",
    "landstock_sign_in",
    "landstock_admin",
    "landstock_auditor",
)
ROLES = "'clerk', 'approver', 'committee', 'planner', 'auditor', 'admin'"
TABLES = ("account", "account_park", "session", "api_token", "sign_in_attempt")
PUBLIC_COLUMNS = "account_id, name, full_name, contact, role, created_at, created_by, password_set_at, disabled_at, disabled_by"


def _when(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), **({"nullable": False} | options))


def _account() -> sa.Column[int]:
    return sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey("account.account_id"), index=True, nullable=False
    )


def _id(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, sa.Identity(), primary_key=True)


def upgrade() -> None:
    """Apply."""
    now = sa.text("now()")
    op.create_table(
        "account",
        _id("account_id"),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("full_name", sa.Text),
        sa.Column("contact", sa.Text),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text),
        _when("password_set_at", nullable=True),
        sa.Column("code_hash", sa.Text),
        _when("code_until", nullable=True),
        _when("created_at", server_default=now),
        sa.Column("created_by", sa.Text, nullable=False),
        _when("disabled_at", nullable=True),
        sa.Column("disabled_by", sa.Text),
        sa.CheckConstraint(f"role IN ({ROLES})", name="role_code"),
    )
    op.create_table(
        "account_park",
        sa.Column("account_id", sa.BigInteger, sa.ForeignKey("account.account_id"), primary_key=True),
        sa.Column("park_code", sa.Text, primary_key=True),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.Text, primary_key=True),
        _account(),
        _when("created_at", server_default=now),
        _when("seen_at", server_default=now),
        _when("until"),
        sa.Column("must_set_password", sa.Boolean, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
    )
    op.create_table(
        "api_token",
        _id("token_id"),
        _account(),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False, unique=True),
        sa.Column("scope", sa.Text, nullable=False),
        _when("created_at", server_default=now),
        _when("until"),
        _when("used_at", nullable=True),
        _when("revoked_at", nullable=True),
        sa.CheckConstraint("scope IN ('read', 'write')", name="scope_code"),
    )
    op.create_table(
        "sign_in_attempt",
        _id("attempt_id"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        _when("at", server_default=sa.text("clock_timestamp()")),
        sa.Column("succeeded", sa.Boolean, nullable=False),
        sa.Index("ix_sign_in_attempt_name", "name", "at"),
    )
    _rights()


def _rights() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"REVOKE ALL ON session, sign_in_attempt FROM {SYSTEM}")
    op.execute(f"GRANT SELECT ON account, account_park, session, api_token, sign_in_attempt TO {SIGN_IN}")
    op.execute(
        f"GRANT UPDATE (password_hash, password_set_at, code_hash, code_until) ON account TO {SIGN_IN}"
    )
    op.execute(f"GRANT INSERT, DELETE ON session TO {SIGN_IN}")
    op.execute(f"GRANT UPDATE (seen_at) ON session TO {SIGN_IN}")
    op.execute(f"GRANT INSERT ON api_token TO {SIGN_IN}")
    op.execute(f"GRANT UPDATE (used_at, revoked_at) ON api_token TO {SIGN_IN}")
    op.execute(f"GRANT INSERT, DELETE ON sign_in_attempt TO {SIGN_IN}")
    op.execute(f"GRANT SELECT ({PUBLIC_COLUMNS}) ON account TO {ADMIN}, {AUDITOR}")
    op.execute(f"GRANT INSERT, UPDATE ON account TO {ADMIN}")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON account_park TO {ADMIN}")
    op.execute(f"GRANT SELECT ON account_park TO {AUDITOR}")
    op.execute(f"GRANT SELECT, DELETE ON session TO {ADMIN}")
    columns = "token_id, account_id, label, scope, created_at, until, used_at, revoked_at"
    op.execute(f"GRANT SELECT ({columns}) ON api_token TO {ADMIN}, {AUDITOR}")
    op.execute(f"GRANT UPDATE (revoked_at) ON api_token TO {ADMIN}")
    for table in TABLES:
        op.execute(f"CREATE POLICY signing_in ON {table} TO {SIGN_IN} USING (true) WITH CHECK (true)")
        if table != "sign_in_attempt":
            op.execute(f"CREATE POLICY administering ON {table} TO {ADMIN} USING (true) WITH CHECK (true)")
        if table not in ("sign_in_attempt", "session"):
            op.execute(f"CREATE POLICY all_rows ON {table} FOR SELECT TO {AUDITOR} USING (true)")


def downgrade() -> None:
    """Take back."""
    for table in reversed(TABLES):
        op.drop_table(table)
