"""Runs in less space: traces without what the row and the rule say, the facts of a contract once for its terms.

Runs stored before are removed: they are computed anew when they are asked for, from facts that are never deleted.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_LARGE = ("idle_verdict", "intensity_verdict", "contract_account", "parcel_builtup")


def upgrade() -> None:
    """Change the columns; leave out the foreign keys of the tables with millions of rows a run."""
    op.execute("DELETE FROM analysis_run")
    op.add_column("analysis_run", sa.Column("cited", JSONB, nullable=False, server_default="{}"))
    op.alter_column("idle_verdict", "trace", type_=sa.JSON, postgresql_using="trace::json")
    op.drop_column("intensity_verdict", "trace")
    op.add_column("contract_account", sa.Column("facts", sa.JSON, nullable=False))
    for name in _LARGE:
        op.drop_constraint(f"fk_{name}_run_id", name)
    op.drop_constraint("fk_idle_verdict_version_id", "idle_verdict")
    removed = " ".join(f"DELETE FROM public.{name} WHERE run_id = OLD.run_id;" for name in _LARGE)
    op.execute(
        "CREATE FUNCTION public.forget_findings() RETURNS trigger LANGUAGE plpgsql "
        f"AS $body$ BEGIN {removed} RETURN OLD; END $body$"
    )
    op.execute(
        "CREATE TRIGGER forget_findings AFTER DELETE ON analysis_run "
        "FOR EACH ROW EXECUTE FUNCTION public.forget_findings()"
    )


def downgrade() -> None:
    """Put the columns and keys back, without the runs."""
    op.execute("DELETE FROM analysis_run")
    op.execute("DROP TRIGGER forget_findings ON analysis_run")
    op.execute("DROP FUNCTION public.forget_findings()")
    for name in _LARGE:
        op.create_foreign_key(
            f"fk_{name}_run_id", name, "analysis_run", ["run_id"], ["run_id"], ondelete="CASCADE"
        )
    op.create_foreign_key(
        "fk_idle_verdict_version_id", "idle_verdict", "parcel", ["version_id"], ["version_id"]
    )
    op.drop_column("contract_account", "facts")
    op.add_column("intensity_verdict", sa.Column("trace", JSONB, nullable=False))
    op.alter_column("idle_verdict", "trace", type_=JSONB, postgresql_using="trace::jsonb")
    op.drop_column("analysis_run", "cited")
