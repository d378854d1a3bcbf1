ALTER TABLE payouts DROP COLUMN reference;
ALTER TABLE payout_batches DROP CONSTRAINT payout_batches_method_check, DROP COLUMN account_id;
ALTER TABLE payout_methods NO FORCE ROW LEVEL SECURITY;
DELETE FROM payout_methods WHERE kind = 'stripe';
ALTER TABLE payout_methods FORCE ROW LEVEL SECURITY;
ALTER TABLE payout_methods DROP CONSTRAINT payout_methods_kind_check,
    ADD CONSTRAINT payout_methods_kind_check CHECK (kind IN ('iban', 'account', 'payoneer'));
