-- Staff can freeze a person's money: it isn't spent, it doesn't become payable, and it isn't paid out. Each account of the
-- person carries the mark, so that whoever moves money reads it with the row that is locked anyway.
ALTER TABLE users ADD COLUMN frozen_at timestamptz, ADD COLUMN frozen_reason text,
    ADD CONSTRAINT frozen_for_a_reason CHECK ((frozen_at IS NULL) = (frozen_reason IS NULL));
ALTER TABLE ledger_accounts ADD COLUMN frozen boolean NOT NULL DEFAULT false;
GRANT UPDATE (frozen) ON ledger_accounts TO tallyroom_app;

-- What leaves a frozen account all the same: the marketplace's own share, what buyers and banks get back, what waits for a
-- decision, and a payout that comes back. So what was agreed before is settled, and nothing is lost to those who are owed.
CREATE FUNCTION ledger_goes_back(p_debit text, p_credit text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT p_credit IN ('revenue', 'tax', 'chargebacks', 'disputed', 'gateway')
        OR (p_debit IN ('earnings', 'tips', 'payable') AND p_credit IN ('wallet', 'order', 'refunds'))
        OR (p_debit = 'paying_out' AND p_credit = 'payable')
$$;

-- An account that a frozen person gets later is frozen from its beginning. The person is read under a lock: whoever
-- freezes them meanwhile waits, and finds the account.
CREATE FUNCTION freeze_new_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.frozen := coalesce((SELECT frozen_at IS NOT NULL FROM users
        WHERE tenant_id = NEW.tenant_id AND id = NEW.owner_id FOR SHARE), false);
    RETURN NEW;
END $$;
CREATE TRIGGER frozen_with_their_owner BEFORE INSERT ON ledger_accounts FOR EACH ROW
    WHEN (NEW.kind IN ('wallet', 'earnings', 'tips', 'payable', 'paying_out')) EXECUTE FUNCTION freeze_new_account();

-- As before, but nothing leaves a frozen account. What happened already still changes nothing when it is repeated.
CREATE OR REPLACE FUNCTION ledger_move(
    p_tenant uuid, p_id uuid, p_kind text, p_debit uuid, p_credit uuid, p_amount bigint, p_at timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_alike boolean;
    v_frozen boolean;
BEGIN
    PERFORM 1 FROM ledger_accounts
        WHERE tenant_id = p_tenant AND id IN (p_debit, p_credit) ORDER BY id FOR UPDATE;
    SELECT count(*) = 2 AND count(DISTINCT currency) = 1,
           bool_or(id = p_debit AND frozen) AND NOT ledger_goes_back(
               min(kind) FILTER (WHERE id = p_debit), min(kind) FILTER (WHERE id = p_credit))
        INTO v_alike, v_frozen
        FROM ledger_accounts WHERE tenant_id = p_tenant AND id IN (p_debit, p_credit);
    IF NOT v_alike THEN
        RAISE EXCEPTION 'a transfer needs two accounts of one currency';
    END IF;
    INSERT INTO ledger_transfers (tenant_id, id, phase, kind, debit_id, credit_id, amount_minor, at)
        VALUES (p_tenant, p_id, 'direct', p_kind, p_debit, p_credit, p_amount, p_at)
        ON CONFLICT (tenant_id, id) DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF v_frozen THEN
        RAISE EXCEPTION 'the account is frozen' USING ERRCODE = 'check_violation', CONSTRAINT = 'account_frozen';
    END IF;
    UPDATE ledger_accounts a
        SET balance_minor = a.balance_minor + CASE a.id WHEN p_credit THEN p_amount ELSE -p_amount END
        WHERE a.tenant_id = p_tenant AND a.id IN (p_debit, p_credit);
    RETURN true;
END $$;

CREATE OR REPLACE FUNCTION ledger_move_many(
    p_tenant uuid, p_ids uuid[], p_kinds text[], p_debits uuid[], p_credits uuid[], p_amounts bigint[], p_ats timestamptz[]
) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_moved integer;
BEGIN
    PERFORM 1 FROM ledger_accounts
        WHERE tenant_id = p_tenant AND id = ANY (p_debits || p_credits) ORDER BY id FOR UPDATE;
    IF EXISTS (
        SELECT 1 FROM unnest(p_debits, p_credits) AS pair (debit, credit)
        LEFT JOIN ledger_accounts d ON d.tenant_id = p_tenant AND d.id = debit
        LEFT JOIN ledger_accounts c ON c.tenant_id = p_tenant AND c.id = credit
        WHERE (d.currency = c.currency) IS NOT TRUE
    ) THEN
        RAISE EXCEPTION 'a transfer needs two accounts of one currency';
    END IF;
    IF EXISTS (
        SELECT 1 FROM unnest(p_ids, p_debits, p_credits) AS one (id, debit, credit)
        JOIN ledger_accounts d ON d.tenant_id = p_tenant AND d.id = debit AND d.frozen
        JOIN ledger_accounts c ON c.tenant_id = p_tenant AND c.id = credit
        WHERE NOT ledger_goes_back(d.kind, c.kind) AND NOT EXISTS (
            SELECT 1 FROM ledger_transfers t WHERE t.tenant_id = p_tenant AND t.id = one.id)
    ) THEN
        RAISE EXCEPTION 'an account is frozen' USING ERRCODE = 'check_violation', CONSTRAINT = 'account_frozen';
    END IF;
    WITH asked AS (
        SELECT * FROM unnest(p_ids, p_kinds, p_debits, p_credits, p_amounts, p_ats)
            AS one (id, kind, debit, credit, amount, at)
    ), moved AS (
        INSERT INTO ledger_transfers (tenant_id, id, phase, kind, debit_id, credit_id, amount_minor, at)
            SELECT p_tenant, id, 'direct', kind, debit, credit, amount, at FROM asked
            ON CONFLICT (tenant_id, id) DO NOTHING
            RETURNING debit_id, credit_id, amount_minor
    ), sums AS (
        SELECT account, sum(amount) AS amount FROM (
            SELECT debit_id, -amount_minor FROM moved UNION ALL SELECT credit_id, amount_minor FROM moved
        ) AS entry (account, amount) GROUP BY account
    ), written AS (
        UPDATE ledger_accounts a SET balance_minor = a.balance_minor + sums.amount
            FROM sums WHERE a.tenant_id = p_tenant AND a.id = sums.account
    )
    SELECT count(*) INTO v_moved FROM moved;
    IF v_moved < cardinality(p_ids) AND EXISTS (
        SELECT 1 FROM unnest(p_ids, p_kinds, p_debits, p_credits, p_amounts) AS one (id, kind, debit, credit, amount)
        JOIN ledger_transfers t ON t.tenant_id = p_tenant AND t.id = one.id
        WHERE (t.kind, t.debit_id, t.credit_id, t.amount_minor) IS DISTINCT FROM (one.kind, debit, credit, amount)
    ) THEN
        RAISE EXCEPTION 'a transfer exists with other contents';
    END IF;
    RETURN v_moved;
END $$;

-- As before, but nothing is reserved in a frozen account. What was reserved is paid.
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
                WHERE a.tenant_id = w.tenant_id AND a.id = w.payer_id AND NOT a.frozen)
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
