-- People. An account belongs to one tenant: the same address in two tenants is two strangers.

CREATE TABLE users (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    email text NOT NULL CHECK (email = lower(email)),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    password_hash text NOT NULL,
    verified_at timestamptz,
    time_zone text NOT NULL,
    language text NOT NULL,
    do_not_disturb boolean NOT NULL DEFAULT false,
    auto_reject boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, email)
);

-- What a person declared, in which version, when and from where.
CREATE TABLE declarations (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('of_age', 'terms')),
    version text NOT NULL,
    address text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX declarations_by_user ON declarations (tenant_id, user_id);

-- One row a sign-in. The refresh token is stored as a hash and replaced at each use; the one before is remembered for a
-- moment, because two tabs may refresh at once. Using an older one ends the session: it was stolen.
CREATE TABLE sessions (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    refresh_hash bytea NOT NULL,
    previous_hash bytea,
    rotated_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    device text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX sessions_by_user ON sessions (tenant_id, user_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX sessions_by_refresh ON sessions (tenant_id, refresh_hash);
CREATE INDEX sessions_by_previous ON sessions (tenant_id, previous_hash) WHERE previous_hash IS NOT NULL;

-- Links sent by mail, as hashes.
CREATE TABLE mail_tokens (
    tenant_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    user_id uuid NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('verify', 'reset')),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (tenant_id, token_hash),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX mail_tokens_by_user ON mail_tokens (tenant_id, user_id);

SELECT wall_off('users'), wall_off('declarations'), wall_off('sessions'), wall_off('mail_tokens');
GRANT SELECT, INSERT, UPDATE ON users, sessions, mail_tokens TO tallyroom_app, tallyroom_system;
GRANT SELECT, INSERT ON declarations TO tallyroom_app, tallyroom_system;
GRANT DELETE ON sessions, mail_tokens TO tallyroom_system;
