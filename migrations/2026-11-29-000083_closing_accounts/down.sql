REVOKE UPDATE (top_up_id, buyer_id) ON chargebacks FROM tallyroom_app;
DROP INDEX chargebacks_unlinked;
UPDATE gateway_accounts SET sealed_keys = NULL WHERE removed_at IS NOT NULL;
ALTER TABLE gateway_accounts DROP CONSTRAINT keys_until_it_is_removed,
    ADD CONSTRAINT gateway_accounts_check CHECK ((sealed_keys IS NULL) = (removed_at IS NOT NULL));
