"""One query a file; ``load`` is the only way to read one."""

from functools import cache
from importlib.resources import files

from sqlalchemy import TextClause, text


@cache
def load(name: str) -> TextClause:
    """Return the query in ``data/sql/<name>.sql``."""
    path = files(__package__) / f"{name}.sql"
    return text(path.read_text(encoding="utf-8"))
