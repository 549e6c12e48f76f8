"""What anybody may see: land still to be had, and public notices of determined idle land, in tables of their own.

They hold no exact place, so no mistake of the public edition can show one.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

VISITOR, SYSTEM, APPROVER, AUDITOR = (
    "landstock_visitor",
    "landstock_system",
    "landstock_approver",
    "landstock_auditor",
)
BUREAU = f"landstock_clerk, {APPROVER}"
ME = "nullif(current_setting('landstock.person', true), '')"
SHOWN = "notice_id, park_code, park_name, holder, location, idle_from, cause, published_on, lon, lat, withdrawn_at"


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, **({"nullable": False} | options))


def _place() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return sa.Column("lon", sa.Numeric, nullable=False), sa.Column("lat", sa.Numeric, nullable=False)


def upgrade() -> None:
    """Apply."""
    _for_everybody()
    _notices()
    for table in ("public_park", "public_land", "idle_notice"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT USAGE ON SCHEMA public TO {VISITOR}")
    _rights_on_notices()


def _for_everybody() -> None:
    op.create_table(
        "public_park",
        _text("park_code", primary_key=True),
        _text("park_name", nullable=True),
        sa.Column("surveyed_on", sa.Date),
        sa.Column("geom", Geometry("MULTIPOLYGON", 4490, spatial_index=False), nullable=False),
    )
    op.create_table(
        "public_land",
        sa.Column("land_id", sa.BigInteger, sa.Identity(), primary_key=True),
        _text("park_code"),
        _text("park_name", nullable=True),
        _text("supply_state"),
        sa.Column("observed_on", sa.Date, nullable=False),
        sa.Column("area_ha", sa.Numeric, nullable=False),
        *_place(),
    )
    for table in ("public_park", "public_land"):
        op.execute(f"GRANT SELECT ON {table} TO {VISITOR}")
        op.execute(f"GRANT DELETE ON {table} TO {SYSTEM}")
        op.execute(f"CREATE POLICY all_rows ON {table} FOR SELECT TO {VISITOR} USING (true)")


def _notices() -> None:
    op.create_table(
        "idle_notice",
        sa.Column("notice_id", sa.BigInteger, sa.Identity(), primary_key=True),
        _text("parcel_code"),
        _text("park_code", nullable=True),
        _text("park_name", nullable=True),
        _text("holder"),
        _text("location"),
        sa.Column("idle_from", sa.Date, nullable=False),
        _text("cause", nullable=True),
        _text("document"),
        sa.Column("determined_on", sa.Date, nullable=False),
        sa.Column("published_on", sa.Date, nullable=False),
        _text("published_by"),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        _text("withdrawn_by", nullable=True),
        _text("end_reason", nullable=True),
        *_place(),
        sa.CheckConstraint(
            "cause IN ('G1', 'G2', 'G3', 'G4', 'G5', 'G6', 'FORCE_MAJEURE')", name="cause_code"
        ),
        sa.CheckConstraint(
            "idle_from <= determined_on AND determined_on <= published_on", name="order_of_days"
        ),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_whole"),
    )
    op.create_index(
        "ix_idle_notice_shown",
        "idle_notice",
        ["parcel_code"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def _rights_on_notices() -> None:
    op.execute(f"REVOKE UPDATE ON idle_notice FROM {SYSTEM}")  # a rebuild copies them
    op.execute(f"GRANT SELECT ({SHOWN}) ON idle_notice TO {VISITOR}")
    op.execute(f"CREATE POLICY shown ON idle_notice FOR SELECT TO {VISITOR} USING (withdrawn_at IS NULL)")
    op.execute(f"GRANT SELECT ON idle_notice TO {BUREAU}, {AUDITOR}")
    op.execute(f"CREATE POLICY all_rows ON idle_notice FOR SELECT TO {BUREAU}, {AUDITOR} USING (true)")
    op.execute(f"GRANT INSERT ON idle_notice TO {APPROVER}")
    op.execute(
        f"CREATE POLICY publishing ON idle_notice FOR INSERT TO {APPROVER} "
        f"WITH CHECK (published_by = {ME} AND withdrawn_at IS NULL)"
    )
    op.execute(f"GRANT UPDATE (withdrawn_at, withdrawn_by, end_reason) ON idle_notice TO {APPROVER}")
    op.execute(
        f"CREATE POLICY withdrawing ON idle_notice FOR UPDATE TO {APPROVER} USING (withdrawn_at IS NULL) "
        f"WITH CHECK (withdrawn_by = {ME})"
    )
    op.execute(
        "CREATE TRIGGER write_log AFTER INSERT OR UPDATE OR DELETE ON idle_notice FOR EACH ROW "
        "EXECUTE FUNCTION public.write_log('notice_id', '{}')"
    )


def downgrade() -> None:
    """Take back."""
    for table in ("idle_notice", "public_land", "public_park"):
        op.drop_table(table)
    op.execute(f"REVOKE USAGE ON SCHEMA public FROM {VISITOR}")
