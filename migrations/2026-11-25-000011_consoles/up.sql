-- Who runs the platform, who runs a tenant, what they may, and what they did.

ALTER TABLE tenants
    ADD state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended', 'deleting')),
    ADD suspended_at timestamptz,
    ADD suspended_reason text CHECK (length(suspended_reason) BETWEEN 1 AND 500),
    ADD delete_at timestamptz,
    ADD vertical text NOT NULL DEFAULT 'ring' CHECK (vertical IN ('ring', 'lessons', 'conference')),
    -- Colour, scheme and corners of a tenant whose theme is no folder on the disk.
    ADD brand jsonb,
    ADD CONSTRAINT suspended_with_reason CHECK ((suspended_at IS NULL) = (suspended_reason IS NULL)),
    ADD CONSTRAINT deleted_at_some_time CHECK ((state = 'deleting') = (delete_at IS NOT NULL));
GRANT UPDATE (name, time_zone, language, policy, min_rate_minor, max_rate_minor, brand) ON tenants TO tallyroom_app;

ALTER TABLE users
    ADD suspended_at timestamptz,
    ADD suspended_reason text CHECK (length(suspended_reason) BETWEEN 1 AND 500),
    ADD CONSTRAINT suspended_with_reason CHECK ((suspended_at IS NULL) = (suspended_reason IS NULL));

ALTER TABLE reviews
    ADD hidden_at timestamptz,
    ADD hidden_reason text CHECK (length(hidden_reason) BETWEEN 1 AND 500),
    ADD CONSTRAINT hidden_with_reason CHECK ((hidden_at IS NULL) = (hidden_reason IS NULL));

ALTER TABLE mail_tokens
    DROP CONSTRAINT mail_tokens_purpose_check,
    ADD CONSTRAINT mail_tokens_purpose_check CHECK (purpose IN ('verify', 'reset', 'invite'));

-- Those of a tenant's people who run it.
CREATE TABLE staff (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('admin', 'staff')),
    permissions text[] NOT NULL DEFAULT '{}' CHECK (cardinality(permissions) <= 50),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

-- What was done at a tenant, by its staff or by the platform's.
CREATE TABLE audit_log (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('platform', 'staff', 'system')),
    actor_id uuid,
    actor_name text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    before jsonb,
    after jsonb,
    address text,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_log_by_time ON audit_log (tenant_id, at);

SELECT wall_off('staff'), wall_off('audit_log');
GRANT SELECT, INSERT, UPDATE, DELETE ON staff TO tallyroom_app, tallyroom_system;
GRANT SELECT, INSERT ON audit_log TO tallyroom_app, tallyroom_system;

-- Puts a table of the platform's own behind the wall: no tenant's request reaches it.
CREATE FUNCTION wall_off_platform(walled regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', walled);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', walled);
    EXECUTE format('CREATE POLICY platform ON %s TO tallyroom_system USING (true) WITH CHECK (true)', walled);
END $$;
REVOKE EXECUTE ON FUNCTION wall_off_platform(regclass) FROM PUBLIC;

-- Who runs the platform. Their second factor's secret is sealed; the step that was used last can't be used again.
CREATE TABLE platform_staff (
    id uuid PRIMARY KEY,
    email text NOT NULL UNIQUE CHECK (email = lower(email)),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    role text NOT NULL CHECK (role IN ('owner', 'support')),
    password_hash text NOT NULL,
    totp_secret bytea,
    totp_step bigint NOT NULL DEFAULT 0,
    enrolled_at timestamptz,
    created_at timestamptz NOT NULL
);

CREATE TABLE platform_sessions (
    token_hash bytea PRIMARY KEY,
    staff_id uuid NOT NULL REFERENCES platform_staff (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

-- What was done at the platform and at no tenant of it: a table of its own, since a tenant's log must say which.
CREATE TABLE platform_audit_log (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('platform', 'system')),
    actor_id uuid,
    actor_name text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    before jsonb,
    after jsonb,
    address text
);
CREATE INDEX platform_audit_log_by_time ON platform_audit_log (at);

-- What tenants can subscribe to.
CREATE TABLE plans (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 60),
    price_minor bigint NOT NULL CHECK (price_minor >= 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    interval_months integer NOT NULL CHECK (interval_months BETWEEN 1 AND 36),
    limits jsonb NOT NULL,
    offered boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL
);

SELECT wall_off_platform('platform_staff'), wall_off_platform('platform_sessions'),
       wall_off_platform('platform_audit_log'), wall_off_platform('plans');
-- Prices are no secret: a tenant reads what it can choose from.
CREATE POLICY offers ON plans FOR SELECT TO tallyroom_app USING (true);
GRANT SELECT ON plans TO tallyroom_app;
GRANT SELECT, INSERT, UPDATE ON plans, platform_staff TO tallyroom_system;
GRANT SELECT, INSERT, DELETE ON platform_sessions TO tallyroom_system;
GRANT SELECT, INSERT ON platform_audit_log TO tallyroom_system;

-- What a tenant bought: paid once, renewed by nobody.
CREATE TABLE subscriptions (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    plan_id uuid NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    currency text NOT NULL,
    starts_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > starts_at),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX subscriptions_by_end ON subscriptions (tenant_id, expires_at);
SELECT wall_off('subscriptions');
GRANT SELECT ON subscriptions TO tallyroom_app;
GRANT SELECT, INSERT ON subscriptions TO tallyroom_system;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON platform_audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
