"""Growth ledgers, land states, rates and land consumption of parks."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LEDGER = (
    "opening_m2", "correction_m2", "boundary_m2", "new_m2", "demolished_m2", "sliver_m2", "closing_m2",
    "new_infill_m2", "new_edge_m2", "new_leapfrog_m2", "new_supplied_m2", "new_unsupplied_m2",
    "new_supply_unknown_m2", "unexplained_m2",
)  # fmt: skip
TABLES = ("growth_ledger", "ledger_parcel", "land_stock", "parcel_use", "park_rate", "land_consumption")


def _run() -> sa.Column[int]:
    return sa.Column(
        "run_id",
        sa.BigInteger,
        sa.ForeignKey("analysis_run.run_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )


def _keys(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, primary_key=True) for name in names]


def _years() -> list[sa.Column[int]]:
    return [
        sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)
        for name in ("from_year", "to_year")
    ]


def _numbers(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Numeric, nullable=nullable) for name in names]


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False, server_default="")


def upgrade() -> None:
    """Make the tables; a run stored before has no rows in them."""
    op.create_table(
        "growth_ledger", _run(), *_keys("park_code"), *_years(), sa.Column("boundary_from", sa.String),
        sa.Column("boundary_to", sa.String), *_numbers(*LEDGER), sa.Column("slivers", sa.Integer, nullable=False),
    )  # fmt: skip
    op.create_table(
        "ledger_parcel", _run(), *_keys("park_code"), *_years(), *_keys("parcel_code"),
        *_numbers("new_m2", "demolished_m2"), sa.Column("supply", sa.String, nullable=False), _text("source"),
    )  # fmt: skip
    op.create_table(
        "land_stock", _run(), *_keys("park_code", "zone_part", "code"), *_numbers("area_m2", nullable=True),
        _text("basis"), sa.Column("observed_on", sa.Date), _text("reason"),
    )  # fmt: skip
    op.create_table(
        "parcel_use", _run(), *_keys("parcel_code", "construction_state", "supply_state", "high_tech"),
        sa.Column("observed_on", sa.Date, primary_key=True), *_numbers("area_m2"),
    )  # fmt: skip
    op.create_table(
        "park_rate", _run(), *_keys("park_code", "zone_part", "rate"),
        *_numbers("value", "numerator", "denominator", nullable=True), sa.Column("unit", sa.String, nullable=False),
        sa.Column("over", sa.Boolean, nullable=False), _text("reason"),
    )  # fmt: skip
    op.create_table(
        "land_consumption", _run(), *_keys("park_code"), *_years(),
        *_numbers("land_consumption_rate", "population_growth_rate", "consumption_ratio", "builtup_per_person",
                  nullable=True), _text("reason"),
    )  # fmt: skip


def downgrade() -> None:
    """Drop them."""
    for table in reversed(TABLES):
        op.drop_table(table)
