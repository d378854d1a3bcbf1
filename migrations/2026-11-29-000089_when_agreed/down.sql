ALTER TABLE call_extensions DROP COLUMN agreed_at;
