"""Rights in the database: rows by role, columns by role, and nothing that passes them by."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from data.faults import DatabaseFault
from data.identity import Actor, NobodyActs, act, acting, by_system
from data.roles import KINDS
from data.session import engine, transaction

PARK = "JZ-P01"
READERS = ("clerk", "approver", "auditor", "planner", "committee")
PROTECTED_TABLES = (
    "SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') "
    "AND c.relowner = 'landstock_owner'::regrole AND c.relname <> 'alembic_version'"
)


def seen(role: str, statement: str, *parks: str) -> list[tuple[object, ...]]:
    """Return what a role reads by a statement."""
    with acting(Actor("somebody", role, parks)), transaction() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


@pytest.fixture
def parks(sample_database: str) -> Iterator[list[str]]:
    yield [str(row[0]) for row in seen("clerk", "SELECT DISTINCT park_code FROM park ORDER BY 1")]


def test_nobody_reads_nothing(database: str) -> None:
    act(None)
    with pytest.raises(NobodyActs), transaction() as connection:
        connection.execute(text("SELECT 1"))


def test_a_statement_outside_a_transaction_reads_nothing(sample_database: str) -> None:
    # SET LOCAL has no effect there, and the role that connects may nothing.
    with (
        engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        pytest.raises(DatabaseFault, match="parcel"),
    ):
        connection.execute(text("SELECT count(*) FROM parcel"))


def test_a_connection_of_the_pool_carries_nobodys_rights(sample_database: str, parks: list[str]) -> None:
    pid = "SELECT pg_backend_pid(), current_user, current_setting('landstock.parks', true)"
    (first, *_), (second, role, own) = (
        seen("committee", pid, parks[0])[0],
        seen("planner", pid)[0],
    )
    assert (first, role, own) == (second, "landstock_planner", "")  # the same connection
    with (
        acting(Actor("somebody", "committee", (parks[0],))),
        pytest.raises(ZeroDivisionError),
        transaction() as connection,
    ):
        assert connection.scalar(text("SELECT pg_backend_pid()")) == first
        raise ZeroDivisionError
    assert seen("committee", "SELECT count(*) FROM parcel") == [(0,)]  # no parks, and none left behind


def test_every_table_is_protected_and_every_reader_has_a_policy(connection: Connection) -> None:
    asked = (
        f"{PROTECTED_TABLES} AND NOT (c.relrowsecurity AND c.relforcerowsecurity) "
        "UNION ALL SELECT c.relname || ' ' || r.rolname FROM pg_class AS c CROSS JOIN pg_roles AS r "
        f"WHERE c.relname IN ({PROTECTED_TABLES}) AND c.relnamespace = 'public'::regnamespace "
        "AND r.rolname = ANY (:kinds) AND NOT r.rolbypassrls AND has_any_column_privilege(r.oid, c.oid, 'SELECT') "
        "AND NOT EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid AND r.oid = ANY (p.polroles))"
    )
    assert connection.scalars(text(asked), {"kinds": list(KINDS)}).all() == []


def test_nothing_passes_the_policies_by(connection: Connection) -> None:
    bypassing = text(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'landstock%' AND (rolbypassrls OR rolsuper OR rolinherit "
        "OR rolcreaterole OR rolcreatedb)"
    )
    assert connection.scalars(bypassing).all() == ["landstock_system"]
    views = text(
        "SELECT relname FROM pg_class AS c WHERE relkind IN ('v', 'm') AND relowner = 'landstock_owner'::regrole "
        "AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)"
    )
    assert connection.scalars(views).all() == []
    of_all = text(
        "SELECT c.relname FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a WHERE a.grantee = 0 "
        "AND c.relowner = 'landstock_owner'::regrole"
    )
    assert connection.scalars(of_all).all() == []
    of_nobody = text(
        f"{PROTECTED_TABLES} AND has_any_column_privilege('landstock_app', c.oid, 'SELECT, INSERT, UPDATE')"
    )
    assert connection.scalars(of_nobody).all() == []


def test_a_committee_may_look_up_shapes_by_place(connection: Connection) -> None:
    # Else a condition of the policy goes before every other, and a tile takes seven times as long.
    asked = text(
        "SELECT proleakproof FROM pg_proc WHERE oid = 'geometry_overlaps(geometry, geometry)'::regprocedure"
    )
    assert connection.scalar(asked) is True


def test_persons_change_neither_layers_nor_findings(connection: Connection) -> None:
    asked = text(
        "SELECT DISTINCT c.relname FROM pg_class AS c CROSS JOIN unnest(CAST(:kinds AS text[])) AS k(role) "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND k.role <> 'landstock_admin' AND "
        "(has_any_column_privilege(k.role, c.oid, 'INSERT, UPDATE') OR has_table_privilege(k.role, c.oid, 'DELETE, TRUNCATE')) "
        "ORDER BY 1"
    )
    persons = [kind for kind in KINDS if kind not in ("landstock_system", "landstock_sign_in")]
    assert connection.scalars(asked, {"kinds": persons}).all() == [
        "approval",
        "audit_event", "delivery", "export_job", "frozen_change", "frozen_list", "frozen_row", "idle_notice",
        "import_job", "import_job_log", "list_check", "list_columns", "list_remark", "saved_view", "supplier_mapping",
    ]  # fmt: skip


@pytest.mark.parametrize("role", READERS[:4])
def test_readers_of_everything_see_every_row(sample_database: str, role: str) -> None:
    for table in ("parcel", "park", "contract", "builtup", "idle_verdict", "contract_account"):
        count = f"SELECT count(*) FROM {table}"
        assert seen(role, count) == seen("system", count)


OWN_ROWS = {
    # What belongs to a park, worked out from all rows, and what its committee sees.
    "parcel": "park_code = :park",
    "park": "park_code = :park",
    "idle_verdict": "park_code = :park",
    "intensity_verdict": "park_code = :park",
    "disagreement": "park_code = :park",
    "construction_event": "parcel_code IN (SELECT parcel_code FROM parcel WHERE park_code = :park)",
    "parcel_builtup": "parcel_code IN (SELECT parcel_code FROM parcel WHERE park_code = :park)",
    "building": "parcel_code IN (SELECT parcel_code FROM parcel WHERE park_code = :park)",
    "contract": "parcel_codes && ARRAY(SELECT parcel_code FROM parcel WHERE park_code = :park) OR amends IN "
    "(SELECT contract_no FROM contract WHERE parcel_codes && ARRAY(SELECT parcel_code FROM parcel WHERE park_code = :park))",
    "investment_report": "contract_no IN (SELECT contract_no FROM contract WHERE parcel_codes && "
    "ARRAY(SELECT parcel_code FROM parcel WHERE park_code = :park))",
    "builtup": "EXISTS (SELECT FROM park WHERE park_code = :park AND ST_Intersects(park.geom, builtup.geom))",
}


@pytest.mark.parametrize("table", OWN_ROWS)
def test_a_committee_sees_its_own_park(parks: list[str], table: str) -> None:
    own = OWN_ROWS[table].replace(":park", f"'{parks[0]}'")
    expected = seen("system", f"SELECT count(*) FROM {table} WHERE {own}")
    assert seen("committee", f"SELECT count(*) FROM {table}", parks[0]) == expected != [(0,)]
    assert expected < seen("system", f"SELECT count(*) FROM {table}")
    assert seen("committee", f"SELECT count(*) FROM {table}", *parks) <= seen(
        "system", f"SELECT count(*) FROM {table}"
    )
    assert seen("committee", f"SELECT count(*) FROM {table}") == [(0,)]  # a committee without a park


def test_a_supplement_is_seen_with_what_it_amends(parks: list[str]) -> None:
    asked = (
        "SELECT s.contract_no FROM contract AS s JOIN contract AS c ON c.contract_no = s.amends "
        "WHERE s.parcel_codes = '{}' AND EXISTS (SELECT FROM parcel AS p WHERE p.parcel_code = ANY (c.parcel_codes) "
        f"AND p.park_code = '{parks[0]}') ORDER BY 1"
    )
    expected = seen("system", asked)
    assert expected
    assert set(expected) <= set(seen("committee", "SELECT contract_no FROM contract", parks[0]))


@pytest.mark.parametrize(
    ("role", "column"),
    [
        ("planner", "price_wan FROM public.contract"),
        ("planner", "land_price_wan FROM public.investment_report"),
        ("planner", "fee_wan FROM public.idle_verdict"),
        ("planner", "planned_ex_land_wan FROM public.contract_account"),
        ("planner", "extra FROM parcel"),
        ("committee", "extra FROM contract"),
        ("committee", "paths FROM delivery"),
        ("admin", "parcel_code FROM parcel"),
        ("sign_in", "parcel_code FROM parcel"),
        ("committee", "job_id FROM import_job"),
        ("planner", "correction_id FROM correction"),
    ],
)
def test_a_column_that_a_role_may_not_read(sample_database: str, role: str, column: str) -> None:
    with pytest.raises((DatabaseFault, ProgrammingError), match=r"right|permission"):
        seen(role, f"SELECT {column} LIMIT 1", PARK)


PRICES = (
    "SELECT count(*) FROM contract WHERE price_wan IS NOT NULL OR planned_investment_ex_land_wan IS NOT NULL",
    "SELECT count(*) FROM investment_report WHERE land_price_wan IS NOT NULL OR land_tax_wan IS NOT NULL",
    "SELECT count(*) FROM idle_verdict WHERE fee_wan IS NOT NULL OR json_array_length(trace -> 1) > 0",
    "SELECT count(*) FROM contract_account WHERE reported_ex_land_wan IS NOT NULL OR facts ->> 'price' IS NOT NULL "
    "OR facts -> 'report' ->> 5 IS NOT NULL",
)


@pytest.mark.parametrize("asked", PRICES)
def test_a_planner_finds_no_price(sample_database: str, asked: str) -> None:
    assert seen("clerk", asked) > [(100,)]
    assert seen("planner", asked) == [(0,)]


def test_the_views_of_planners_are_their_tables_without_prices(connection: Connection) -> None:
    asked = text(
        "SELECT v.relname FROM pg_class AS v JOIN pg_class AS t ON t.relname = v.relname "
        "AND t.relnamespace = 'public'::regnamespace WHERE v.relnamespace = 'planner'::regnamespace AND "
        "ARRAY(SELECT (attname, format_type(atttypid, atttypmod))::text FROM pg_attribute WHERE attrelid = v.oid "
        "AND attnum > 0 AND NOT attisdropped ORDER BY attnum) <> ARRAY(SELECT (attname, format_type(atttypid, "
        "atttypmod))::text FROM pg_attribute WHERE attrelid = t.oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum)"
    )
    assert connection.scalars(asked).all() == []


def test_the_program_works_on_record_for_the_person() -> None:
    @by_system
    def inside() -> Actor:
        from data.identity import actor

        return actor()

    with acting(Actor("王敏", "committee", (PARK,), account_id=7, request="r1")):
        assert inside() == Actor("王敏", "system", (), 7, "r1")
