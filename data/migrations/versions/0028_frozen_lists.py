"""Frozen idle-land lists, the checks before them, and remarks on what cannot be decided."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

SYSTEM, COMMITTEE = "landstock_system", "landstock_committee"
BUREAU = "landstock_clerk, landstock_approver"
READERS = f"{BUREAU}, landstock_auditor"
PARKS = "string_to_array(nullif(current_setting('landstock.parks', true), ''), ';')"
OWN = f"park_code = ANY ({PARKS})"
OF_LIST = "EXISTS (SELECT FROM public.frozen_list AS l WHERE l.list_id = {table}.list_id)"
ME = "coalesce(nullif(current_setting('landstock.person', true), ''), 'system')"
TABLES = ("list_check", "list_remark", "frozen_list", "frozen_row", "frozen_change")
PERSONS = {"list_check": "checked_by", "list_remark": "said_by", "frozen_list": "frozen_by"}
LOGGED = {"list_check": "check_id", "list_remark": "remark_id", "frozen_list": "list_id"}
KEEP = """
CREATE FUNCTION public.keep_frozen() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
BEGIN
    RAISE EXCEPTION 'what is frozen never changes' USING ERRCODE = 'insufficient_privilege';
END $body$
"""


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, **({"nullable": False} | options))


def _moment(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), **options)


def _now(name: str) -> sa.Column[Any]:
    return _moment(name, server_default=sa.text("now()"), nullable=False)


def upgrade() -> None:
    """Apply."""
    _statements()
    _lists()
    for table in TABLES:
        _protect(table)
    op.execute(KEEP)
    for table in ("frozen_list", "frozen_row", "frozen_change", "list_check"):
        op.execute(
            f"CREATE TRIGGER keep_frozen BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW "
            "EXECUTE FUNCTION public.keep_frozen()"
        )
    for table, key in LOGGED.items():
        op.execute(
            f"CREATE TRIGGER write_log AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION public.write_log('{key}', '{{rules}}')"
        )


def _statements() -> None:
    op.create_table(
        "list_check",
        sa.Column("check_id", sa.BigInteger, sa.Identity(), primary_key=True),
        _text("park_code", nullable=True),
        sa.Column("as_of", sa.Date, nullable=False),
        _text("content_sha256"),
        sa.Column("previous_id", sa.BigInteger),
        sa.Column("reasons", JSONB, server_default="{}", nullable=False),
        _text("checked_by"),
        _now("checked_at"),
    )
    op.create_index("ix_list_check_content", "list_check", ["content_sha256"])
    op.create_table(
        "list_remark",
        sa.Column("remark_id", sa.BigInteger, sa.Identity(), primary_key=True),
        _text("parcel_code"),
        _text("park_code", nullable=True),
        _text("said"),
        _text("said_by"),
        _now("said_at"),
    )
    op.create_index("ix_list_remark_parcel_code", "list_remark", ["parcel_code"])


def _lists() -> None:
    op.create_table(
        "frozen_list",
        sa.Column("list_id", sa.BigInteger, sa.Identity(), primary_key=True),
        _text("park_code", nullable=True),
        _text("park_name", nullable=True),
        sa.Column("as_of", sa.Date, nullable=False),
        _moment("known_on"),
        sa.Column("publication_id", sa.BigInteger),
        _moment("published_at"),
        _text("rules_version"),
        sa.Column("rules", JSONB, nullable=False),
        _text("program_version"),
        sa.Column("parcels", sa.Integer, nullable=False),
        sa.Column("area_m2", sa.Numeric, nullable=False),
        sa.Column("undetermined", sa.Integer, nullable=False),
        _text("content_sha256"),
        sa.Column("previous_id", sa.BigInteger),
        sa.Column("check_id", sa.BigInteger, nullable=False),
        _text("checked_by"),
        _moment("checked_at", nullable=False),
        _text("frozen_by"),
        _now("frozen_at"),
    )
    op.create_index("ix_frozen_list_scope", "frozen_list", ["park_code", "as_of"])
    op.create_table(
        "frozen_row",
        sa.Column("list_id", sa.BigInteger, sa.ForeignKey("frozen_list.list_id"), primary_key=True),
        sa.Column("no", sa.Integer, primary_key=True),
        _text("parcel_code"),
        *(_text(name, nullable=True) for name in ("park_code", "park_name", "supervision_no", "holder", "location",
                                                  "contract_no")),
        sa.Column("registered_area_m2", sa.Numeric),
        sa.Column("area_m2", sa.Numeric, nullable=False),
        _text("verdict"),
        _text("band"),
        sa.Column("limbs", ARRAY(sa.Text), nullable=False),
        _text("cause"),
        _text("path"),
        sa.Column("fee_wan", sa.Numeric),
        _text("blocked"),
        sa.Column("by_reference", sa.Boolean, nullable=False),
        sa.Column("idle_from", sa.Date),
        sa.Column("days", sa.Integer),
        sa.Column("missing", ARRAY(sa.Text), nullable=False),
        _text("article"),
        _text("shape_sha256"),
        sa.Column("geom", Geometry("MULTIPOLYGON", 4490, spatial_index=False), nullable=False),
    )  # fmt: skip
    op.create_table(
        "frozen_change",
        sa.Column("list_id", sa.BigInteger, sa.ForeignKey("frozen_list.list_id"), primary_key=True),
        _text("parcel_code", primary_key=True),
        _text("kind"),
        _text("reason"),
        _text("note", server_default=""),
        sa.Column("area_m2", sa.Numeric, nullable=False),
        sa.Column("fields", JSONB, server_default="{}", nullable=False),
        sa.CheckConstraint("kind IN ('ENTERED', 'LEFT', 'CHANGED')", name="kind_code"),
        sa.CheckConstraint(
            "kind <> 'LEFT' OR reason IN ('STARTED', 'COMPLETED', 'TAKEN_BACK', 'EXTENSION', 'GOVERNMENT_CAUSE', "
            "'SPLIT', 'CORRECTION', 'EXCLUSION')",
            name="left_has_reason",
        ),
    )


def _protect(table: str) -> None:
    """Let the bureau and the committee of the park read and add, in their own name; nobody changes anything."""
    scope = OF_LIST.format(table=table) if table in ("frozen_row", "frozen_change") else OWN
    in_my_name = f"{PERSONS[table]} = {ME}" if table in PERSONS else "true"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"REVOKE UPDATE ON {table} FROM {SYSTEM}")
    op.execute(f"GRANT SELECT ON {table} TO {READERS}, {COMMITTEE}")
    op.execute(f"GRANT INSERT ON {table} TO {BUREAU}, {COMMITTEE}")
    op.execute(f"CREATE POLICY all_rows ON {table} FOR SELECT TO {READERS} USING (true)")
    op.execute(f"CREATE POLICY own_parks ON {table} FOR SELECT TO {COMMITTEE} USING ({scope})")
    op.execute(f"CREATE POLICY new_rows ON {table} FOR INSERT TO {BUREAU} WITH CHECK ({in_my_name})")
    op.execute(
        f"CREATE POLICY new_in_own_parks ON {table} FOR INSERT TO {COMMITTEE} WITH CHECK ({scope} AND {in_my_name})"
    )


def downgrade() -> None:
    """Take back."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DROP FUNCTION public.keep_frozen()")
