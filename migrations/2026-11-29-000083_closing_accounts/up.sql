-- The keys of an account that was removed stay, sealed, until nothing of its payments can come back any more.
ALTER TABLE gateway_accounts DROP CONSTRAINT gateway_accounts_check,
    ADD CONSTRAINT keys_until_it_is_removed CHECK (sealed_keys IS NOT NULL OR removed_at IS NOT NULL);

-- A bank's claim may be known before its payment is: it is found by the charge's name, and linked then.
CREATE INDEX chargebacks_unlinked ON chargebacks (charge, tenant_id) WHERE top_up_id IS NULL;
GRANT UPDATE (top_up_id, buyer_id) ON chargebacks TO tallyroom_app;
