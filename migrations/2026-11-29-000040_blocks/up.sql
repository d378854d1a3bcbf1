-- Who doesn't want to have to do with whom, and what people report of each other.
CREATE TABLE blocks (
    tenant_id uuid NOT NULL,
    blocker_id uuid NOT NULL,
    blocked_id uuid NOT NULL CHECK (blocked_id <> blocker_id),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, blocker_id, blocked_id),
    FOREIGN KEY (tenant_id, blocker_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, blocked_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX blocks_by_blocked ON blocks (tenant_id, blocked_id);

CREATE TABLE person_reports (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    reporter_id uuid NOT NULL,
    reported_id uuid NOT NULL CHECK (reported_id <> reporter_id),
    fault text NOT NULL CHECK (fault IN ('harassment', 'threat', 'fraud', 'off_site', 'impersonation', 'minor', 'other')),
    body text NOT NULL CHECK (length(body) <= 2000),
    at timestamptz NOT NULL,
    -- What the staff keep in mind.
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
    closed_at timestamptz,
    closed_reason text CHECK (length(closed_reason) BETWEEN 1 AND 500),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, reporter_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, reported_id) REFERENCES users (tenant_id, id),
    CHECK ((closed_at IS NULL) = (closed_reason IS NULL))
);
-- The console's list: open ones first, each kind newest first.
CREATE INDEX person_reports_in_order ON person_reports (tenant_id, (closed_at IS NULL), id);
CREATE INDEX person_reports_by_reporter ON person_reports (tenant_id, reporter_id, at);
CREATE INDEX person_reports_by_reported ON person_reports (tenant_id, reported_id, at);

SELECT wall_off('blocks'), wall_off('person_reports');
GRANT SELECT, INSERT, DELETE ON blocks TO tallyroom_app;
GRANT SELECT, DELETE ON blocks TO tallyroom_system;
GRANT SELECT, INSERT, UPDATE (body, note, closed_at, closed_reason) ON person_reports TO tallyroom_app;
GRANT SELECT ON person_reports TO tallyroom_system;
