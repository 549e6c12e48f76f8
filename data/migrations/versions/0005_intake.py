"""Jobs, kept mappings, corrections, proposed repairs, differences and lineage."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql as pg

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SRID = 4490
TABLES = (
    "import_job", "import_job_log", "supplier_mapping", "correction", "correction_use", "repair",
    "delivery_change", "delivery_change_total", "delivery_overlap", "lineage",
)  # fmt: skip


def _id(name: str) -> sa.Column[int]:
    """Return a key that the database counts."""
    return sa.Column(name, sa.BigInteger, sa.Identity(), primary_key=True)


def _of(name: str, target: str, **options: Any) -> sa.Column[int]:
    """Return a reference to another table."""
    return sa.Column(
        name,
        sa.BigInteger,
        sa.ForeignKey(f"{target}.{name}"),
        **({"index": True, "nullable": False} | options),
    )


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.String, **({"nullable": False} | options))


def _when(name: str, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text(default) if default else None,
        nullable=default is None,
    )  # fmt: skip


def _json(name: str, default: str | None = "{}") -> sa.Column[Any]:
    return sa.Column(name, pg.JSONB, server_default=default, nullable=default is None)


def _m2(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Numeric(20, 4), **({"nullable": True} | options))


def _shape(name: str) -> sa.Column[Any]:
    return sa.Column(name, Geometry("GEOMETRY", SRID, spatial_index=False), nullable=True)


def _codes(column: str, *codes: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(
        f"{column} IN ({', '.join(repr(code) for code in codes)})", name=f"{column}_code"
    )


def _jobs() -> None:
    op.create_table(
        "import_job",
        _id("job_id"),
        _text("kind"),
        _text("state"),
        _when("created_at", "now()"),
        _text("created_by"),
        _json("files", "[]"),
        _json("answers"),
        _text("content_sha256", nullable=True),
        _of("delivery_id", "delivery", nullable=True),
        _text("what", nullable=True),
        _text("stage", nullable=True),
        _when("stage_at"),
        sa.Column("done", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("total", sa.BigInteger, server_default="0", nullable=False),
        _when("started_at"),
        _when("heartbeat_at"),
        _when("finished_at"),
        sa.Column("cancel_asked", sa.Boolean, server_default="false", nullable=False),
        _text("worker", nullable=True),
        sa.Column("attempts", sa.Integer, server_default="0", nullable=False),
        _json("result", None),
        _json("error", None),
        _codes("state", "DRAFT", "QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED"),
        _codes("kind", "IMPORT", "CHECK", "PUBLISH"),
        _codes("what", "RECOGNISE", "CHECK", "PUBLISH", "IMPORT"),
        sa.Index("ix_import_job_live", "state", postgresql_where=sa.text("state IN ('QUEUED', 'RUNNING')")),
    )
    op.create_table(
        "import_job_log",
        _id("line_id"),
        _of("job_id", "import_job"),
        _when("at", "clock_timestamp()"),
        _text("code"),
        _json("params"),
    )


def _corrections() -> None:
    op.create_table(
        "supplier_mapping",
        _id("mapping_id"),
        _text("supplier"),
        sa.Column("mapping", pg.JSONB, nullable=False),
        _when("saved_at", "now()"),
        _text("saved_by"),
        sa.Index("ix_supplier_mapping_supplier", "supplier", "mapping_id"),
    )
    op.create_table(
        "correction",
        _id("correction_id"),
        _text("layer"),
        _text("row_key"),
        _text("field"),
        _text("old_value", nullable=True),
        _text("new_value", nullable=True),
        _text("reason"),
        _text("document", nullable=True),
        _text("person"),
        _when("made_at", "now()"),
        _when("ended_at"),
        _text("ended_by", nullable=True),
        _text("end_reason", nullable=True),
        sa.Index("ix_correction_layer", "layer", "row_key", "field"),
    )
    op.create_table(
        "correction_use",
        _id("use_id"),
        _of("correction_id", "correction", index=False),
        _of("delivery_id", "delivery"),
        _text("outcome"),
        _text("found_value", nullable=True),
        sa.UniqueConstraint("correction_id", "delivery_id"),
        _codes("outcome", "APPLIED", "MENDED", "SOURCE_CHANGED", "ROW_MISSING"),
    )


def _differences() -> None:
    op.create_table(
        "repair",
        _id("repair_id"),
        _of("file_id", "delivery_file"),
        sa.Column("row_no", sa.Integer, nullable=False),
        _text("supplier_key", nullable=True),
        _text("kind"),
        sa.Column("chosen", sa.Boolean, nullable=False),
        _m2("before_m2"),
        _m2("after_m2"),
        _shape("before_geom"),
        _shape("after_geom"),
    )
    op.create_table(
        "delivery_change",
        _id("change_id"),
        _of("delivery_id", "delivery", index=False),
        _text("layer"),
        _text("row_key"),
        _text("kind"),
        _json("fields"),
        _m2("before_m2"),
        _m2("after_m2"),
        sa.Column("moved_m", sa.Numeric(12, 3)),
        sa.Column("others", pg.ARRAY(sa.Text), server_default="{}", nullable=False),
        _codes("kind", "NEW", "GONE", "MOVED", "RESHAPED", "CHANGED", "SPLIT", "MERGED"),
        sa.Index("ix_delivery_change_delivery_id", "delivery_id", "layer", "kind"),
    )
    op.create_table(
        "delivery_change_total",
        sa.Column("delivery_id", sa.BigInteger, sa.ForeignKey("delivery.delivery_id"), primary_key=True),
        sa.Column("layer", sa.String, primary_key=True),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.Column("kept", sa.BigInteger, nullable=False),
        _codes("kind", "NEW", "GONE", "MOVED", "RESHAPED", "CHANGED", "SPLIT", "MERGED", "SAME"),
    )
    op.create_table(
        "delivery_overlap",
        sa.Column("delivery_id", sa.BigInteger, sa.ForeignKey("delivery.delivery_id"), primary_key=True),
        sa.Column("layer", sa.String, primary_key=True),
        sa.Column("parent_key", sa.String, primary_key=True),
        sa.Column("child_key", sa.String, primary_key=True),
        _text("kind"),
        _m2("shared_m2", nullable=False),
        _codes("kind", "SPLIT", "MERGE", "ADJUST"),
    )
    op.create_table(
        "lineage",
        _id("lineage_id"),
        _of("publication_id", "publication", index=False),
        _text("layer"),
        _text("kind"),
        sa.Column("parent_entity_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("child_entity_id", sa.BigInteger, nullable=False, index=True),
        _m2("shared_m2", nullable=False),
        sa.UniqueConstraint("publication_id", "parent_entity_id", "child_entity_id"),
        _codes("kind", "SPLIT", "MERGE", "ADJUST"),
    )


def upgrade() -> None:
    """Apply."""
    _jobs()
    _corrections()
    _differences()
    op.add_column("delivery_file", sa.Column("area_m2", sa.Numeric(20, 4), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("delivery_file", "area_m2")
    for table in reversed(TABLES):
        op.drop_table(table)
