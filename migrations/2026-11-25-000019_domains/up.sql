-- Domains of tenants' own. Anybody may claim one; only who has proved control of it in the DNS is served at it.
CREATE TABLE domains (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    domain text NOT NULL CHECK (domain = lower(domain)),
    -- What the record in the DNS says. It is no secret once it stands there.
    token text NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'proven', 'lost')),
    -- Links name this one instead of the subdomain.
    canonical boolean NOT NULL DEFAULT false CHECK (state = 'proven' OR NOT canonical),
    -- Since when it is in its state.
    since timestamptz NOT NULL,
    -- Looked for in vain since then.
    failing_since timestamptz,
    checks integer NOT NULL DEFAULT 0,
    checked_at timestamptz,
    -- What was found then.
    found text CHECK (found IN ('record', 'other', 'nothing', 'no_answer', 'taken')),
    -- When a job looks again; none does without.
    next_check_at timestamptz,
    PRIMARY KEY (tenant_id, domain)
);
-- A claim is in nobody's way, a proof is one tenant's among all; hosts are looked up by it.
CREATE UNIQUE INDEX domains_proven_once ON domains (domain) WHERE state = 'proven';
CREATE UNIQUE INDEX domains_one_canonical ON domains (tenant_id) WHERE canonical;

SELECT wall_off('domains');
-- Whether a proof holds isn't the tenant's to write.
GRANT SELECT, DELETE, INSERT (tenant_id, domain, token, since, next_check_at), UPDATE (canonical) ON domains
    TO tallyroom_app;
GRANT SELECT, DELETE, UPDATE ON domains TO tallyroom_system;
