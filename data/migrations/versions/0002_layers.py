"""The delivered layers: published versions with their history, and staging tables beside them."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql as pg

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SRID = 4490
EVENTS = (
    "DELIVERED", "PERMIT", "REPORTED_START", "FOUNDATION", "PROGRESS",
    "SUSPENDED", "RESUMED", "COMPLETED", "COMPLETION_CHECKED",
)  # fmt: skip
CAUSES = ("ENTERPRISE", "G1", "G2", "G3", "G4", "G5", "G6", "FORCE_MAJEURE", "PREPARATORY")
CONSTRUCTION_STATES = (
    "A", "A1", "A2", "A3", "A31", "A32", "A4", "A5", "A51", "A52", "A6",
    "B", "B1", "B11", "B12", "B2", "B21", "B22", "C", "C1", "C2", "C3",
)  # fmt: skip
SUPPLY_STATES = ("D", "D1", "D2", "D21", "D22", "E", "E1", "E2", "E21", "E22", "F")

# layer: its columns as "name:type", "!" where a value is required. k = text of a key, t = text, d = date,
# n = exact number, i = whole number, b = true or false, l = list of texts, a = area measured by us.
LAYERS = {
    "park": "park_code:k! park_name:t level:t division_code:t boundary_version:k! approved_area_ha:n valid_from:d "
    "geom:g!",
    "parcel": "parcel_code:k! park_code:t unit_code:t supervision_no:t location:t holder:t holder_credit_code:t "
    "registered_area_m2:n landuse_code:t landuse_scheme:t supply_mode:t ownership:k in_monitoring_system:b geom:g! "
    "drawn_area_m2:a!",
    "builtup": "observed_on:d! source:t geom:g!",
    "land_state": "observed_on:d! construction_state:k supply_state:k zone_part:k high_tech:k source:t geom:g!",
    "building": "building_id:k! parcel_code:t floor_area_m2:n footprint_m2:n storeys:n completed_on:d geom:g!",
    "plan_zone": "plan:t version:t zone_code:t zone_class:t valid_from:d geom:g!",
    "contract": "contract_no:k! contract_type:k amends:t parcel_codes:l! holder:t holder_credit_code:t signed_on:d "
    "delivery_by:d delivered_on:d commence_by:d complete_by:d invest_by:d price_wan:n granted_area_m2:n area_basis:k "
    "total_investment_wan:n planned_investment_ex_land_wan:n intensity_wan_per_ha:n due_area_m2:n far_min:n "
    "industry_code:t industry_code_version:t shortfall_clause:b cure_days:n",
    "contract_phase": "contract_no:k! phase:k! area_m2:n investment_wan:n due_on:d",
    "construction_event": "parcel_code:k! event:k happened_on:d foundation_type:k done:n of:n developed_area_m2:n "
    "source:t",
    "investment_report": "contract_no:k! reported_on:d basis:k building_wan:n equipment_wan:n land_price_wan:n "
    "land_tax_wan:n other_wan:n total_wan:n source:t",
    "idle_cause": "parcel_code:k! cause:k from_on:d to_on:d verified_on:d verified_by:t source:t",
    "enterprise": "credit_code:k! enterprise_name:t industry_code:t industry_code_version:t status:t",
    "park_statistics": "park_code:k! year:i! gdp_wan:n fixed_asset_investment_wan:n industrial_value_added_wan:n "
    "tax_wan:n population:n source:t",
}
KEYS = {
    "park": ("park_code", "boundary_version"),
    "parcel": ("parcel_code",),
    "building": ("building_id",),
    "contract": ("contract_no",),
    "contract_phase": ("contract_no", "phase"),
    "enterprise": ("credit_code",),
    "park_statistics": ("park_code", "year"),
}
INDEXED = {
    "parcel": "park_code",
    "builtup": "observed_on",
    "building": "parcel_code",
    "construction_event": "parcel_code",
    "investment_report": "contract_no",
    "idle_cause": "parcel_code",
}
CODES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "parcel": {"ownership": ("STATE", "COLLECTIVE")},
    "land_state": {
        "construction_state": CONSTRUCTION_STATES,
        "supply_state": SUPPLY_STATES,
        "zone_part": ("MAIN", "DIRECTION"),
        "high_tech": ("H1", "H2"),
    },
    "contract": {
        "contract_type": ("GRANT", "ALLOCATION", "LEASE", "ENTRY", "SUPPLEMENT"),
        "area_basis": ("GRANTED", "SURVEYED"),
    },
    "construction_event": {"event": EVENTS, "foundation_type": ("PIT", "PILES", "OTHER")},
    "investment_report": {"basis": ("REPORTED", "VERIFIED")},
    "idle_cause": {"cause": CAUSES},
}
TYPES: Mapping[str, Any] = {
    "k": sa.Text(),
    "t": sa.String(),
    "d": sa.Date(),
    "n": sa.Numeric(),
    "i": sa.Integer(),
    "b": sa.Boolean(),
    "l": pg.ARRAY(sa.Text),
    "a": sa.Numeric(18, 4),
    "g": Geometry("MULTIPOLYGON", SRID, spatial_index=False),
}


def _columns(layer: str) -> list[sa.Column[object]]:
    """Return the columns of what a row says."""
    parts = [column.split(":") for column in LAYERS[layer].split()]
    return [
        sa.Column(
            name,
            TYPES[kind[0]],
            nullable=not kind.endswith("!"),
            server_default="{}" if kind[0] == "l" else None,
        )
        for name, kind in parts
    ]


def _origin() -> list[sa.Column[object]]:
    """Return the columns of where a row was read; they are those of staging as well."""
    return [
        sa.Column("content_hash", sa.UUID(), nullable=False),
        sa.Column("row_no", sa.Integer, nullable=False),
        sa.Column("extra", pg.JSONB, server_default="{}", nullable=False),
    ]


def _published_by(name: str, nullable: bool) -> sa.Column[object]:
    reference = sa.ForeignKey("publication.publication_id")
    return sa.Column(name, sa.BigInteger, reference, index=True, nullable=nullable)


def _published(layer: str) -> None:
    """Make the table of the published versions, with one current version a key."""
    op.create_table(
        layer,
        sa.Column("version_id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "entity_id", sa.BigInteger, server_default=sa.text("nextval('entity_seq')"), nullable=False
        ),
        *_columns(layer),
        sa.Column("known", pg.TSTZRANGE, nullable=False),
        *_origin(),
        sa.Column(
            "file_id", sa.BigInteger, sa.ForeignKey("delivery_file.file_id"), index=True, nullable=False
        ),
        _published_by("published_by", nullable=False),
        _published_by("ended_by", nullable=True),
        sa.Column("end_reason", sa.Text),
        *(
            sa.CheckConstraint(f"{column} IN ({', '.join(map(repr, codes))})", name=f"{column}_code")
            for column, codes in CODES.get(layer, {}).items()
        ),
    )


def _index(layer: str) -> None:
    key: Iterable[str] = KEYS.get(layer, ("content_hash",))
    current = sa.text("upper_inf(known)")
    op.create_index(f"uq_{layer}_current", layer, list(key), unique=True, postgresql_where=current)
    op.create_index(f"ix_{layer}_entity_id", layer, ["entity_id"])
    if "geom:g" in LAYERS[layer]:
        op.create_index(f"ix_{layer}_geom", layer, ["geom"], postgresql_using="gist")
    if layer in INDEXED:
        op.create_index(f"ix_{layer}_{INDEXED[layer]}", layer, [INDEXED[layer]])


def _staged(layer: str) -> None:
    """Make the table of the accepted rows that wait for publication."""
    op.create_table(
        layer,
        sa.Column("file_id", sa.BigInteger, sa.ForeignKey("delivery_file.file_id"), nullable=False),
        *_columns(layer),
        *_origin(),
        schema="staging",
    )
    op.create_index(f"ix_staging_{layer}_file_id", layer, ["file_id"], schema="staging")


def upgrade() -> None:
    """Apply."""
    op.execute("CREATE SEQUENCE entity_seq")
    for layer in LAYERS:
        _published(layer)
        _index(layer)
        _staged(layer)
    op.create_index("ix_contract_parcel_codes", "contract", ["parcel_codes"], postgresql_using="gin")


def downgrade() -> None:
    """Take back."""
    for layer in LAYERS:
        op.drop_table(layer, schema="staging")
        op.drop_table(layer)
    op.execute("DROP SEQUENCE entity_seq")
