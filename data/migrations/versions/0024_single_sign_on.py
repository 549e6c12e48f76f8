"""Which person of the sign-in service of the house an account belongs to."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("account", sa.Column("subject", sa.Text, unique=True))
    op.execute("GRANT UPDATE (subject) ON account TO landstock_sign_in")
    op.execute("GRANT SELECT (subject) ON account TO landstock_admin, landstock_auditor")


def downgrade() -> None:
    """Take back."""
    op.drop_column("account", "subject")
