"""Base maps of the map page; the key of a service is written by administrators and read by the program alone."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ADMIN, SYSTEM, AUDITOR = "landstock_admin", "landstock_system", "landstock_auditor"
READERS = f"landstock_clerk, landstock_approver, landstock_committee, landstock_planner, {AUDITOR}, {ADMIN}"
SHOWN = (
    "basemap_id, name, kind, grid, source, layers, key_name, key_set_at, attribution, approval, is_overlay, "
    "created_at, created_by, changed_at, removed_at"
)
CHANGED = (
    "name, kind, grid, source, layers, key_name, key_value, key_set_at, attribution, approval, is_overlay, "
    "changed_at, removed_at"
)


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, **({"nullable": False} | options))


def _when(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), **options)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "basemap",
        sa.Column("basemap_id", sa.BigInteger, sa.Identity(), primary_key=True),
        _text("name"),
        _text("kind"),
        _text("grid"),
        _text("source"),
        _text("layers", server_default=""),
        _text("key_name", server_default=""),
        _text("key_value", nullable=True),
        _when("key_set_at"),
        _text("attribution"),
        _text("approval", server_default=""),
        sa.Column("is_overlay", sa.Boolean, nullable=False, server_default=sa.false()),
        _when("created_at", server_default=sa.text("now()"), nullable=False),
        _text("created_by"),
        _when("changed_at", server_default=sa.text("now()"), nullable=False),
        _when("removed_at"),
        sa.CheckConstraint("kind IN ('folder', 'mbtiles', 'wms', 'wmts')", name="kind_code"),
        sa.CheckConstraint("(key_value IS NULL) = (key_set_at IS NULL)", name="key_whole"),
        sa.Index("ix_basemap_name", "name", unique=True, postgresql_where=sa.text("removed_at IS NULL")),
    )
    op.execute("ALTER TABLE basemap ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE basemap FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT ({SHOWN}) ON basemap TO {READERS}")
    op.execute(f"CREATE POLICY all_rows ON basemap FOR SELECT TO {READERS} USING (true)")
    op.execute(f"REVOKE ALL ON basemap FROM {SYSTEM}")
    op.execute(f"GRANT SELECT, INSERT ON basemap TO {SYSTEM}")
    op.execute(f"GRANT INSERT, UPDATE ({CHANGED}) ON basemap TO {ADMIN}")
    op.execute(f"CREATE POLICY adding ON basemap FOR INSERT TO {ADMIN} WITH CHECK (removed_at IS NULL)")
    op.execute(
        f"CREATE POLICY changing ON basemap FOR UPDATE TO {ADMIN} USING (removed_at IS NULL) WITH CHECK (true)"
    )
    op.execute(
        "CREATE TRIGGER write_log AFTER INSERT OR UPDATE OR DELETE ON basemap FOR EACH ROW "
        "EXECUTE FUNCTION public.write_log('basemap_id', '{key_value,changed_at}')"
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("basemap")
