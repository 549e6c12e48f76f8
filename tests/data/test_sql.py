"""The queries in files: a value from outside stays a value."""

from importlib.resources import files

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import ProgrammingError

import data.sql
from data.sql import load

NAMES = sorted(path.name[:-4] for path in files(data.sql).iterdir() if path.name.endswith(".sql"))


def test_a_parameter_named_in_a_comment_is_not_bound(connection: Connection) -> None:
    # A value with a line break would end the comment that it is put into, and
    # what follows would run as SQL: here a division by zero.
    query = load("extent")
    attack = dict.fromkeys(query.compile().params) | {"park": "x\n SELECT 1/0; --"}
    try:
        connection.execute(query, attack)
    except ProgrammingError as error:  # a missing typed parameter is no matter here; a run attack is
        assert "zero" not in str(error)


@pytest.mark.parametrize("name", NAMES)
def test_no_comment_reaches_the_database(name: str) -> None:
    assert "--" not in str(load(name))
