ALTER TABLE ledger_accounts
    DROP CONSTRAINT wallet_never_negative,
    ADD CONSTRAINT wallet_never_negative CHECK (kind NOT IN ('wallet', 'order') OR balance_minor >= held_minor),
    DROP CONSTRAINT ledger_accounts_check,
    ADD CONSTRAINT ledger_accounts_check CHECK ((kind IN ('wallet', 'earnings', 'order')) = (owner_id IS NOT NULL)),
    DROP CONSTRAINT of_an_order,
    ADD CONSTRAINT of_an_order CHECK ((kind = 'order') = (order_id IS NOT NULL)),
    DROP CONSTRAINT ledger_accounts_kind_check,
    ADD CONSTRAINT ledger_accounts_kind_check CHECK (kind IN ('wallet', 'earnings', 'revenue', 'gateway', 'order'));
