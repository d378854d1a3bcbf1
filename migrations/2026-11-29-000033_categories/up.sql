-- What a tenant sorts its offer into. A closed one takes no more services and isn't browsed; what is in it stays.
CREATE TABLE categories (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    slug text NOT NULL CHECK (slug ~ '^[a-z0-9-]{1,48}$'),
    names jsonb NOT NULL,
    policy jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    closed_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, slug)
);
SELECT wall_off('categories');
GRANT SELECT, INSERT, UPDATE ON categories TO tallyroom_app;
GRANT SELECT, INSERT, DELETE ON categories TO tallyroom_system;

ALTER TABLE services ADD COLUMN category_id uuid,
    ADD FOREIGN KEY (tenant_id, category_id) REFERENCES categories (tenant_id, id);
CREATE INDEX services_by_category ON services (tenant_id, category_id, seller_id);
