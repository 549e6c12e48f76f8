"""What people keep about lists: their columns, their saved views, and the exports that run as jobs.

Each row belongs to one account. A view may be shared with the owner's role, or with one of the owner's parks.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0027"
down_revision = "0025"
branch_labels = None
depends_on = None

READERS = tuple(f"landstock_{role}" for role in ("clerk", "approver", "committee", "planner", "auditor"))
AUDITOR = "landstock_auditor"
MINE = "account_id = nullif(current_setting('landstock.account', true), '')::bigint"
PARKS = "string_to_array(nullif(current_setting('landstock.parks', true), ''), ';')"
OWN_SHARE = (
    "(shared_role IS NULL OR 'landstock_' || shared_role = CURRENT_USER) AND "
    f"(shared_park IS NULL OR shared_park = ANY ({PARKS}))"
)


def _when(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), **options)


def _account(**options: Any) -> sa.Column[int]:
    return sa.Column("account_id", sa.BigInteger, sa.ForeignKey("account.account_id"), **options)


def upgrade() -> None:
    """Apply."""
    _columns()
    _views()
    _exports()
    for table in ("list_columns", "saved_view", "export_job"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _rights()


def _columns() -> None:
    op.create_table(
        "list_columns",
        _account(primary_key=True, autoincrement=False),
        sa.Column("columns", ARRAY(sa.Text), nullable=False),
        _when("changed_at", server_default=sa.text("now()"), nullable=False),
    )


def _views() -> None:
    op.create_table(
        "saved_view",
        sa.Column("view_id", sa.BigInteger, sa.Identity(), primary_key=True),
        _account(nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("query", JSONB, nullable=False, server_default="[]"),
        sa.Column("columns", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("sort", sa.Text, nullable=False, server_default=""),
        sa.Column("shared_role", sa.Text),
        sa.Column("shared_park", sa.Text),
        _when("made_at", server_default=sa.text("now()"), nullable=False),
        _when("changed_at", server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("shared_role IS NULL OR shared_park IS NULL", name="shared_once"),
        sa.UniqueConstraint("account_id", "name"),
    )


def _exports() -> None:
    op.create_table(
        "export_job",
        sa.Column("export_id", sa.BigInteger, sa.Identity(), primary_key=True),
        _account(),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("parks", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("asked", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="QUEUED"),
        _when("made_at", server_default=sa.text("now()"), nullable=False),
        _when("started_at"),
        _when("heartbeat_at"),
        _when("finished_at"),
        sa.Column("stage", sa.Text),
        sa.Column("done", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("total", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("cancel_asked", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("file", sa.Text),
        sa.Column("bytes", sa.BigInteger),
        _when("until"),
        sa.Column("error", JSONB),
        sa.CheckConstraint(
            "state IN ('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED', 'EXPIRED')", name="state_code"
        ),
        sa.Index("ix_export_job_account", "account_id", "export_id"),
    )


def _rights() -> None:
    readers = ", ".join(READERS)
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON list_columns TO {readers}")
    op.execute(f"CREATE POLICY own_rows ON list_columns TO {readers} USING ({MINE}) WITH CHECK ({MINE})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON saved_view TO {readers}")
    op.execute(
        f"CREATE POLICY own_rows ON saved_view TO {readers} USING ({MINE}) WITH CHECK ({MINE} AND {OWN_SHARE})"
    )
    op.execute(
        f"CREATE POLICY shared_rows ON saved_view FOR SELECT TO {readers} USING ("
        f"'landstock_' || shared_role = CURRENT_USER OR shared_park = ANY ({PARKS}))"
    )
    op.execute(f"GRANT SELECT, INSERT ON export_job TO {readers}")
    op.execute(f"GRANT UPDATE (state, cancel_asked, finished_at) ON export_job TO {readers}")
    op.execute(f"CREATE POLICY own_rows ON export_job TO {readers} USING ({MINE}) WITH CHECK ({MINE})")
    op.execute(
        "CREATE TRIGGER write_log AFTER INSERT OR UPDATE OR DELETE ON saved_view FOR EACH ROW "
        "EXECUTE FUNCTION public.write_log('view_id', '{changed_at}')"
    )
    op.execute(
        "CREATE TRIGGER write_log AFTER INSERT OR UPDATE OF state, cancel_asked OR DELETE ON export_job FOR EACH ROW "
        "EXECUTE FUNCTION public.write_log('export_id', '{stage,done,total,heartbeat_at,started_at}')"
    )


def downgrade() -> None:
    """Take back."""
    for table in ("export_job", "saved_view", "list_columns"):
        op.drop_table(table)
