"""Warnings before a date, the stage of a parcel, and how sure a suspicion is."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; runs stored before say nothing of them."""
    op.add_column("idle_verdict", sa.Column("warning_days", sa.SmallInteger))
    for name in ("stage", "confidence"):
        op.add_column("idle_verdict", sa.Column(name, sa.String, nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them."""
    for name in ("confidence", "stage", "warning_days"):
        op.drop_column("idle_verdict", name)
