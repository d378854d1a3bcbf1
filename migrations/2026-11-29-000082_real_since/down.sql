REVOKE UPDATE (money_mode) ON tenants FROM tallyroom_app;
ALTER TABLE tenants DROP COLUMN live_since;
