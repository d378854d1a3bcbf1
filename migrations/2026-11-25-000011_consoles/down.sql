DROP TABLE subscriptions, plans, platform_audit_log, platform_sessions, platform_staff, audit_log, staff;
DROP FUNCTION wall_off_platform(regclass);
-- Forced policies would hide every row from the owner.
ALTER TABLE mail_tokens NO FORCE ROW LEVEL SECURITY;
DELETE FROM mail_tokens WHERE purpose = 'invite';
ALTER TABLE mail_tokens FORCE ROW LEVEL SECURITY;
ALTER TABLE mail_tokens
    DROP CONSTRAINT mail_tokens_purpose_check,
    ADD CONSTRAINT mail_tokens_purpose_check CHECK (purpose IN ('verify', 'reset'));
ALTER TABLE reviews DROP hidden_at, DROP hidden_reason;
ALTER TABLE users DROP suspended_at, DROP suspended_reason;
REVOKE UPDATE (name, time_zone, language, policy, min_rate_minor, max_rate_minor, brand) ON tenants FROM tallyroom_app;
ALTER TABLE tenants
    DROP state, DROP suspended_at, DROP suspended_reason, DROP delete_at, DROP vertical, DROP brand;
