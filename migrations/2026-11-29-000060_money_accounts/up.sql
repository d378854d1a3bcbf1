-- More accounts that money can be in: what of a seller's earnings can be paid out, what is on its way to their bank, what
-- waits for a dispute's decision, tips, tax, what is on its way back to buyers' cards, what banks took back, and what lies
-- at one payment provider. `order_id` is what the account is about: an order, a dispute, or an account at a provider.
ALTER TABLE ledger_accounts
    DROP CONSTRAINT ledger_accounts_kind_check,
    ADD CONSTRAINT ledger_accounts_kind_check CHECK (kind IN (
        'wallet', 'order', 'earnings', 'tips', 'payable', 'paying_out', 'disputed',
        'revenue', 'tax', 'gateway', 'refunds', 'chargebacks', 'bank')),
    DROP CONSTRAINT of_an_order,
    ADD CONSTRAINT of_an_order CHECK (
        CASE WHEN kind IN ('order', 'disputed') THEN order_id IS NOT NULL ELSE kind = 'gateway' OR order_id IS NULL END),
    DROP CONSTRAINT ledger_accounts_check,
    ADD CONSTRAINT ledger_accounts_check CHECK (
        (kind IN ('wallet', 'order', 'earnings', 'tips', 'payable', 'paying_out', 'disputed')) = (owner_id IS NOT NULL)),
    DROP CONSTRAINT wallet_never_negative,
    ADD CONSTRAINT wallet_never_negative CHECK (
        kind NOT IN ('wallet', 'order', 'paying_out', 'disputed') OR balance_minor >= held_minor);
