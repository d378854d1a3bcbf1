-- Archives of a whole tenant that its admins asked for. The file is in the object store.
CREATE TABLE exports (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    asked_by uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'failed', 'done', 'expired')),
    tables_done integer NOT NULL DEFAULT 0,
    tables integer NOT NULL DEFAULT 0,
    rows bigint NOT NULL DEFAULT 0,
    bytes bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, asked_by) REFERENCES users (tenant_id, id),
    CHECK ((state IN ('done', 'expired')) = (expires_at IS NOT NULL))
);
-- One at a time; one that failed stands in nobody's way and is tried again later.
CREATE UNIQUE INDEX one_export_a_tenant ON exports (tenant_id) WHERE state IN ('waiting', 'running');
CREATE INDEX exports_by_time ON exports (tenant_id, created_at);

SELECT wall_off('exports');
GRANT SELECT, INSERT, UPDATE (state, tables_done, tables, rows, bytes, expires_at) ON exports TO tallyroom_app;
GRANT SELECT ON exports TO tallyroom_system;
