"""Take from the layers what made a publication three times as slow and served no question."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LAYERS = (
    "park", "parcel", "builtup", "land_state", "building", "plan_zone", "contract", "contract_phase",
    "construction_event", "investment_report", "idle_cause", "enterprise", "park_statistics",
)  # fmt: skip
ORIGINS = ("file_id", "published_by", "ended_by")
RESTING = (
    # Only the owner of a table may drop its indexes. Definitions are kept where the application can't write,
    # so that it can have made again what was there, and nothing else. A rollback brings everything back.
    """
    CREATE FUNCTION public.rest_indexes(asked text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE found record;
    BEGIN
        IF to_regclass(format('staging.%I', asked)) IS NULL THEN
            RETURN false;  -- no layer
        END IF;
        SET LOCAL lock_timeout = '2s';
        BEGIN
            EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', asked);
        EXCEPTION WHEN lock_not_available THEN
            SET LOCAL lock_timeout = 0;
            RETURN false;
        END;
        SET LOCAL lock_timeout = 0;
        FOR found IN
            SELECT i.relname AS name, pg_get_indexdef(i.oid) AS definition
            FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS t ON t.oid = x.indrelid
            JOIN pg_namespace AS n ON n.oid = t.relnamespace JOIN pg_am AS m ON m.oid = i.relam
            WHERE n.nspname = 'public' AND t.relname = asked AND t.relowner = 'landstock_owner'::regrole
                AND m.amname <> 'brin' AND i.relname <> format('ix_%s_ended_by', asked)
                AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.oid)
        LOOP
            INSERT INTO public.resting_index VALUES (asked, found.name, found.definition);
            EXECUTE format('DROP INDEX public.%I', found.name);
        END LOOP;
        RETURN true;
    END $$
    """,
    """
    CREATE FUNCTION public.wake_indexes(asked text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE found record;
    BEGIN
        FOR found IN DELETE FROM public.resting_index WHERE layer = asked RETURNING definition LOOP
            EXECUTE found.definition;
        END LOOP;
    END $$
    """,
    *(
        f"{rule} EXECUTE ON FUNCTION public.{name}(text) {whom}"
        for name in ("rest_indexes", "wake_indexes")
        for rule, whom in (("REVOKE", "FROM PUBLIC"), ("GRANT", "TO landstock_app"))
    ),
)


def upgrade() -> None:
    """Apply.

    A reference to the publication was checked row by row: a third of the
    time. The numbers come from the same transaction, and the application may
    not delete what they name. Rows lie in the order of publications, so a
    summary a block (BRIN) finds them. Staged rows are not logged: after a
    crash of the server they are gone, which a publication notices.
    """
    for layer in LAYERS:
        for column in ORIGINS:
            op.drop_constraint(f"fk_{layer}_{column}", layer, type_="foreignkey")
            op.drop_index(f"ix_{layer}_{column}", table_name=layer)
        for column in ORIGINS[:2]:
            op.create_index(f"ix_{layer}_{column}", layer, [column], postgresql_using="brin",
                            postgresql_with={"autosummarize": "on"})  # fmt: skip
        op.create_index(f"ix_{layer}_ended_by", layer, ["ended_by"],
                        postgresql_where=sa.text("ended_by IS NOT NULL"))  # fmt: skip
        op.drop_constraint(f"fk_{layer}_file_id", layer, schema="staging", type_="foreignkey")
        op.execute(f"ALTER TABLE staging.{layer} SET UNLOGGED")
    op.create_table(
        "resting_index",
        sa.Column("layer", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("definition", sa.Text, nullable=False),
    )
    op.execute("REVOKE ALL ON resting_index FROM landstock_app")
    for statement in RESTING:
        op.execute(statement)


def downgrade() -> None:
    """Take back."""
    for name in ("rest_indexes", "wake_indexes"):
        op.execute(f"DROP FUNCTION public.{name}(text)")
    op.drop_table("resting_index")
    for layer in LAYERS:
        op.execute(f"ALTER TABLE staging.{layer} SET LOGGED")
        op.create_foreign_key(f"fk_{layer}_file_id", layer, "delivery_file", ["file_id"], ["file_id"],
                              source_schema="staging", referent_schema="public")  # fmt: skip
        for column in ORIGINS:
            key = "file_id" if column == "file_id" else "publication_id"
            op.drop_index(f"ix_{layer}_{column}", table_name=layer)
            op.create_index(f"ix_{layer}_{column}", layer, [column])
            op.create_foreign_key(f"fk_{layer}_{column}", layer, key.replace("file_id", "delivery_file").removesuffix("_id"),
                                  [column], [key])  # fmt: skip
