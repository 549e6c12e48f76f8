"""Entries of the log that are older than they have to be kept may leave it; their seals stay and still hold."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

SYSTEM, AUDITOR, OWNER = "landstock_system", "landstock_auditor", "landstock_owner"
LEAST_DAYS = 180
FORGET = f"""
CREATE FUNCTION public.forget_log(days integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $body$
DECLARE
    chosen bigint[];
    gone bigint;
BEGIN
    IF days IS NULL OR days < {LEAST_DAYS} THEN
        RAISE EXCEPTION 'entries of the log are kept for at least {LEAST_DAYS} days' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Whole seals only, the oldest first: what is left is a chain without a hole.
    SELECT array_agg(a.seal_id) INTO chosen FROM audit_seal AS a
    WHERE a.sealed_at < now() - make_interval(days => days)
        AND NOT EXISTS (SELECT FROM audit_forgotten AS f WHERE f.seal_id = a.seal_id)
        AND NOT EXISTS (
            SELECT FROM audit_sealed AS s JOIN audit_event AS e ON e.event_id = s.event_id
            WHERE s.seal_id <= a.seal_id AND e.at >= now() - make_interval(days => days)
        );
    IF chosen IS NULL THEN
        RETURN 0;
    END IF;
    INSERT INTO audit_forgotten (seal_id, n, digest)
    SELECT c.seal_id, b.n, b.digest FROM unnest(chosen) AS c(seal_id) CROSS JOIN LATERAL audit_digest(c.seal_id) AS b;
    PERFORM set_config('landstock.forgetting', 'on', true);
    DELETE FROM audit_event AS e USING audit_sealed AS s WHERE s.event_id = e.event_id AND s.seal_id = ANY (chosen);
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM audit_sealed WHERE seal_id = ANY (chosen);
    PERFORM set_config('landstock.forgetting', '', true);
    RETURN gone;
END $body$
"""
DIGEST = """
CREATE FUNCTION public.audit_digest(seal bigint, OUT n bigint, OUT digest text)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $body$
    SELECT
        count(*),
        encode(sha256(convert_to(coalesce(string_agg(
            jsonb_build_array(
                e.event_id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.person, e.role,
                e.account_id, e.request, e.action, e.object, e.object_key, e.old, e.new, e.reason
            )::text, E'\\n' ORDER BY e.event_id
        ), ''), 'UTF8')), 'hex')
    FROM audit_sealed AS s
    JOIN audit_event AS e ON e.event_id = s.event_id
    WHERE s.seal_id = seal
$body$
"""
KEPT = """
CREATE OR REPLACE FUNCTION public.keep_log() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME <> 'audit_seal' AND CURRENT_USER = 'landstock_owner'
        AND current_setting('landstock.forgetting', true) = 'on' THEN
        RETURN NULL;  -- by forget_log, which keeps the digest
    END IF;
    RAISE EXCEPTION 'the log is only written on, never changed' USING ERRCODE = 'insufficient_privilege';
END $body$
"""
KEPT_BEFORE = """
CREATE OR REPLACE FUNCTION public.keep_log() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
BEGIN
    RAISE EXCEPTION 'the log is only written on, never changed' USING ERRCODE = 'insufficient_privilege';
END $body$
"""
TABLES = ("audit_event", "audit_sealed", "audit_seal", "audit_forgotten")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit_forgotten",
        sa.Column("seal_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )  # fmt: skip
    op.execute("ALTER TABLE audit_forgotten ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE audit_forgotten FORCE ROW LEVEL SECURITY")
    op.execute(f"REVOKE UPDATE ON audit_forgotten FROM {SYSTEM}")
    op.execute(f"GRANT SELECT ON audit_forgotten TO {AUDITOR}")
    op.execute(f"CREATE POLICY all_rows ON audit_forgotten FOR SELECT TO {AUDITOR} USING (true)")
    op.execute(
        "CREATE TRIGGER keep_log BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_forgotten "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.keep_log()"
    )
    for table in TABLES:
        op.execute(f"CREATE POLICY of_owner ON {table} TO {OWNER} USING (true) WITH CHECK (true)")
    op.execute(DIGEST)
    op.execute(FORGET)
    op.execute(KEPT)
    op.execute("REVOKE EXECUTE ON FUNCTION public.forget_log(integer) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION public.forget_log(integer) TO {SYSTEM}")


def downgrade() -> None:
    """Take back."""
    op.execute(KEPT_BEFORE)
    op.execute("DROP FUNCTION public.forget_log(integer)")
    op.execute("DROP FUNCTION public.audit_digest(bigint)")
    for table in TABLES[:3]:
        op.execute(f"DROP POLICY of_owner ON {table}")
    op.drop_table("audit_forgotten")
