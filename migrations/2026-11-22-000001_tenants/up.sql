-- Tenants and the wall between them.
--
-- Three roles: the owner migrates, tallyroom_app serves requests of one tenant at a time, tallyroom_system does the
-- platform's own work. Neither of the latter two owns a table, is a superuser or bypasses row-level security.

CREATE TABLE tenants (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    theme text NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    time_zone text NOT NULL,
    language text NOT NULL,
    hidden boolean NOT NULL DEFAULT false,
    policy jsonb NOT NULL DEFAULT '{}',
    min_rate_minor bigint NOT NULL CHECK (min_rate_minor >= 0),
    max_rate_minor bigint NOT NULL CHECK (max_rate_minor >= min_rate_minor),
    created_at timestamptz NOT NULL
);

-- Which tenant a request's host belongs to; looked up before any tenant is known.
CREATE TABLE tenant_hosts (
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    host text NOT NULL UNIQUE CHECK (host = lower(host)),
    PRIMARY KEY (tenant_id, host)
);

-- Puts a tenant's table behind the wall. Every migration that adds such a table calls it. An unset tenant makes
-- current_setting fail (never set) or the cast fail (set in an earlier transaction): an error, not an empty result.
CREATE FUNCTION wall_off(walled regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', walled);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', walled);
    EXECUTE format('CREATE POLICY one_tenant ON %s TO tallyroom_app USING (tenant_id = current_setting(''app.tenant_id'')::uuid) WITH CHECK (tenant_id = current_setting(''app.tenant_id'')::uuid)', walled);
    EXECUTE format('CREATE POLICY platform ON %s TO tallyroom_system USING (true) WITH CHECK (true)', walled);
END $$;
REVOKE EXECUTE ON FUNCTION wall_off(regclass) FROM PUBLIC;

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY one_tenant ON tenants TO tallyroom_app USING (id = current_setting('app.tenant_id')::uuid);
CREATE POLICY platform ON tenants TO tallyroom_system USING (true) WITH CHECK (true);
SELECT wall_off('tenant_hosts');

GRANT SELECT ON tenants, tenant_hosts TO tallyroom_app;
GRANT SELECT, INSERT, UPDATE ON tenants, tenant_hosts TO tallyroom_system;
