"""Requests for a second person's consent: one asks, another decides, and it is used once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BUREAU = "landstock_clerk, landstock_approver"
ASKING = f"{BUREAU}, landstock_planner, landstock_committee"
ME = "nullif(current_setting('landstock.person', true), '')"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "approval",
        sa.Column("approval_id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("object_key", sa.Text, nullable=False),
        sa.Column("details", JSONB, nullable=False, server_default="{}"),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decision", sa.Text),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("kind IN ('publish', 'export', 'freeze')", name="kind_code"),
        sa.CheckConstraint("decision IN ('APPROVED', 'REFUSED')", name="decision_code"),
        sa.CheckConstraint("decided_by <> asked_by", name="two_persons"),
        sa.CheckConstraint("(decision IS NULL) = (decided_by IS NULL)", name="decided_whole"),
        sa.Index("ix_approval_object", "kind", "object_key"),
    )
    op.execute("ALTER TABLE approval ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE approval FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT ON approval TO {ASKING}")
    op.execute("GRANT SELECT ON approval TO landstock_auditor")
    op.execute("GRANT UPDATE (decision, decided_by, decided_at, reason) ON approval TO landstock_approver")
    op.execute(f"CREATE POLICY all_rows ON approval FOR SELECT TO {BUREAU}, landstock_auditor USING (true)")
    op.execute(
        f"CREATE POLICY own_rows ON approval FOR SELECT TO landstock_planner, landstock_committee USING (asked_by = {ME})"
    )
    op.execute(
        f"CREATE POLICY asking ON approval FOR INSERT TO {ASKING} WITH CHECK (asked_by = {ME} AND decision IS NULL "
        "AND used_at IS NULL)"
    )
    op.execute(
        f"CREATE POLICY deciding ON approval FOR UPDATE TO landstock_approver USING (decision IS NULL AND asked_by <> {ME}) "
        f"WITH CHECK (decided_by = {ME})"
    )
    op.execute(
        "CREATE TRIGGER write_log AFTER INSERT OR UPDATE OR DELETE ON approval FOR EACH ROW "
        "EXECUTE FUNCTION public.write_log('approval_id', '{}')"
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("approval")
