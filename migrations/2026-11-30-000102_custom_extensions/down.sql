REVOKE UPDATE (from_s) ON call_extensions FROM tallyroom_app;
ALTER TABLE call_extensions DROP COLUMN from_s;
