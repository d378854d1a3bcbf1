-- Many direct transfers at once, each as `ledger_move` does one: what is known already is left as it is. All accounts are
-- locked first, in the order of their ids, and each is written once. Gives how many moved.
CREATE FUNCTION ledger_move_many(
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
