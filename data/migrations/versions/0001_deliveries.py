"""Rights of the application; deliveries, their files and findings, publications."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql as pg

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SRID = 4490
STATUSES = "'CHECKED', 'STAGED', 'PUBLISHED', 'WITHDRAWN', 'REFUSED', 'DUPLICATE'"


def _id(name: str) -> sa.Column[int]:
    """Return a key that the database counts."""
    return sa.Column(name, sa.BigInteger, sa.Identity(), primary_key=True)


def _of(name: str, target: str, **options: Any) -> sa.Column[int]:
    """Return a reference to another table, with an index."""
    reference = sa.ForeignKey(f"{target}.{name}")
    return sa.Column(name, sa.BigInteger, reference, **({"index": True, "nullable": False} | options))


def _when(name: str, default: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text(default), nullable=False, **options
    )


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, pg.JSONB, server_default="{}", nullable=False)


def upgrade() -> None:
    """Apply."""
    _rights()
    op.create_table(
        "delivery",
        _id("delivery_id"),
        _when("received_at", "now()"),
        sa.Column("received_by", sa.String, nullable=False),
        sa.Column("supplier", sa.String),
        sa.Column("paths", pg.ARRAY(sa.Text), nullable=False),
        sa.Column("content_sha256", sa.String, nullable=False),
        _json("options"),
        sa.Column("status", sa.String, nullable=False),
        sa.CheckConstraint(f"status IN ({STATUSES})", name="status_code"),
        sa.Index("ix_delivery_content_sha256", "content_sha256"),
    )
    op.create_table(
        "delivery_file",
        _id("file_id"),
        _of("delivery_id", "delivery"),
        sa.Column("path", sa.String, nullable=False),
        sa.Column("layer", sa.String),
        sa.Column("crs", sa.String),
        sa.Column("crs_source", sa.String),
        sa.Column("encoding", sa.String),
        *(
            sa.Column(f"rows_{n}", sa.Integer, server_default="0", nullable=False)
            for n in ("read", "accepted", "rejected")
        ),
        sa.Column("blocked_by", pg.ARRAY(sa.Text), server_default="{}", nullable=False),
        sa.CheckConstraint("crs_source IN ('PRJ', 'DECLARED', 'GUESSED')", name="crs_source_code"),
    )
    op.create_table(
        "publication",
        _id("publication_id"),
        _when("published_at", "clock_timestamp()", index=True),
        _of("delivery_id", "delivery"),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        _json("changes"),
        sa.CheckConstraint("action IN ('PUBLISH', 'WITHDRAW')", name="action_code"),
    )
    _issues()


def _issues() -> None:
    op.create_table(
        "issue",
        _id("issue_id"),
        _of("delivery_id", "delivery", index=False),
        _of("file_id", "delivery_file", nullable=True),
        sa.Column("layer", sa.String),
        sa.Column("row_no", sa.Integer),
        *(sa.Column(name, sa.String) for name in ("supplier_key", "field", "value")),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        _json("params"),
        sa.Column("point", Geometry("POINT", SRID, spatial_index=False)),
        sa.CheckConstraint("severity IN ('BLOCKS', 'REJECTS', 'WARNS', 'INFORMS')", name="severity_code"),
        sa.Index("ix_issue_delivery_id_code", "delivery_id", "code"),
    )


def _rights() -> None:
    """Give the application its rights on whatever the owner makes: it never deletes what was delivered."""
    op.execute("CREATE SCHEMA staging")
    op.execute("GRANT USAGE ON SCHEMA public, staging TO landstock_app")
    op.execute("GRANT SELECT ON public.alembic_version TO landstock_app")
    for rights, kind, schema in (
        ("SELECT, INSERT, UPDATE", "TABLES", "public"),
        ("USAGE, SELECT", "SEQUENCES", "public"),
        ("SELECT, INSERT, UPDATE, DELETE, TRUNCATE", "TABLES", "staging"),
    ):
        op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {rights} ON {kind} TO landstock_app")


def downgrade() -> None:
    """Take back."""
    for table in ("issue", "publication", "delivery_file", "delivery"):
        op.drop_table(table)
    for kind in ("TABLES", "SEQUENCES"):
        op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON {kind} FROM landstock_app")
    op.execute("DROP SCHEMA staging CASCADE")
    op.execute("REVOKE ALL ON public.alembic_version FROM landstock_app")
    op.execute("REVOKE USAGE ON SCHEMA public FROM landstock_app")
