"""Corrections as data: a value stands in for the delivered one while the source still says the old one."""

from sqlalchemy import Connection

from etl.work import Work


def apply(connection: Connection, delivery_id: int, works: list[Work]) -> None:
    """Put the corrections in force into the rows of a delivery and write down what became of each."""
