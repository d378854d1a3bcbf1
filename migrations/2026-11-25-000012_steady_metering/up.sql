-- A ledger is asked for one tenant's transfers by id, thousands in a tick. While the planner has not counted a young
-- ledger yet, it takes an index that begins with the tenant for as good as the key, or reads the whole table, for each of
-- the calls: seconds instead of milliseconds, until the statistics are there. So no index but the key begins with the
-- tenant, and a tick looks up by the whole key, row by row (OFFSET 0 keeps a look-up one), whatever the planner believes.
CREATE INDEX ledger_transfers_of_debit ON ledger_transfers (debit_id, tenant_id, at);
CREATE INDEX ledger_transfers_of_credit ON ledger_transfers (credit_id, tenant_id, at);
CREATE INDEX ledger_transfers_of_leg ON ledger_transfers (leg_id, tenant_id, block_no) WHERE leg_id IS NOT NULL;
DROP INDEX ledger_transfers_by_debit, ledger_transfers_by_credit, ledger_transfers_by_leg;

-- As before, but each account is written once a tick, and each hold's id is made once.
CREATE OR REPLACE FUNCTION meter_tick(
    p_tenants uuid[], p_legs uuid[], p_blocks integer[], p_kinds smallint[], p_amounts bigint[],
    p_commissions bigint[], p_at timestamptz
) RETURNS TABLE (leg_id uuid, block_no integer, kind smallint, outcome text, available_minor bigint)
LANGUAGE plpgsql SET jit = off SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    v_holds uuid[] := ARRAY(
        SELECT meter_hold_id(leg, block) FROM unnest(p_legs, p_blocks) WITH ORDINALITY AS o (leg, block, place)
        ORDER BY place);
    -- What is reserved, and from whom: accounts are written at the end.
    v_tenants uuid[];
    v_payers uuid[];
    v_reserved bigint[];
