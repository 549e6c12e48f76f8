"""The migrations and the models say the same; up, down and up again works."""

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import CheckConstraint, Connection, NullPool, create_engine, make_url, text

from data.cluster import making, server
from data.cluster.place import Place
from data.migrations import FOLDER, compare, head, migrate
from data.models import Base
from etl.analysis.run import ensure_run

SAMPLE_DAY = dt.date(2026, 11, 1)


@pytest.fixture
def administrator(server_place: Place, empty_database: str) -> Iterator[Connection]:
    address = server.url(server_place, making.SUPERUSER, str(make_url(empty_database).database))
    made = create_engine(address, poolclass=NullPool)
    with made.connect() as connection:
        yield connection


def _relations(connection: Connection) -> set[str]:
    """Return what is there of tables, sequences and functions that is not PostGIS's or Alembic's own."""
    asked = text(
        "SELECT relname FROM pg_class WHERE relnamespace IN (SELECT oid FROM pg_namespace "
        "WHERE nspname IN ('public', 'staging', 'jobs')) AND relowner = 'landstock_owner'::regrole "
        "UNION SELECT proname FROM pg_proc WHERE proowner = 'landstock_owner'::regrole"
    )
    with connection.begin():
        return set(connection.scalars(asked)) - {"alembic_version", "alembic_version_pkc"}


def test_the_database_is_what_the_models_say(administrator: Connection) -> None:
    assert compare(administrator) == []


def test_check_constraints_are_those_of_the_models(administrator: Connection) -> None:
    # Alembic does not compare check constraints; their names are compared here.
    asked = text(
        "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0 AND conrelid::regclass::text <> :other "
        "AND connamespace IN ('public'::regnamespace, 'staging'::regnamespace)"
    )
    with administrator.begin():
        found = set(administrator.scalars(asked, {"other": "spatial_ref_sys"}))
    expected = {
        f"ck_{table.name}_{constraint.name.removeprefix(f'ck_{table.name}_')}"
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint) and isinstance(constraint.name, str)
    }
    assert found == expected


def test_down_and_up_again(administrator: Connection) -> None:
    before = _relations(administrator)
    assert {"parcel", "idle_verdict", "entity_seq", "refresh_statistics"} <= before
    migrate(administrator, "base")
    assert _relations(administrator) == set()
    migrate(administrator, "head")
    assert _relations(administrator) == before
    assert compare(administrator) == []


def test_the_head_is_the_newest_file() -> None:
    # head() reads file names, so that a start needs no Alembic; Alembic must agree.
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [head()]


def test_every_table_belongs_to_the_owner_who_cannot_log_in(connection: Connection) -> None:
    asked = text(
        "SELECT schemaname || '.' || tablename, tableowner FROM pg_tables WHERE schemaname IN ('public', 'staging')"
    )
    owners: dict[str, str] = {row[0]: row[1] for row in connection.execute(asked)}
    assert owners.pop("public.spatial_ref_sys") == making.SUPERUSER  # of PostGIS
    assert set(owners.values()) == {"landstock_owner"}
    # 13 layers twice (published, staging), 4 of deliveries, 15 of runs, 10 of taking in, 2 of comparisons, 1 of resting indexes,
    # 1 of rights, 1 of Alembic,
    # 5 of accounts, 4 of the log, 1 of approvals, 3 of the public edition, 5 of frozen lists, 3 of lists,
    # 1 of base maps.
    assert len(owners) == 13 * 2 + 4 + 15 + 10 + 2 + 1 + 1 + 1 + 5 + 4 + 1 + 3 + 5 + 3 + 1
    assert (
        connection.scalar(text("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'landstock_owner'")) is False
    )


def test_the_application_deletes_nothing_that_was_delivered(connection: Connection) -> None:
    asked = text(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
        "AND (has_table_privilege(oid, 'DELETE') OR has_table_privilege(oid, 'TRUNCATE')) ORDER BY 1"
    )
    # What the public may see is worked out anew from what was delivered.
    assert connection.scalars(asked).all() == ["public_land", "public_park"]


