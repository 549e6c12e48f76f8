"""Runs of the analysis and what they found."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

IDLE = (
    "'NOT_DUE', 'OVERDUE', 'IDLE_NOT_COMMENCED', 'SUSPENDED_UNDER_1Y', 'MAY_BE_IDLE', "
    "'SUSPENDED_NOT_IDLE', 'ACTIVE', 'COMPLETED', 'NOT_SUPPLIED', 'UNDETERMINED'"
)


def _run() -> sa.Column[int]:
    """Return the reference of a finding to its run, as part of its key."""
    reference = sa.ForeignKey("analysis_run.run_id", ondelete="CASCADE")
    return sa.Column("run_id", sa.BigInteger, reference, primary_key=True)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def _need(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _text(name: str) -> sa.Column[str]:
    """Return a text that is empty where there is nothing to say."""
    return sa.Column(name, sa.String, server_default="", nullable=False)


def _list(name: str) -> sa.Column[Any]:
    return sa.Column(name, pg.ARRAY(sa.Text), server_default="{}", nullable=False)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "analysis_run",
        sa.Column("run_id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        _need("as_of", sa.Date),
        _need("known_on", sa.DateTime(timezone=True)),
        sa.Column("publication_id", sa.BigInteger, sa.ForeignKey("publication.publication_id")),
        sa.Column("park_code", sa.String),
        _need("rules_version", sa.String),
        _need("rules", pg.JSONB),
        _need("program_version", sa.String),
        _need("person", sa.String),
        sa.Index("ix_analysis_run_as_of", "as_of", "publication_id", "rules_version"),
    )
    _idle()
    _intensity()
    _growth()


def _idle() -> None:
    op.create_table(
        "idle_verdict",
        _run(),
        _key("parcel_code"),
        _need("entity_id", sa.BigInteger),
        sa.Column(
            "version_id", sa.BigInteger, sa.ForeignKey("parcel.version_id"), index=True, nullable=False
        ),
        sa.Column("park_code", sa.String),
        _need("verdict", sa.String),
        _text("band"),
        _list("limbs"),
        _text("cause"),
        _need("path", sa.String),
        sa.Column("fee_wan", sa.Numeric),
        _text("blocked"),
        _need("by_reference", sa.Boolean),
        _text("article"),
        sa.Column("idle_from", sa.Date),
        sa.Column("days", sa.Integer),
        sa.Column("next_due_on", sa.Date),
        _list("missing"),
        _need("trace", pg.JSONB),
        sa.CheckConstraint(f"verdict IN ({IDLE})", name="verdict_code"),
        sa.Index("ix_idle_verdict_run_id_verdict", "run_id", "verdict"),
        sa.Index("ix_idle_verdict_entity_id", "entity_id"),
    )


def _intensity() -> None:
    op.create_table(
        "intensity_verdict",
        _run(),
        _key("contract_no"),
        _key("term"),
        sa.Column("park_code", sa.String),
        _list("parcel_codes"),
        _need("verdict", sa.String),
        sa.Column("actual", sa.Numeric),
        sa.Column("required", sa.Numeric),
        _need("unit", sa.String),
        sa.Column("rate", sa.Numeric),
        _text("basis"),
        _text("threshold_source"),
        sa.Column("binding", sa.Boolean),
        _list("missing"),
        _need("trace", pg.JSONB),
        sa.CheckConstraint("verdict IN ('MET', 'SHORT', 'NOT_DUE', 'UNDETERMINED')", name="verdict_code"),
        sa.CheckConstraint("term IN ('INTENSITY', 'TOTAL_INVESTMENT', 'FAR')", name="term_code"),
    )


def _growth() -> None:
    op.create_table(
        "builtup_growth",
        _run(),
        _key("park_code"),
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("boundary_version", sa.String),
        _need("observed_on", sa.Date),
        _need("builtup_m2", sa.Numeric),
        sa.Column("change_m2", sa.Numeric),
        sa.Column("growth_rate", sa.Numeric),
        sa.Column("target_met", sa.Boolean),
    )
    op.create_table(
        "parcel_builtup",
        _run(),
        _key("parcel_code"),
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        _need("builtup_m2", sa.Numeric),
        sa.Column("share", sa.Numeric),
    )


def downgrade() -> None:
    """Take back."""
    for table in ("parcel_builtup", "builtup_growth", "intensity_verdict", "idle_verdict", "analysis_run"):
        op.drop_table(table)
