"""The queue of jobs: procrastinate's own tables and functions, in a schema of their own."""

from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# procrastinate 3.10 as it was released. A later release brings its own differences, which
# become a migration of ours: a database that is made anew must be the one that was upgraded.
SCHEMA = Path(__file__).resolve().parents[1] / "procrastinate.sql"


def upgrade() -> None:
    """Apply."""
    connection = op.get_bind()
    path = connection.scalar(text("SELECT current_setting('search_path')"))
    op.execute("CREATE SCHEMA jobs")
    op.execute("SET LOCAL search_path = jobs")
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor:  # the text holds % signs, which the driver would take for parameters
        cursor.execute(SCHEMA.read_text(encoding="utf-8"))
    connection.execute(text("SELECT set_config('search_path', :path, true)"), {"path": path})
    _find_their_own_tables()
    op.execute("GRANT USAGE ON SCHEMA jobs TO landstock_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO landstock_app")
    op.execute("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA jobs TO landstock_app")


def _find_their_own_tables() -> None:
    """Let the functions find their tables whatever the search path of the caller is."""
    connection = op.get_bind()
    functions = connection.scalars(
        text("SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'jobs'::regnamespace")
    ).all()
    for function in functions:
        op.execute(f"ALTER FUNCTION {function} SET search_path = jobs, pg_catalog, pg_temp")


def downgrade() -> None:
    """Take back."""
    op.execute("DROP SCHEMA jobs CASCADE")
