-- Who people are, as far as a tenant asks for it: what they sent, sealed, and what staff made of it.
CREATE TABLE identity_rules (
    tenant_id uuid PRIMARY KEY REFERENCES tenants (id),
    before_selling boolean NOT NULL,
    before_buying boolean NOT NULL
);

CREATE TABLE identity_checks (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'approved', 'declined')),
    reason text NOT NULL DEFAULT '',
    sent_at timestamptz NOT NULL,
    decided_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CHECK ((state = 'waiting') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX one_check_waits ON identity_checks (tenant_id, user_id) WHERE state = 'waiting';
CREATE INDEX identity_checks_by_user ON identity_checks (tenant_id, user_id, sent_at DESC);

CREATE TABLE identity_pictures (
    tenant_id uuid NOT NULL,
    check_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('document', 'selfie')),
    sealed bytea NOT NULL CHECK (octet_length(sealed) <= 4194304),
    PRIMARY KEY (tenant_id, check_id, kind),
    FOREIGN KEY (tenant_id, check_id) REFERENCES identity_checks (tenant_id, id)
);

SELECT wall_off('identity_rules'), wall_off('identity_checks'), wall_off('identity_pictures');
GRANT SELECT, INSERT, UPDATE ON identity_rules TO tallyroom_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON identity_checks, identity_pictures TO tallyroom_app;
GRANT SELECT ON identity_rules TO tallyroom_system;
GRANT SELECT, DELETE ON identity_checks, identity_pictures TO tallyroom_system;
