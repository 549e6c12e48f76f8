"""Where sources disagreed, and how often each reporter did."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _run() -> sa.Column[int]:
    run = sa.ForeignKey("analysis_run.run_id", ondelete="CASCADE")
    return sa.Column("run_id", sa.BigInteger, run, primary_key=True, autoincrement=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False, server_default="")


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def upgrade() -> None:
    """Make the tables; a run stored before has no rows in them."""
    op.create_table(
        "disagreement", _run(), sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String, nullable=False), _text("parcel_code"), _text("contract_no"),
        *(sa.Column(name, sa.String) for name in ("park_code", "holder", "holder_credit_code")),
        _text("reporter"), _text("direction"),
        *(sa.Column(name, sa.String, nullable=False) for name in ("suspicion", "explanation")),
        _text("slip"), sa.Column("next_step", sa.String, nullable=False), _text("unit"),
        sa.Column("said", sa.Numeric), sa.Column("said_on", sa.Date), _text("said_source"),
        sa.Column("found", sa.Numeric), sa.Column("found_on", sa.Date), _text("found_source"),
        *(sa.Column(name, sa.Numeric) for name in ("ratio", "size")), sa.Column("days", sa.Integer),
        sa.Column("rule_ref", sa.String, nullable=False),
    )  # fmt: skip
    op.create_index("ix_disagreement_parcel", "disagreement", ["run_id", "parcel_code"])
    op.create_table(
        "reporter_index", _run(), *(sa.Column(name, sa.Text, primary_key=True) for name in ("park_code", "reporter")),
        *_counts("compared", "overreported", "underreported", "omitted", "mismatch", "slips"),
        sa.Column("share", sa.Numeric),
    )  # fmt: skip


def downgrade() -> None:
    """Drop them."""
    for name in ("reporter_index", "disagreement"):
        op.drop_table(name)
