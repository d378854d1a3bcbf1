-- Payouts go by hand, by a file for Payoneer, or by transfers at Stripe that are made by themselves. Of those, what Stripe
-- calls each is kept, and through which account a batch goes.
ALTER TABLE payout_methods DROP CONSTRAINT payout_methods_kind_check,
    ADD CONSTRAINT payout_methods_kind_check CHECK (kind IN ('iban', 'account', 'payoneer', 'stripe'));
ALTER TABLE payout_batches ADD COLUMN account_id uuid,
    ADD CONSTRAINT payout_batches_method_check CHECK (method IN ('manual', 'payoneer', 'stripe_connect')),
    ADD CONSTRAINT payout_batches_account_check CHECK ((method = 'stripe_connect') = (account_id IS NOT NULL)),
    ADD FOREIGN KEY (tenant_id, account_id) REFERENCES gateway_accounts (tenant_id, id);
ALTER TABLE payouts ADD COLUMN reference text NOT NULL DEFAULT '';