def test_the_estimated_extent_is_closed(connection: Connection) -> None:
    # It answers from statistics of all rows, whoever asks (decision on row-level security).
    asked = text(
        "SELECT bool_or(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc WHERE proname = 'st_estimatedextent'"
    )
    assert connection.scalar(asked) is False


def test_functions_with_the_owners_rights_fix_their_search_path(connection: Connection) -> None:
    asked = text(
        "SELECT proname, proconfig FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace "
        "AND proowner = 'landstock_owner'::regrole"
    )
    found: dict[str, list[str]] = {row.proname: row.proconfig for row in connection.execute(asked)}
    assert found == {
        "forget_log": ["search_path=public, pg_temp"],
        "refresh_statistics": ["search_path=pg_catalog, pg_temp"],
        "rest_indexes": ["search_path=pg_catalog, pg_temp"],
        "wake_indexes": ["search_path=public, pg_temp"],  # definitions name the classes of PostGIS
    }


def test_indexes_rest_and_wake_as_they_were(connection: Connection) -> None:
    asked = text("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'parcel' ORDER BY 1")
    before = connection.execute(asked).all()
    assert connection.scalar(text("SELECT rest_indexes('parcel')")) is True
    left = {row.indexname for row in connection.execute(asked)}
    assert "ix_parcel_geom" not in left and {"pk_parcel", "ix_parcel_file_id"} <= left
    connection.execute(text("SELECT wake_indexes('parcel')"))
    assert connection.execute(asked).all() == before


def test_only_indexes_of_the_layers_rest(connection: Connection) -> None:
    # A table of PostGIS's, and one that is none: nothing is dropped, and no statement of the caller's runs.
    for name in ("spatial_ref_sys", "delivery", "x; DROP TABLE parcel"):
        assert connection.scalar(text("SELECT rest_indexes(:name)"), {"name": name}) is False
    assert connection.scalar(text("SELECT count(*) FROM pg_indexes WHERE tablename = 'spatial_ref_sys'")) == 1
    rights = text("SELECT has_table_privilege('resting_index', 'SELECT, INSERT, UPDATE')")
    assert connection.scalar(rights) is False


def test_statistics_can_be_renewed_by_the_application(connection: Connection) -> None:
    connection.execute(
        text("SELECT refresh_statistics('public.parcel', 'staging.parcel', 'public.spatial_ref_sys')")
    )
    asked = text("SELECT reltuples FROM pg_class WHERE oid = 'public.parcel'::regclass")
    assert connection.scalar(asked) == 0  # -1 before the first ANALYZE, 0 rows after it


def test_nothing_of_a_removed_run_stays(server_place: Place, sample_copy: str) -> None:
    # Four large tables name their run without a foreign key; the trigger must remove what a key would have.
    address = server.url(server_place, making.SUPERUSER, str(make_url(sample_copy).database))
    numbered = [table.name for table in Base.metadata.tables.values() if "run_id" in table.columns]
    assert {"idle_verdict", "intensity_verdict", "contract_account", "parcel_builtup"} <= set(numbered)
    removed = ensure_run(SAMPLE_DAY)
    kept = ensure_run(SAMPLE_DAY - dt.timedelta(days=1))
    made = create_engine(address, poolclass=NullPool)

    def rows_of(run: int) -> dict[str, int]:
        with made.begin() as owner:
            asked = {name: text(f"SELECT count(*) FROM {name} WHERE run_id = :run") for name in numbered}
            return {name: int(owner.scalar(found, {"run": run}) or 0) for name, found in asked.items()}

    before = rows_of(kept)
    assert rows_of(removed)["idle_verdict"] == before["idle_verdict"] > 2_000
    with made.begin() as owner:
        owner.execute(text("DELETE FROM analysis_run WHERE run_id = :run"), {"run": removed})
    assert set(rows_of(removed).values()) == {0}
    assert rows_of(kept) == before
