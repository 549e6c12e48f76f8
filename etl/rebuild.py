"""Build the whole state anew from the kept deliveries, the corrections and the decisions, and compare."""

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from data import approvals, second_database
from data.identity import by_system
from data.layers import LAYERS
from data.locks import exclusive
from data.models import Base
from data.models.staging import STAGING
from data.session import transaction
from etl import replay, replay_times, states
from etl.errors import ChangedMeanwhile
from etl.options import silent
from etl.replay import Trouble
from etl.states import Compared

# What a rebuild makes itself, and what is computed anew on the next question; everything else is taken over.
MADE = {
    *LAYERS, "delivery", "delivery_file", "publication", "issue", "correction", "correction_use", "repair",
    "delivery_change", "delivery_change_total", "delivery_overlap", "lineage", "public_park", "public_land",
}  # fmt: skip
COMPUTED = {table.name for table in Base.metadata.sorted_tables if "run_id" in table.c}


@dataclass(slots=True)
class Rebuilt:
    """What came of it. ``kept_as`` is the name of the database that was in use before."""

    tables: list[Compared] = field(default_factory=list)
    damaged: list[Trouble] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    steps: int = 0
    replaced: bool = False
    kept_as: str | None = None

    @property
    def equal(self) -> bool:
        """Whether the rebuilt state is the present one in everything compared."""
        return not self.damaged and not self.troubles and all(table.equal for table in self.tables)

    def as_json(self) -> dict[str, Any]:
        """Return it as ``landstock rebuild --json`` prints it."""
        return asdict(self) | {"equal": self.equal}


@by_system
def rebuild(
    *, check: bool, into: str | None = None, progress: Callable[[str, int, int], None] = silent
) -> Rebuilt:
    """Build the state anew in a second database and compare it with the present one.

    Parameters
    ----------
    check
        Compare only: the second database is removed again. Otherwise it takes
        the place of the present one, which stays under another name.
    into
        Address of an empty, prepared database to build into, where the user
        may not make one; it is left there and replaces nothing.
    progress
        Called with stage, steps done and steps in all.

    Raises
    ------
    ChangedMeanwhile
        Something was delivered or decided while the state was built.
    DatabaseFault
        A second database can't be made.
    """
    with exclusive("rebuild"):
        with transaction() as connection:
            done = replay.history(connection)
            before = states.fingerprints(connection)
            moment = connection.scalar(text("SELECT to_char(clock_timestamp(), 'YYYYMMDDHH24MISSUS')"))
        found = replay.events(done)
        result = Rebuilt(steps=len(found), damaged=replay.damaged(found))
        if result.damaged:
            return result
        name = f"landstock_rebuild_{moment}"
        address = into or second_database.make(name)
        try:
            _build(result, address, done, found, before, progress)
            if not check and not into and not result.troubles:
                _take_over(name, address, done)
                result.kept_as = f"landstock_before_{moment}"
                second_database.replace(second_database.in_use(), name, result.kept_as)
                result.replaced = True
        finally:
            if not into and not result.replaced:
                second_database.drop(name)
    return result


def _build(
    result: Rebuilt, address: str, done: replay.History, found: list[replay.Event], before: states.Prints,
    progress: Callable[[str, int, int], None],
) -> None:  # fmt: skip
    with second_database.pointed(address), approvals.decided_before():
        result.troubles = replay.replay(found, progress)
        with transaction() as connection:
            replay_times.put_back(connection, done)
        with transaction() as connection:
            after = states.fingerprints(connection)
            unlike = [n for n in LAYERS if LAYERS[n].key and before[n, "current"] != after[n, "current"]]
            rebuilt = {layer: states.keys(connection, layer) for layer in unlike}
    with transaction() as connection:
        named = {layer: states.named(states.keys(connection, layer), rebuilt[layer]) for layer in unlike}
    result.tables = states.compare(before, after, named)


def _take_over(name: str, address: str, done: replay.History) -> None:
    """Copy the tables that no delivery makes (jobs, kept mappings), after a look whether anything happened since."""
    with transaction() as connection:
        if replay.history(connection).newest() != done.newest():
            raise ChangedMeanwhile
        tables = _others(connection)
        second_database.clear(name, list(reversed(tables)))  # publishing keeps mappings by itself
        with tempfile.TemporaryFile() as dump:
            for table in tables:
                start = dump.tell()
                _copy(connection, f"COPY {table} TO STDOUT", dump)
                length = dump.tell() - start
                dump.seek(start)
                with second_database.pointed(address), transaction() as target:
                    _copy(target, f"COPY {table} FROM STDIN", dump)
                    _count_on(target, table)
                dump.seek(start + length)
        second_database.settle(name, tables)


def _others(connection: Connection) -> list[str]:
    """List the tables to take over, those that others refer to first."""
    there = set(
        connection.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
                "AND relowner = 'landstock_owner'::regrole AND relname <> 'alembic_version' "
                "AND relname NOT LIKE 'procrastinate%' AND has_table_privilege(oid, 'SELECT, INSERT')"
            )
        )
    )
    order = [table.name for table in Base.metadata.sorted_tables if table.name not in STAGING]
    wanted = there - MADE - COMPUTED
    return [name for name in order if name in wanted] + sorted(wanted - set(order))


def _copy(connection: Connection, statement: str, dump: Any) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.copy_expert(statement, dump)


def _count_on(connection: Connection, table: str) -> None:
    """Let the numbers of a table that was copied go on after the largest."""
    column = connection.scalar(
        text(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND table_name = :table AND is_identity = 'YES'"
        ),
        {"table": table},
    )
    if column is not None:
        largest = connection.scalar(text(f"SELECT coalesce(max({column}), 0) FROM {table}"))
        replay.count_to(connection, table, column, int(largest or 0) + 1)
