-- An order, or credit for a talk, can be paid by money that a card only holds: what is due is taken once that is over, the
-- rest is let go.

-- The other side of holds, at one payment provider: negative by what is held there and not yet taken.
ALTER TABLE ledger_accounts
    DROP CONSTRAINT ledger_accounts_kind_check,
    ADD CONSTRAINT ledger_accounts_kind_check CHECK (kind IN (
        'wallet', 'order', 'earnings', 'tips', 'payable', 'paying_out', 'disputed',
        'revenue', 'tax', 'gateway', 'authorised', 'refunds', 'chargebacks', 'bank')),
    DROP CONSTRAINT of_an_order,
    ADD CONSTRAINT of_an_order CHECK (CASE
        WHEN kind IN ('order', 'disputed') THEN order_id IS NOT NULL
        ELSE kind IN ('gateway', 'authorised') OR order_id IS NULL END);

-- What was held goes back from a frozen account, too.
CREATE OR REPLACE FUNCTION ledger_goes_back(p_debit text, p_credit text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT p_credit IN ('revenue', 'tax', 'chargebacks', 'disputed', 'gateway', 'authorised')
        OR (p_debit IN ('earnings', 'tips', 'payable') AND p_credit IN ('wallet', 'order', 'refunds'))
        OR (p_debit = 'paying_out' AND p_credit = 'payable')
        OR (p_debit IN ('earnings', 'payable') AND p_credit = 'earnings')
        OR (p_debit = 'payable' AND p_credit = 'payable')
$$;

-- What is held stays until then at the latest, and so much of it is taken, once that is known.
ALTER TABLE top_ups
    DROP CONSTRAINT top_ups_state_check,
    ADD CONSTRAINT top_ups_state_check CHECK (state IN (
        'created', 'pending', 'unknown', 'held', 'settled', 'declined', 'released')),
    ADD COLUMN holds boolean NOT NULL DEFAULT false,
    ADD COLUMN held_until timestamptz,
    ADD COLUMN take_minor bigint CHECK (take_minor >= 0),
    ADD CHECK (holds OR state NOT IN ('held', 'released')),
    ADD CHECK (NOT holds OR extension_id IS NULL);
CREATE INDEX top_ups_holds_of ON top_ups (tenant_id, booking_id) WHERE held_until IS NOT NULL AND booking_id IS NOT NULL;
CREATE INDEX top_ups_held_until ON top_ups (held_until, id) WHERE state = 'held';
CREATE INDEX top_ups_held_by ON top_ups (tenant_id, user_id) WHERE state = 'held';
CREATE INDEX top_ups_held_through ON top_ups (tenant_id, account_id) WHERE state = 'held';

-- The built-in gateway holds, too.
ALTER TABLE test_gateway_payments
    DROP CONSTRAINT test_gateway_payments_state_check,
    ADD CONSTRAINT test_gateway_payments_state_check CHECK (state IN (
        'open', 'needs_authentication', 'held', 'charged', 'declined', 'released')),
    ADD COLUMN holds boolean NOT NULL DEFAULT false,
    ADD COLUMN captured_minor bigint CHECK (captured_minor > 0),
    ADD COLUMN captured_by text;
