"""A named point in the log of the server before each publication, to which a physical backup can be brought."""

from sqlalchemy import Connection, text

# The embedded server lets the application set one; elsewhere its administrator may grant it.
_MAY = """
    SELECT has_function_privilege('pg_create_restore_point(text)', 'EXECUTE')
        AND current_setting('wal_level') <> 'minimal' AND NOT pg_is_in_recovery()
"""


def name_of(publication_id: int) -> str:
    """Return the name of the point before a publication, as ``recovery_target_name`` takes it."""
    return f"landstock-before-publication-{publication_id}"


def mark(connection: Connection, publication_id: int) -> bool:
    """Set the point before a publication; return whether the server let us."""
    if not connection.scalar(text(_MAY)):
        return False
    connection.execute(text("SELECT pg_create_restore_point(:name)"), {"name": name_of(publication_id)})
    return True
