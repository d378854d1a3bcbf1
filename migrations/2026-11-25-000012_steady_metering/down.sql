CREATE INDEX ledger_transfers_by_debit ON ledger_transfers (tenant_id, debit_id, at);
CREATE INDEX ledger_transfers_by_credit ON ledger_transfers (tenant_id, credit_id, at);
CREATE INDEX ledger_transfers_by_leg ON ledger_transfers (tenant_id, leg_id, block_no) WHERE leg_id IS NOT NULL;
DROP INDEX ledger_transfers_of_debit, ledger_transfers_of_credit, ledger_transfers_of_leg;

CREATE OR REPLACE FUNCTION meter_tick(
    p_tenants uuid[], p_legs uuid[], p_blocks integer[], p_kinds smallint[], p_amounts bigint[],
    p_commissions bigint[], p_at timestamptz
) RETURNS TABLE (leg_id uuid, block_no integer, kind smallint, outcome text, available_minor bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM 1 FROM ledger_accounts a
    WHERE (a.tenant_id, a.id) IN (
        SELECT l.tenant_id, account FROM unnest(p_tenants, p_legs) AS o (tenant, leg)
        JOIN call_legs l ON l.tenant_id = o.tenant AND l.id = o.leg
        CROSS JOIN LATERAL (VALUES (l.payer_id), (l.payee_id), (l.revenue_id)) AS side (account))
    ORDER BY a.tenant_id, a.id FOR UPDATE;

    IF 0 = ANY (p_kinds) THEN
        -- The same operation may come twice in a tick: only its first counts.
        WITH ordered AS (
            SELECT DISTINCT ON (tenant, leg, block) tenant, leg, block, amount, place
            FROM unnest(p_tenants, p_legs, p_blocks, p_kinds, p_amounts)
                WITH ORDINALITY AS o (tenant, leg, block, kind, amount, place)
            WHERE kind = 0 ORDER BY tenant, leg, block, place
        ), wanted AS (
            SELECT l.tenant_id, l.id AS leg, o.block, o.amount, l.payer_id, l.payee_id,
                   meter_hold_id(l.id, o.block) AS hold_id,
                   sum(o.amount) OVER (PARTITION BY l.tenant_id, l.payer_id ORDER BY o.place) AS needed
            FROM ordered o
            JOIN call_legs l ON l.tenant_id = o.tenant AND l.id = o.leg
            WHERE NOT EXISTS (
                SELECT 1 FROM ledger_transfers t
                WHERE t.tenant_id = l.tenant_id AND t.id = meter_hold_id(l.id, o.block))
        ), granted AS (
            SELECT w.* FROM wanted w
            JOIN ledger_accounts a ON a.tenant_id = w.tenant_id AND a.id = w.payer_id
            WHERE w.needed <= a.balance_minor - a.held_minor
        ), held AS (
            INSERT INTO ledger_transfers
                (tenant_id, id, phase, kind, debit_id, credit_id, amount_minor, leg_id, block_no, at)
            SELECT tenant_id, hold_id, 'pending', 'call_time', payer_id, payee_id, amount, leg, block, p_at FROM granted
        )
        UPDATE ledger_accounts a SET held_minor = a.held_minor + g.amount
        FROM (SELECT tenant_id, payer_id, sum(amount)::bigint AS amount FROM granted GROUP BY 1, 2) g
        WHERE a.tenant_id = g.tenant_id AND a.id = g.payer_id;
    END IF;

    IF 1 = ANY (p_kinds) OR 2 = ANY (p_kinds) THEN
        WITH ordered AS (
            SELECT DISTINCT ON (tenant, leg, block) tenant, leg, block, kind, amount, commission
            FROM unnest(p_tenants, p_legs, p_blocks, p_kinds, p_amounts, p_commissions)
                WITH ORDINALITY AS o (tenant, leg, block, kind, amount, commission, place)
            WHERE kind IN (1, 2) ORDER BY tenant, leg, block, place
        ), resolved AS (
            SELECT l.*, o.block, o.kind, least(o.amount, h.amount_minor) AS amount, o.commission,
                   h.id AS hold_id, h.amount_minor AS held
            FROM ordered o
            JOIN call_legs l ON l.tenant_id = o.tenant AND l.id = o.leg
            JOIN ledger_transfers h ON h.tenant_id = l.tenant_id AND h.id = meter_hold_id(l.id, o.block)
            WHERE NOT EXISTS (
                SELECT 1 FROM ledger_transfers t
                WHERE t.tenant_id = l.tenant_id AND t.id = md5(h.id || ':resolution')::uuid)
        ), resolution AS (
            INSERT INTO ledger_transfers
                (tenant_id, id, phase, kind, debit_id, credit_id, amount_minor, hold_id, leg_id, block_no, at)
            SELECT tenant_id, md5(hold_id || ':resolution')::uuid,
                   CASE kind WHEN 1 THEN 'posted' ELSE 'voided' END::ledger_phase, 'call_time', payer_id, payee_id,
                   CASE kind WHEN 1 THEN amount ELSE 0 END, hold_id, id, block, p_at FROM resolved
        ), commission AS (
            INSERT INTO ledger_transfers
                (tenant_id, id, phase, kind, debit_id, credit_id, amount_minor, leg_id, block_no, at)
            SELECT tenant_id, md5(hold_id || ':commission')::uuid, 'direct', 'commission', payee_id, revenue_id,
                   commission, id, block, p_at FROM resolved WHERE kind = 1 AND commission > 0
        )
        UPDATE ledger_accounts a
        SET balance_minor = a.balance_minor + c.balance, held_minor = a.held_minor - c.held
        FROM (
            SELECT r.tenant_id, side.account, sum(side.balance)::bigint AS balance, sum(side.held)::bigint AS held
            FROM resolved r CROSS JOIN LATERAL (VALUES
                (r.payer_id, CASE r.kind WHEN 1 THEN -r.amount ELSE 0 END, r.held),
                (r.payee_id, CASE r.kind WHEN 1 THEN r.amount - r.commission ELSE 0 END, 0),
                (r.revenue_id, CASE r.kind WHEN 1 THEN r.commission ELSE 0 END, 0)
            ) AS side (account, balance, held)
            GROUP BY 1, 2
        ) c
        WHERE a.tenant_id = c.tenant_id AND a.id = c.account AND (c.balance <> 0 OR c.held <> 0);
    END IF;

    RETURN QUERY
        SELECT o.leg, o.block, o.kind,
               CASE
                   WHEN o.kind = 0 THEN CASE WHEN h.id IS NULL THEN 'refused' ELSE 'reserved' END
                   WHEN o.kind = 2 THEN 'released'
                   ELSE CASE WHEN h.id IS NULL THEN 'unknown' ELSE 'posted' END
               END,
               a.balance_minor - a.held_minor
        FROM unnest(p_tenants, p_legs, p_blocks, p_kinds) WITH ORDINALITY AS o (tenant, leg, block, kind, place)
        JOIN call_legs l ON l.tenant_id = o.tenant AND l.id = o.leg
        JOIN ledger_accounts a ON a.tenant_id = l.tenant_id AND a.id = l.payer_id
        LEFT JOIN ledger_transfers h ON h.tenant_id = l.tenant_id AND h.id = meter_hold_id(l.id, o.block)
        ORDER BY o.place;
END $$;
