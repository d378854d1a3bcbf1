DROP TABLE gateway_inbox;
DROP INDEX top_ups_by_reference, top_ups_by_charge;
ALTER TABLE top_ups DROP COLUMN account_id, DROP COLUMN pay_fields, DROP COLUMN charge;
DROP TABLE gateway_accounts;
ALTER TABLE tenants DROP COLUMN money_mode;
