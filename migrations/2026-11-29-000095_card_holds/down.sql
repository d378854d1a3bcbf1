ALTER TABLE test_gateway_payments
    DROP COLUMN captured_by,
    DROP COLUMN captured_minor,
    DROP COLUMN holds,
    DROP CONSTRAINT test_gateway_payments_state_check,
    ADD CONSTRAINT test_gateway_payments_state_check CHECK (state IN ('open', 'needs_authentication', 'charged', 'declined'));
DROP INDEX top_ups_held_through;
DROP INDEX top_ups_held_by;
DROP INDEX top_ups_held_until;
DROP INDEX top_ups_holds_of;
ALTER TABLE top_ups
    DROP COLUMN take_minor,
    DROP COLUMN held_until,
    DROP COLUMN holds,
    DROP CONSTRAINT top_ups_state_check,
    ADD CONSTRAINT top_ups_state_check CHECK (state IN ('created', 'pending', 'unknown', 'settled', 'declined'));
CREATE OR REPLACE FUNCTION ledger_goes_back(p_debit text, p_credit text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT p_credit IN ('revenue', 'tax', 'chargebacks', 'disputed', 'gateway')
        OR (p_debit IN ('earnings', 'tips', 'payable') AND p_credit IN ('wallet', 'order', 'refunds'))
        OR (p_debit = 'paying_out' AND p_credit = 'payable')
        OR (p_debit IN ('earnings', 'payable') AND p_credit = 'earnings')
        OR (p_debit = 'payable' AND p_credit = 'payable')
$$;
ALTER TABLE ledger_accounts
    DROP CONSTRAINT of_an_order,
    ADD CONSTRAINT of_an_order CHECK (
        CASE WHEN kind IN ('order', 'disputed') THEN order_id IS NOT NULL ELSE kind = 'gateway' OR order_id IS NULL END),
    DROP CONSTRAINT ledger_accounts_kind_check,
    ADD CONSTRAINT ledger_accounts_kind_check CHECK (kind IN (
        'wallet', 'order', 'earnings', 'tips', 'payable', 'paying_out', 'disputed',
        'revenue', 'tax', 'gateway', 'refunds', 'chargebacks', 'bank'));
