ALTER TABLE tenants DROP COLUMN reply_to;