BEGIN
    PERFORM 1 FROM (
        SELECT DISTINCT l.tenant_id, account
        FROM (SELECT DISTINCT * FROM unnest(p_tenants, p_legs)) AS o (tenant, leg)
        CROSS JOIN LATERAL (
            SELECT * FROM call_legs l WHERE l.tenant_id = o.tenant AND l.id = o.leg OFFSET 0) l
        CROSS JOIN LATERAL (VALUES (l.payer_id), (l.payee_id), (l.revenue_id)) AS side (account)
        ORDER BY 1, 2
    ) touched
    CROSS JOIN LATERAL (
        SELECT 1 FROM ledger_accounts a WHERE a.tenant_id = touched.tenant_id AND a.id = touched.account
        OFFSET 0 FOR UPDATE) locked;

    IF 0 = ANY (p_kinds) THEN
        -- The same operation may come twice in a tick: only its first counts.
        WITH ordered AS (
            SELECT DISTINCT ON (tenant, hold) tenant, leg, block, hold, amount, place
            FROM unnest(p_tenants, p_legs, p_blocks, v_holds, p_kinds, p_amounts)
                WITH ORDINALITY AS o (tenant, leg, block, hold, kind, amount, place)
            WHERE kind = 0 ORDER BY tenant, hold, place
        ), wanted AS (
            SELECT l.tenant_id, l.id AS leg, o.block, o.amount, o.hold, l.payer_id, l.payee_id,
                   sum(o.amount) OVER (PARTITION BY l.tenant_id, l.payer_id ORDER BY o.place) AS needed
            FROM ordered o
            CROSS JOIN LATERAL (
                SELECT * FROM call_legs l WHERE l.tenant_id = o.tenant AND l.id = o.leg OFFSET 0) l
            WHERE (SELECT t.id FROM ledger_transfers t WHERE t.tenant_id = l.tenant_id AND t.id = o.hold) IS NULL
        ), granted AS (
            SELECT w.* FROM wanted w
            WHERE w.needed <= (
                SELECT a.balance_minor - a.held_minor FROM ledger_accounts a
                WHERE a.tenant_id = w.tenant_id AND a.id = w.payer_id)
        ), held AS (
            INSERT INTO ledger_transfers
                (tenant_id, id, phase, kind, debit_id, credit_id, amount_minor, leg_id, block_no, at)
            SELECT tenant_id, hold, 'pending', 'call_time', payer_id, payee_id, amount, leg, block, p_at FROM granted
        )
        SELECT array_agg(tenant_id), array_agg(payer_id), array_agg(amount)
        INTO v_tenants, v_payers, v_reserved FROM granted;
    END IF;

    WITH ordered AS (
        SELECT DISTINCT ON (tenant, hold) tenant, leg, block, hold, kind, amount, commission
        FROM unnest(p_tenants, p_legs, p_blocks, v_holds, p_kinds, p_amounts, p_commissions)
            WITH ORDINALITY AS o (tenant, leg, block, hold, kind, amount, commission, place)
        WHERE kind IN (1, 2) ORDER BY tenant, hold, place
    ), resolved AS (
        SELECT l.*, o.block, o.kind, least(o.amount, h.amount_minor) AS amount, o.commission,
               h.id AS hold_id, h.amount_minor AS held, md5(h.id || ':resolution')::uuid AS resolution_id
        FROM ordered o
        CROSS JOIN LATERAL (
            SELECT * FROM call_legs l WHERE l.tenant_id = o.tenant AND l.id = o.leg OFFSET 0) l
        CROSS JOIN LATERAL (
            SELECT h.id, h.amount_minor FROM ledger_transfers h WHERE h.tenant_id = o.tenant AND h.id = o.hold OFFSET 0) h
        WHERE (
            SELECT t.id FROM ledger_transfers t
            WHERE t.tenant_id = l.tenant_id AND t.id = md5(h.id || ':resolution')::uuid) IS NULL
    ), resolution AS (
        INSERT INTO ledger_transfers
            (tenant_id, id, phase, kind, debit_id, credit_id, amount_minor, hold_id, leg_id, block_no, at)
        SELECT tenant_id, resolution_id, CASE kind WHEN 1 THEN 'posted' ELSE 'voided' END::ledger_phase, 'call_time',
               payer_id, payee_id, CASE kind WHEN 1 THEN amount ELSE 0 END, hold_id, id, block, p_at FROM resolved
    ), commission AS (
        INSERT INTO ledger_transfers
            (tenant_id, id, phase, kind, debit_id, credit_id, amount_minor, leg_id, block_no, at)
        SELECT tenant_id, md5(hold_id || ':commission')::uuid, 'direct', 'commission', payee_id, revenue_id,
               commission, id, block, p_at FROM resolved WHERE kind = 1 AND commission > 0
    )
    UPDATE ledger_accounts a
    SET balance_minor = a.balance_minor + c.balance, held_minor = a.held_minor + c.held
    FROM (
        SELECT tenant_id, account, sum(balance)::bigint AS balance, sum(held)::bigint AS held
        FROM (
            SELECT r.tenant_id, side.* FROM resolved r CROSS JOIN LATERAL (VALUES
                (r.payer_id, CASE r.kind WHEN 1 THEN -r.amount ELSE 0 END, -r.held),
                (r.payee_id, CASE r.kind WHEN 1 THEN r.amount - r.commission ELSE 0 END, 0),
                (r.revenue_id, CASE r.kind WHEN 1 THEN r.commission ELSE 0 END, 0)
            ) AS side (account, balance, held)
            UNION ALL
            SELECT tenant, payer, 0, reserved
            FROM unnest(v_tenants, v_payers, v_reserved) AS g (tenant, payer, reserved)
        ) change
        GROUP BY 1, 2
    ) c
    WHERE a.tenant_id = c.tenant_id AND a.id = c.account AND (c.balance <> 0 OR c.held <> 0);

    RETURN QUERY
        SELECT o.leg, o.block, o.kind,
               CASE
                   WHEN o.kind = 0 THEN CASE WHEN h.id IS NULL THEN 'refused' ELSE 'reserved' END
                   WHEN o.kind = 2 THEN 'released'
                   ELSE CASE WHEN h.id IS NULL THEN 'unknown' ELSE 'posted' END
               END,
               a.available
        FROM unnest(p_tenants, p_legs, p_blocks, v_holds, p_kinds)
            WITH ORDINALITY AS o (tenant, leg, block, hold, kind, place)
        CROSS JOIN LATERAL (
            SELECT * FROM call_legs l WHERE l.tenant_id = o.tenant AND l.id = o.leg OFFSET 0) l
        CROSS JOIN LATERAL (
            SELECT a.balance_minor - a.held_minor AS available FROM ledger_accounts a
            WHERE a.tenant_id = l.tenant_id AND a.id = l.payer_id OFFSET 0) a
        LEFT JOIN LATERAL (
            SELECT t.id FROM ledger_transfers t WHERE t.tenant_id = l.tenant_id AND t.id = o.hold OFFSET 0) h ON true
        ORDER BY o.place;
END $$;
