-- The digest of the entries of one seal, in their order.
--
-- Parameters  :seal  bigint   the seal
-- Returns     n, digest: SHA-256 (hexadecimal) of one line an entry; JSON with sorted keys, so that equal entries
--             give equal lines on every server
-- Indexes     ix_audit_sealed_seal_id, pk_audit_event
SELECT
    count(*) AS n,
    encode(sha256(convert_to(coalesce(string_agg(
        jsonb_build_array(
            e.event_id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.person, e.role, e.account_id,
            e.request, e.action, e.object, e.object_key, e.old, e.new, e.reason
        )::text, E'\n' ORDER BY e.event_id
    ), ''), 'UTF8')), 'hex') AS digest
FROM audit_sealed AS s
JOIN audit_event AS e ON e.event_id = s.event_id
WHERE s.seal_id = :seal
