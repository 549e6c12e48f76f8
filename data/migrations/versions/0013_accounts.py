"""What an intensity verdict leads to, and the account of each contract."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FIGURES = (
    "committed_wan", "planned_ex_land_wan", "reported_wan", "reported_ex_land_wan", "verified_wan",
    "verified_ex_land_wan", "granted_m2", "registered_m2", "drawn_m2", "per_granted", "per_registered", "per_drawn",
    "due_wan", "due_m2", "phase_rate", "due_intensity", "peer_median",
)  # fmt: skip


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=nullable, server_default=None if nullable else "")


def _list(name: str) -> sa.Column[list[str]]:
    return sa.Column(name, postgresql.ARRAY(sa.Text), nullable=False, server_default="{}")


def upgrade() -> None:
    """Add the columns and the table; a run stored before has nothing in them."""
    for name in ("shortfall", "shortfall_share", "damages_wan"):
        op.add_column("intensity_verdict", sa.Column(name, sa.Numeric))
    for name in ("no_damages", "cure"):
        op.add_column("intensity_verdict", _text(name))
    op.add_column("intensity_verdict", sa.Column("cure_until", sa.Date))
    op.create_table(
        "contract_account",
        sa.Column("run_id", sa.BigInteger, sa.ForeignKey("analysis_run.run_id", ondelete="CASCADE"), primary_key=True,
                  autoincrement=False),
        sa.Column("contract_no", sa.Text, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        *(_text(name, nullable=True) for name in ("park_code", "holder", "holder_credit_code")),
        *(sa.Column(name, sa.Numeric) for name in FIGURES),
        *(sa.Column(name, sa.Date) for name in ("reported_on", "verified_on")),
        *(_text(name) for name in ("reported_source", "verified_source")),
        sa.Column("area_basis", sa.String, nullable=False),
        sa.Column("peers", sa.Integer),
        *(sa.Column(name, postgresql.JSONB) for name in ("phases", "standards")),
        *(_list(name) for name in ("parcel_codes", "shared_with", "flags")),
    )  # fmt: skip
    op.create_index("ix_contract_account_holder", "contract_account", ["run_id", "holder_credit_code"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("contract_account")
    for name in ("shortfall", "shortfall_share", "damages_wan", "no_damages", "cure", "cure_until"):
        op.drop_column("intensity_verdict", name)
