-- Somebody is on the staff once they have said yes, not when they were asked: an address that is proved some other way
-- proves nothing about its staff's rights. Whoever has a proved address by now has said yes.
ALTER TABLE staff ADD COLUMN accepted_at timestamptz;
-- Migrations run as the tables' owner, whom forced policies hide every row from.
ALTER TABLE staff NO FORCE ROW LEVEL SECURITY;
ALTER TABLE users NO FORCE ROW LEVEL SECURITY;
UPDATE staff s SET accepted_at = u.verified_at
    FROM users u WHERE u.tenant_id = s.tenant_id AND u.id = s.user_id AND u.verified_at IS NOT NULL;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
ALTER TABLE staff FORCE ROW LEVEL SECURITY;

-- Codes of the second factor that were wrong, one after the other: whoever guesses has to wait.
ALTER TABLE platform_staff
    ADD COLUMN wrong_codes integer NOT NULL DEFAULT 0 CHECK (wrong_codes >= 0),
    ADD COLUMN wrong_code_at timestamptz;
GRANT DELETE ON platform_staff TO tallyroom_system;

-- The consoles' lists page through a tenant's rows, newest first. No id at the end: the planner might take these for as
-- good as the key.
CREATE INDEX calls_by_time ON calls (tenant_id, rang_at);
CREATE INDEX conversations_by_time ON conversations (tenant_id, last_at);
CREATE INDEX reviews_by_time ON reviews (tenant_id, at) WHERE author = 'buyer';
CREATE INDEX users_by_time ON users (tenant_id, created_at);
-- The platform's log is that of all tenants and its own, read as one.
CREATE INDEX audit_log_of_all ON audit_log (at, id);
CREATE INDEX platform_audit_log_in_order ON platform_audit_log (at, id);
