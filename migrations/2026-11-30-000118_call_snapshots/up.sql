-- Stills of sellers who are in a call, for lists: the newest of each, gone with the call.
CREATE TABLE call_snapshots (
    tenant_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    call_id uuid NOT NULL,
    hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    body bytea NOT NULL CHECK (octet_length(body) <= 262144),
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, seller_id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES sellers (tenant_id, user_id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id)
);
CREATE INDEX call_snapshots_by_call ON call_snapshots (tenant_id, call_id);

SELECT wall_off('call_snapshots');
GRANT SELECT, INSERT, UPDATE, DELETE ON call_snapshots TO tallyroom_app;
GRANT SELECT, DELETE ON call_snapshots TO tallyroom_system;
