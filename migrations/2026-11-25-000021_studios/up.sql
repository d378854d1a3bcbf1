-- Studios: teams of sellers, and who looks after them. A person looks after one studio at most, and sells in one at most.
CREATE TABLE studios (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    created_at timestamptz NOT NULL,
    -- A closed one has nobody in it any more.
    closed_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX one_studio_a_name ON studios (tenant_id, lower(name)) WHERE closed_at IS NULL;
CREATE INDEX studios_by_name ON studios (tenant_id, lower(name), id);

CREATE TABLE studio_managers (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    studio_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, studio_id) REFERENCES studios (tenant_id, id)
);
CREATE INDEX studio_managers_by_studio ON studio_managers (tenant_id, studio_id);

CREATE TABLE studio_sellers (
    tenant_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    studio_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, seller_id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES sellers (tenant_id, user_id),
    FOREIGN KEY (tenant_id, studio_id) REFERENCES studios (tenant_id, id)
);
CREATE INDEX studio_sellers_by_studio ON studio_sellers (tenant_id, studio_id);

SELECT wall_off('studios'), wall_off('studio_managers'), wall_off('studio_sellers');
GRANT SELECT, INSERT, UPDATE ON studios TO tallyroom_app;
GRANT SELECT, INSERT, DELETE ON studio_managers, studio_sellers TO tallyroom_app;
GRANT SELECT, DELETE ON studios, studio_managers, studio_sellers TO tallyroom_system;

-- What a studio's page counts, seller by seller. Partial, as calls_by_end is.
CREATE INDEX calls_of_seller_by_end ON calls (tenant_id, seller_id, ended_at) WHERE ended_at IS NOT NULL;
