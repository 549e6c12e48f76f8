"""What each version of a park's boundary counts."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; a run stored before has no rows in it."""
    run = sa.ForeignKey("analysis_run.run_id", ondelete="CASCADE")
    op.create_table(
        "boundary_count", sa.Column("run_id", sa.BigInteger, run, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("park_code", "boundary_version")),
        sa.Column("valid_from", sa.Date), sa.Column("current", sa.Boolean, nullable=False),
        sa.Column("area_m2", sa.Numeric, nullable=False), sa.Column("builtup_m2", sa.Numeric),
        sa.Column("observed_on", sa.Date), sa.Column("parcels", sa.Integer, nullable=False),
        sa.Column("parcels_m2", sa.Numeric, nullable=False), sa.Column("suspected", sa.Integer, nullable=False),
        sa.Column("suspected_m2", sa.Numeric, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("undetermined", "entered", "left_out")),
    )  # fmt: skip


def downgrade() -> None:
    """Drop it."""
    op.drop_table("boundary_count")
