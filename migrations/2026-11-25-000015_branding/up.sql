-- How a tenant looks and what it says. Each look that was published is a version; versions name files by what is in
-- them, so that going back copies nothing.

ALTER TABLE tenants ADD look_revision bigint NOT NULL DEFAULT 0;
GRANT UPDATE (look_revision) ON tenants TO tallyroom_app;

-- Logos, style sheets, templates.
CREATE TABLE look_files (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    media_type text NOT NULL,
    body bytea NOT NULL CHECK (octet_length(body) <= 1048576),
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, hash)
);

-- Without a look it is the theme as it comes; by nobody, it is how it was before anybody changed anything.
CREATE TABLE look_versions (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    by_id uuid,
    look jsonb,
    files text[] NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- Texts in place of the theme's.
CREATE TABLE tenant_words (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    language text NOT NULL CHECK (length(language) BETWEEN 2 AND 20),
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 500),
    value text NOT NULL CHECK (length(value) BETWEEN 1 AND 2000),
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, language, key)
);

SELECT wall_off('look_files'), wall_off('look_versions'), wall_off('tenant_words');
GRANT SELECT, INSERT, UPDATE, DELETE ON look_files, tenant_words TO tallyroom_app, tallyroom_system;
GRANT SELECT, INSERT, DELETE ON look_versions TO tallyroom_app, tallyroom_system;
