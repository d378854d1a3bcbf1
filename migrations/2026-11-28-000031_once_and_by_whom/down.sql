CREATE INDEX unread_notifications ON notifications (tenant_id, user_id) WHERE read_at IS NULL;
DROP INDEX unread_once;
ALTER TABLE audit_log DROP CONSTRAINT audit_log_actor_kind_check,
    ADD CONSTRAINT audit_log_actor_kind_check CHECK (actor_kind IN ('platform', 'staff', 'system')) NOT VALID;
