"""What totals are counted by, within the indexes: they are read without verdicts' traces and parcels' shapes."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

VERDICTS = "ix_idle_verdict_run_id_verdict"
COUNTED_BY = ["version_id", "park_code", "band", "cause", "path"]


def upgrade() -> None:
    """Apply."""
    op.drop_index(VERDICTS, "idle_verdict")
    op.create_index(VERDICTS, "idle_verdict", ["run_id", "verdict"], postgresql_include=COUNTED_BY)
    op.create_index(
        "ix_parcel_areas",
        "parcel",
        ["version_id"],
        postgresql_include=["registered_area_m2", "drawn_area_m2"],
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_parcel_areas", "parcel")
    op.drop_index(VERDICTS, "idle_verdict")
    op.create_index(VERDICTS, "idle_verdict", ["run_id", "verdict"])
