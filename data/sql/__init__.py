"""One query a file; ``load`` is the only way to read one."""

from functools import cache
from importlib.resources import files

from sqlalchemy import TextClause, text


@cache
def load(name: str) -> TextClause:
    """Return the query in ``data/sql/<name>.sql``, without its comments.

    A ``:name`` in a comment would be bound like any other, and a value with a
    line break would end the comment: what follows it would run as SQL.
    """
    lines = (files(__package__) / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return text("\n".join(line for line in lines if not line.lstrip().startswith("--")))
