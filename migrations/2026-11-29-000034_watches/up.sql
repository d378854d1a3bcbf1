-- Who wants to be told, once, when a seller is available.
CREATE TABLE watches (
    tenant_id uuid NOT NULL,
    watcher_id uuid NOT NULL,
    seller_id uuid NOT NULL CHECK (seller_id <> watcher_id),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, watcher_id, seller_id),
    FOREIGN KEY (tenant_id, watcher_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES sellers (tenant_id, user_id)
);
CREATE INDEX watches_by_seller ON watches (tenant_id, seller_id);
SELECT wall_off('watches');
GRANT SELECT, INSERT, UPDATE, DELETE ON watches TO tallyroom_app;
GRANT SELECT, DELETE ON watches TO tallyroom_system;
