"""A function with which the application has the planner's statistics renewed after many rows changed.

Only the owner of a table may analyse it, and the owner can't log in. Without
fresh statistics the first queries after a large publication take a plan made
for an empty table.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute(
        """
        CREATE FUNCTION public.refresh_statistics(VARIADIC tables text[]) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        DECLARE found regclass;
        BEGIN
            FOR found IN
                SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE n.nspname IN ('public', 'staging') AND c.relkind = 'r'
                  AND c.relowner = 'landstock_owner'::regrole
                  AND n.nspname || '.' || c.relname = ANY (tables)
            LOOP
                EXECUTE format('ANALYZE %s', found);
            END LOOP;
        END $$
        """
    )
    op.execute("REVOKE EXECUTE ON FUNCTION public.refresh_statistics(text[]) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION public.refresh_statistics(text[]) TO landstock_app")


def downgrade() -> None:
    """Take back."""
    op.execute("DROP FUNCTION public.refresh_statistics(text[])")
