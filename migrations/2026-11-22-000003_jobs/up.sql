-- The outbox: work that is enqueued in the same transaction as the change that asks for it.

CREATE TABLE jobs (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'done', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    run_at timestamptz NOT NULL,
    leased_until timestamptz,
    last_error text,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE state = 'due';
CREATE INDEX jobs_dead ON jobs (tenant_id, created_at) WHERE state = 'dead';

SELECT wall_off('jobs');
GRANT SELECT, INSERT ON jobs TO tallyroom_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO tallyroom_system;
