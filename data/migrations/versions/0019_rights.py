"""Rights by role on rows and columns: one role a kind of person, none for the role that connects.

Readers of everything have a policy without a condition, which costs nothing. A park committee sees what lies in its
parks: by the park of the row, by the parcel, by the contract. The program has no policy: its role passes them by.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SYSTEM, APP = "landstock_system", "landstock_app"
BUREAU = ("landstock_clerk", "landstock_approver")
AUDITOR, PLANNER, COMMITTEE = "landstock_auditor", "landstock_planner", "landstock_committee"

BY_PARK = (
    "park", "parcel", "park_statistics", "idle_verdict", "intensity_verdict", "contract_account", "builtup_growth",
    "growth_ledger", "boundary_count", "ledger_parcel", "land_stock", "park_rate", "land_consumption",
    "disagreement", "reporter_index",
)  # fmt: skip
BY_PARCEL = ("building", "construction_event", "idle_cause", "parcel_builtup", "parcel_use")
BY_CONTRACT = ("contract", "contract_phase", "investment_report")
BY_SHAPE = ("builtup", "land_state", "plan_zone")
OF_OTHERS = ("analysis_run", "enterprise", "lineage", "issue", "delivery", "delivery_file", "publication")
INTAKE = (
    "import_job", "import_job_log", "supplier_mapping", "correction", "correction_use", "repair", "delivery_change",
    "delivery_change_total", "delivery_overlap",
)  # fmt: skip
READ = (*BY_PARK, *BY_PARCEL, *BY_CONTRACT, *BY_SHAPE, *OF_OTHERS)
WRITTEN_BY_BUREAU = ("import_job", "import_job_log", "supplier_mapping", "delivery")

PARKS = "string_to_array(nullif(current_setting('landstock.parks', true), ''), ';')"
OWN = f"park_code = ANY ({PARKS})"
"""Without parks in the transaction the list is null, and so is the comparison: no row."""


def _of_own(table: str, column: str) -> str:
    return f"EXISTS (SELECT FROM public.parcel AS p WHERE p.{column} = {table}.{column})"


def _conditions() -> dict[str, str]:
    """Return what a committee sees of each table. Tables named inside a condition have policies of their own."""
    found = dict.fromkeys(BY_PARK, OWN)
    found |= {table: _of_own(table, "parcel_code") for table in BY_PARCEL}
    found |= {
        table: f"EXISTS (SELECT FROM public.contract_park AS c WHERE c.contract_no = {table}.contract_no)"
        for table in BY_CONTRACT
    }
    found |= {
        table: f"EXISTS (SELECT FROM public.park AS p WHERE p.geom && {table}.geom AND ST_Intersects(p.geom, {table}.geom))"
        for table in BY_SHAPE
    }
    return found | {
        "contract_park": OWN,
        "analysis_run": f"park_code IS NULL OR {OWN}",
        "enterprise": "EXISTS (SELECT FROM public.parcel AS p WHERE p.holder_credit_code = enterprise.credit_code)",
        "lineage": "layer = 'parcel' AND EXISTS (SELECT FROM public.parcel AS p WHERE p.entity_id IN "
        "(lineage.parent_entity_id, lineage.child_entity_id))",
        "issue": "layer = 'parcel' AND EXISTS (SELECT FROM public.parcel AS p WHERE p.parcel_code = issue.supplier_key)",
        "delivery": "true",
        "delivery_file": "true",
        "publication": "true",
    }


WITHHELD: dict[str, dict[str, tuple[str, ...]]] = {
    # What was delivered beside the canonical columns may name persons and telephones.
    COMMITTEE: dict.fromkeys(
        (*BY_PARK[:3], *BY_PARCEL[:3], *BY_CONTRACT, *BY_SHAPE, "enterprise"), ("extra",)
    )
    | {
        "delivery": ("received_by", "paths", "content_sha256"),
        "delivery_file": ("rows_read", "rows_accepted", "rows_rejected", "area_m2"),
        "publication": ("person", "reason", "changes"),
    },
    PLANNER: dict.fromkeys(
        (*BY_PARK[:3], *BY_PARCEL[:3], *BY_SHAPE, "contract_phase", "enterprise"), ("extra",)
    )
    | {
        # Amounts with and without land tell its price by their difference.
        "contract": ("extra", "price_wan", "planned_investment_ex_land_wan"),
        "investment_report": ("extra", "land_price_wan", "land_tax_wan"),
        "idle_verdict": ("fee_wan",),
        "intensity_verdict": ("damages_wan",),
        "contract_account": ("planned_ex_land_wan", "reported_ex_land_wan", "verified_ex_land_wan"),
    },
}
"""Role -> table -> columns that it may not read."""

PLANNER_TABLES = ("contract", "investment_report", "idle_verdict", "intensity_verdict", "contract_account")
BLANKED = {
    # A trace keeps its rule; the facts of a contract keep whence and when, without the figures of a report.
    ("idle_verdict", "trace"): "json_build_array(trace -> 0, '[]'::json, '[]'::json)",
    ("contract_account", "facts"): "(facts::jsonb || jsonb_build_object('price', NULL, 'report', CASE "
    "jsonb_typeof(facts::jsonb -> 'report') WHEN 'array' THEN jsonb_build_array(facts -> 'report' -> 0, "
    "facts -> 'report' -> 1, facts -> 'report' -> 2, NULL, NULL, NULL, NULL, NULL, NULL) END))::json",
}


def _grant(role: str, table: str) -> None:
    withheld = WITHHELD.get(role, {}).get(table, ())
    if not withheld:
        op.execute(f"GRANT SELECT ON public.{table} TO {role}")
        return
    names = op.get_bind().exec_driver_sql(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s",
        (table,),
    )
    columns = {row[0] for row in names}
    assert columns.issuperset(withheld), (table, withheld)
    given = ", ".join(f'"{name}"' for name in sorted(columns - set(withheld)))  # "of" is a word of SQL
    op.execute(f"GRANT SELECT ({given}) ON public.{table} TO {role}")


def _ours(kind: str, schema: str) -> str:
    """Return the names of our tables or sequences of a schema; those of PostGIS are not ours to give."""
    asked = (
        "SELECT string_agg(format('%%I.%%I', n.nspname, c.relname), ', ') FROM pg_class AS c "
        "JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relkind = %s "
        "AND c.relowner = 'landstock_owner'::regrole"
    )
    relkind = "r" if kind == "TABLES" else "S"
    found: str = op.get_bind().exec_driver_sql(asked, (schema, relkind)).scalar_one()
    return f"{kind.removesuffix('S')} {found}"


def upgrade() -> None:
    """Apply."""
    _contract_park()
    _of_program()
    _of_persons()
    _planner_views()


def _contract_park() -> None:
    """Make the list of the parks that a contract ever had a parcel in; supplements inherit it from what they amend."""
    op.execute(
        "CREATE TABLE contract_park (contract_no text NOT NULL, park_code text NOT NULL, "
        "CONSTRAINT pk_contract_park PRIMARY KEY (contract_no, park_code))"
    )
    op.execute(
        "INSERT INTO contract_park SELECT DISTINCT c.contract_no, p.park_code "
        "FROM (SELECT contract_no, unnest(parcel_codes) AS parcel_code FROM contract) AS c "
        "JOIN parcel AS p ON p.parcel_code = c.parcel_code WHERE p.park_code IS NOT NULL"
    )
    op.execute(
        "WITH RECURSIVE chain (contract_no, root) AS (SELECT contract_no, amends FROM contract WHERE amends IS NOT NULL "
        "UNION SELECT chain.contract_no, c.amends FROM chain JOIN contract AS c ON c.contract_no = chain.root "
        "WHERE c.amends IS NOT NULL) "
        "INSERT INTO contract_park SELECT DISTINCT chain.contract_no, k.park_code FROM chain "
        "JOIN contract_park AS k ON k.contract_no = chain.root ON CONFLICT DO NOTHING"
    )


def _of_program() -> None:
    """Move the rights of the role that connects to the role of the program."""
    for rights, kind, schema in (
        ("SELECT, INSERT, UPDATE", "TABLES", "public"),
        ("USAGE, SELECT", "SEQUENCES", "public"),
        ("SELECT, INSERT, UPDATE, DELETE, TRUNCATE", "TABLES", "staging"),
        ("SELECT, INSERT, UPDATE, DELETE", "TABLES", "jobs"),
        ("USAGE, SELECT", "SEQUENCES", "jobs"),
    ):
        op.execute(f"GRANT {rights} ON {_ours(kind, schema)} TO {SYSTEM}")
        op.execute(f"REVOKE ALL ON {_ours(kind, schema)} FROM {APP}")
        if schema != "jobs":
            op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} REVOKE ALL ON {kind} FROM {APP}")
            op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {rights} ON {kind} TO {SYSTEM}")
    op.execute(f"REVOKE ALL ON resting_index FROM {SYSTEM}")
    op.execute(f"REVOKE INSERT, UPDATE ON alembic_version FROM {SYSTEM}")
    op.execute(f"GRANT SELECT ON alembic_version TO {APP}")
    op.execute(f"GRANT USAGE ON SCHEMA public, staging, jobs TO {SYSTEM}")
    for name in ("refresh_statistics(text[])", "rest_indexes(text)", "wake_indexes(text)"):
        op.execute(f"REVOKE ALL ON FUNCTION public.{name} FROM {APP}")
        op.execute(f"GRANT EXECUTE ON FUNCTION public.{name} TO {SYSTEM}")


def _of_persons() -> None:
    conditions = _conditions()
    everybody = ", ".join((*BUREAU, AUDITOR, PLANNER, COMMITTEE, "landstock_admin", "landstock_sign_in"))
    op.execute(f"GRANT USAGE ON SCHEMA public TO {everybody}")
    op.execute(f"GRANT SELECT ON alembic_version TO {everybody}")
    for table in (*READ, *INTAKE, "contract_park"):
        readers = (*BUREAU, AUDITOR) if table in INTAKE else (*BUREAU, AUDITOR, PLANNER)
        for role in readers:
            _grant(role, table)
        _protect(table)
        op.execute(f"CREATE POLICY all_rows ON {table} FOR SELECT TO {', '.join(readers)} USING (true)")
        if table in conditions:
            _grant(COMMITTEE, table)
            op.execute(
                f"CREATE POLICY own_parks ON {table} FOR SELECT TO {COMMITTEE} USING ({conditions[table]})"
            )
    _protect("resting_index")
    op.execute("CREATE POLICY of_owner ON resting_index TO landstock_owner USING (true) WITH CHECK (true)")
    bureau = ", ".join(BUREAU)
    for table in WRITTEN_BY_BUREAU:
        op.execute(f"GRANT INSERT, UPDATE ON {table} TO {bureau}")
        op.execute(f"CREATE POLICY new_rows ON {table} FOR INSERT TO {bureau} WITH CHECK (true)")
        op.execute(
            f"CREATE POLICY changed_rows ON {table} FOR UPDATE TO {bureau} USING (true) WITH CHECK (true)"
        )
    op.execute(f"GRANT USAGE ON SCHEMA jobs, staging TO {bureau}, {AUDITOR}")
    op.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA staging TO {bureau}, {AUDITOR}")
    op.execute(f"GRANT DELETE ON ALL TABLES IN SCHEMA staging TO {bureau}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO {bureau}")
    op.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA jobs TO {bureau}")


def _columns(table: str) -> list[tuple[str, str]]:
    found = op.get_bind().exec_driver_sql(
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute AS a WHERE a.attrelid = "
        "to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
        (f"public.{table}",),
    )
    return [(row[0], row[1]) for row in found]


def _planner_views() -> None:
    """Put views before the tables with prices: a planner's transaction looks there first, and finds no price."""
    op.execute("CREATE SCHEMA planner")
    op.execute(f"GRANT USAGE ON SCHEMA planner TO {PLANNER}")
    for table in PLANNER_TABLES:
        withheld = WITHHELD[PLANNER][table]
        columns = ", ".join(
            f'NULL::{kind} AS "{name}"'
            if name in withheld
            else f'{BLANKED.get((table, name), f"{table}.{_quoted(name)}")} AS "{name}"'
            for name, kind in _columns(table)
        )
        op.execute(
            f"CREATE VIEW planner.{table} WITH (security_invoker = true) AS SELECT {columns} FROM public.{table}"
        )
        op.execute(f"GRANT SELECT ON planner.{table} TO {PLANNER}")


