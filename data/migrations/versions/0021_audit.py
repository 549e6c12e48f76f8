"""The log: who did what when, in the transaction of the change; sealed afterwards in a chain of hashes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SYSTEM, AUDITOR = "landstock_system", "landstock_auditor"
PERSONS = ("clerk", "approver", "committee", "planner", "auditor", "admin", "sign_in")
TABLES = ("audit_event", "audit_seal", "audit_sealed")

LOGGED = {
    # table -> (events, the column that names a row, columns that are left out)
    "account": ("INSERT OR UPDATE OR DELETE", "name", "{}"),
    "account_park": ("INSERT OR UPDATE OR DELETE", "account_id", "{}"),
    "api_token": ("INSERT OR UPDATE OF revoked_at, scope, until, token_hash OR DELETE", "token_id", "{used_at}"),
    "session": ("INSERT OR DELETE", "account_id", "{token_hash,seen_at}"),
    "sign_in_attempt": ("INSERT", "name", "{attempt_id,at}"),
    "correction": ("INSERT OR UPDATE OR DELETE", "row_key", "{}"),
    "supplier_mapping": ("INSERT OR UPDATE OR DELETE", "supplier", "{mapping}"),
    "delivery": ("INSERT OR UPDATE OR DELETE", "delivery_id", "{options}"),
    "publication": ("INSERT OR UPDATE OR DELETE", "publication_id", "{}"),
    "analysis_run": ("INSERT OR UPDATE OR DELETE", "run_id", "{rules,cited}"),
    "import_job": ("INSERT OR UPDATE OF state, cancel_asked OR DELETE", "job_id",
                   "{answers,result,done,total,heartbeat_at,stage,stage_at,worker,started_at,finished_at}"),
}  # fmt: skip

FUNCTION = """
CREATE FUNCTION public.write_log() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
DECLARE
    left_out text[] := TG_ARGV[1];
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - left_out END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - left_out END;
    key text := coalesce(after, before) ->> TG_ARGV[0];
    secret text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(b.key, b.value), jsonb_object_agg(b.key, after -> b.key) INTO before, after
        FROM jsonb_each(before) AS b WHERE b.value IS DISTINCT FROM after -> b.key;
        IF before IS NULL THEN
            RETURN NULL;  -- nothing changed that is written down
        END IF;
    END IF;
    FOREACH secret IN ARRAY ARRAY['password_hash', 'code_hash', 'token_hash'] LOOP
        IF before -> secret <> 'null' THEN before := jsonb_set(before, ARRAY[secret], '"***"'); END IF;
        IF after -> secret <> 'null' THEN after := jsonb_set(after, ARRAY[secret], '"***"'); END IF;
    END LOOP;
    INSERT INTO audit_event (action, object, object_key, old, new, reason)
    VALUES (lower(TG_OP), TG_TABLE_NAME, key, before, after, coalesce(after ->> 'end_reason', after ->> 'reason'));
    RETURN NULL;
END $body$
"""
KEPT = """
CREATE FUNCTION public.keep_log() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
BEGIN
    RAISE EXCEPTION 'the log is only written on, never changed' USING ERRCODE = 'insufficient_privilege';
END $body$
"""


def upgrade() -> None:
    """Apply."""
    setting = "nullif(current_setting('landstock.{}', true), '')"
    op.create_table(
        "audit_event",
        sa.Column("event_id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("person", sa.Text, server_default=sa.text(f"coalesce({setting.format('person')}, 'system')"),
                  nullable=False),
        sa.Column("role", sa.Text, server_default=sa.text("CURRENT_USER"), nullable=False),
        sa.Column("account_id", sa.BigInteger, server_default=sa.text(f"coalesce({setting.format('account')}, '0')::bigint"),
                  nullable=False),
        sa.Column("request", sa.Text, server_default=sa.text(f"coalesce({setting.format('request')}, '')"),
                  nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("object_key", sa.Text),
        sa.Column("old", JSONB),
        sa.Column("new", JSONB),
        sa.Column("reason", sa.Text),
        sa.Index("ix_audit_event_at", "at"),
        sa.Index("ix_audit_event_person", "person", "event_id"),
        sa.Index("ix_audit_event_object", "object", "object_key"),
    )  # fmt: skip
    op.create_table(
        "audit_seal",
        sa.Column("seal_id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )  # fmt: skip
    op.create_table(
        "audit_sealed",
        sa.Column("event_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("seal_id", sa.BigInteger, index=True, nullable=False),
    )
    op.execute(FUNCTION)
    op.execute(KEPT)
    _rights()
    for table, (events, key, left_out) in LOGGED.items():
        op.execute(
            f"CREATE TRIGGER write_log AFTER {events} ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION public.write_log('{key}', '{left_out}')"
        )


def _rights() -> None:
    persons = ", ".join(f"landstock_{name}" for name in PERSONS)
    for table in TABLES:
        op.execute(f"REVOKE ALL ON {table} FROM {SYSTEM}")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT ON {table} TO {AUDITOR}")
        op.execute(f"CREATE POLICY all_rows ON {table} FOR SELECT TO {AUDITOR} USING (true)")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {SYSTEM}")
        op.execute(
            f"CREATE TRIGGER keep_log BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION public.keep_log()"
        )
    op.execute(f"GRANT INSERT ON audit_event TO {persons}")
    # Nobody writes in another's name: what is written is what the transaction says of itself.
    op.execute(
        f"CREATE POLICY own_name ON audit_event FOR INSERT TO {persons} WITH CHECK (role = CURRENT_USER AND "
        "person = coalesce(nullif(current_setting('landstock.person', true), ''), 'system') AND "
        "account_id = coalesce(nullif(current_setting('landstock.account', true), ''), '0')::bigint)"
    )


def downgrade() -> None:
    """Take back."""
    for table in LOGGED:
        op.execute(f"DROP TRIGGER write_log ON {table}")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DROP FUNCTION public.write_log()")
    op.execute("DROP FUNCTION public.keep_log()")
