-- The same notification is unread once, also when two tell it at the same moment. Of those that are there twice the
-- newest stays unread.
ALTER TABLE notifications NO FORCE ROW LEVEL SECURITY;
UPDATE notifications older SET read_at = created_at
WHERE read_at IS NULL AND EXISTS (
    SELECT FROM notifications newer
    WHERE newer.tenant_id = older.tenant_id AND newer.user_id = older.user_id AND newer.event = older.event
      AND newer.link = older.link AND newer.read_at IS NULL
      AND (newer.created_at, newer.id) > (older.created_at, older.id));
ALTER TABLE notifications FORCE ROW LEVEL SECURITY;
CREATE UNIQUE INDEX unread_once ON notifications (tenant_id, user_id, event, link) WHERE read_at IS NULL;
-- It begins as that one does.
DROP INDEX unread_notifications;

-- A job that is done needs the token of its link no more: what is stored of tokens are hashes.
ALTER TABLE jobs NO FORCE ROW LEVEL SECURITY;
UPDATE jobs
SET payload = jsonb_set(payload, '{link}', to_jsonb(regexp_replace(payload->>'link', '([?]token=).*', '\1')))
WHERE state = 'done' AND payload->>'link' LIKE '%?token=%';
ALTER TABLE jobs FORCE ROW LEVEL SECURITY;

-- Sellers and those who look after studios aren't the tenant's staff.
ALTER TABLE audit_log DROP CONSTRAINT audit_log_actor_kind_check,
    ADD CONSTRAINT audit_log_actor_kind_check CHECK (actor_kind IN ('platform', 'staff', 'member', 'system'));
