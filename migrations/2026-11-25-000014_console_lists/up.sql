-- What the platform's console lists of all tenants, newest first.
CREATE INDEX calls_of_all ON calls (rang_at);
CREATE INDEX users_of_all ON users (created_at);
-- What a tenant's dashboard counts: calls that ended and payments that failed in a stretch of time. Partial, so that
-- nobody looks a call up with them.
CREATE INDEX calls_by_end ON calls (tenant_id, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX top_ups_failed ON top_ups (tenant_id, updated_at) WHERE state = 'declined';

-- Visits of the platform's staff at a tenant's console, which they see and can't change. The link works once; who came
-- by it has a session that can't be prolonged. Both tokens are stored as hashes.
CREATE TABLE visits (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    link_hash bytea NOT NULL,
    -- Of the platform's staff, whom no tenant's request reaches.
    staff_id uuid NOT NULL,
    staff_name text NOT NULL,
    link_until timestamptz NOT NULL,
    session_hash bytea,
    session_until timestamptz,
    PRIMARY KEY (tenant_id, link_hash),
    CONSTRAINT entered_or_not CHECK ((session_hash IS NULL) = (session_until IS NULL))
);
CREATE UNIQUE INDEX visits_by_session ON visits (tenant_id, session_hash) WHERE session_hash IS NOT NULL;
SELECT wall_off('visits');
GRANT SELECT, UPDATE (session_hash, session_until) ON visits TO tallyroom_app;
GRANT SELECT, INSERT, DELETE ON visits TO tallyroom_system;
