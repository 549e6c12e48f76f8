"""What a staged delivery changes is compared once; tables that hold one delivery are emptied at once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Deleting a million rows takes seconds and leaves the table as large as it was. A table may be emptied as a
# whole only where nobody else's rows are in it, which is asked under a lock that keeps everybody else out.
# Another import that is staging isn't waited for: it may be waiting for this transaction. The caller deletes
# row by row then.
EMPTY = """
    CREATE FUNCTION staging.emptied(layer text, files bigint[]) RETURNS boolean
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE found boolean;
    BEGIN
        EXECUTE format(
            'SELECT count(*) = 10000 FROM (SELECT FROM staging.%I WHERE file_id = ANY($1) LIMIT 10000) AS few', layer
        ) INTO found USING files;
        IF NOT found THEN
            RETURN false;  -- deleting a few is quicker
        END IF;
        BEGIN
            EXECUTE format('LOCK TABLE staging.%I IN ACCESS EXCLUSIVE MODE NOWAIT', layer);
            EXECUTE format('SELECT EXISTS (SELECT FROM staging.%I WHERE file_id <> ALL($1))', layer)
                INTO found USING files;
            IF found THEN
                RAISE lock_not_available;  -- which gives the lock back
            END IF;
        EXCEPTION WHEN lock_not_available THEN
            RETURN false;
        END;
        EXECUTE format('TRUNCATE staging.%I', layer);
        RETURN true;
    END $$
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "comparison",
        sa.Column("layer", sa.Text, nullable=False),
        sa.Column("files", pg.ARRAY(sa.BigInteger), nullable=False),
        sa.Column("publication_id", sa.BigInteger),
        schema="staging",
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "compared_row",
        sa.Column("file_id", sa.BigInteger, nullable=False),
        sa.Column("row_no", sa.Integer),
        sa.Column("version_id", sa.BigInteger),
        sa.Column("entity_id", sa.BigInteger),
        schema="staging",
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_staging_compared_row_file_id", "compared_row", ["file_id"], schema="staging")
    op.execute(EMPTY)


def downgrade() -> None:
    """Take back."""
    op.execute("DROP FUNCTION staging.emptied(text, bigint[])")
    op.drop_table("compared_row", schema="staging")
    op.drop_table("comparison", schema="staging")
