DROP INDEX platform_audit_log_in_order, audit_log_of_all, users_by_time, reviews_by_time, conversations_by_time, calls_by_time;
REVOKE DELETE ON platform_staff FROM tallyroom_system;
ALTER TABLE platform_staff DROP COLUMN wrong_codes, DROP COLUMN wrong_code_at;
ALTER TABLE staff DROP COLUMN accepted_at;