def _quoted(name: str) -> str:
    return f'"{name}"'


def _protect(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    """Give the role that connects its rights back."""
    conditions = _conditions()
    bureau = BUREAU
    op.execute("DROP SCHEMA planner CASCADE")
    for table in (*READ, *INTAKE, "contract_park", "resting_index"):
        written = ("new_rows", "changed_rows") if table in WRITTEN_BY_BUREAU else ()
        names = ("of_owner",) if table == "resting_index" else ("all_rows", *written)
        for name in (*names, *(("own_parks",) if table in conditions else ())):
            op.execute(f"DROP POLICY {name} ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    persons = ", ".join((*bureau, AUDITOR, PLANNER, COMMITTEE, "landstock_admin", "landstock_sign_in"))
    for schema in ("public", "staging", "jobs"):
        for kind in ("TABLES",) if schema == "staging" else ("TABLES", "SEQUENCES"):
            op.execute(f"REVOKE ALL ON {_ours(kind, schema)} FROM {persons}, {SYSTEM}")
        op.execute(f"REVOKE ALL ON SCHEMA {schema} FROM {persons}, {SYSTEM}")
    for rights, kind, schema in (
        ("SELECT, INSERT, UPDATE", "TABLES", "public"),
        ("USAGE, SELECT", "SEQUENCES", "public"),
        ("SELECT, INSERT, UPDATE, DELETE, TRUNCATE", "TABLES", "staging"),
        ("SELECT, INSERT, UPDATE, DELETE", "TABLES", "jobs"),
        ("USAGE, SELECT", "SEQUENCES", "jobs"),
    ):
        op.execute(f"GRANT {rights} ON {_ours(kind, schema)} TO {APP}")
        if schema != "jobs":
            op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} REVOKE ALL ON {kind} FROM {SYSTEM}")
            op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {rights} ON {kind} TO {APP}")
    op.execute(f"REVOKE ALL ON resting_index FROM {APP}")
    op.execute(f"REVOKE INSERT, UPDATE ON alembic_version FROM {APP}")
    for name in ("refresh_statistics(text[])", "rest_indexes(text)", "wake_indexes(text)"):
        op.execute(f"REVOKE ALL ON FUNCTION public.{name} FROM {SYSTEM}")
        op.execute(f"GRANT EXECUTE ON FUNCTION public.{name} TO {APP}")
    op.drop_table("contract_park")
