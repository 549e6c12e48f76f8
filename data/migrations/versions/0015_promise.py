"""The day and the source of what a contract promises."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; a run stored before has nothing in them."""
    op.add_column("contract_account", sa.Column("committed_on", sa.Date))
    op.add_column(
        "contract_account", sa.Column("committed_source", sa.String, nullable=False, server_default="")
    )


def downgrade() -> None:
    """Drop them."""
    for name in ("committed_on", "committed_source"):
        op.drop_column("contract_account", name)
