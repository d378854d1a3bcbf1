-- Tenants' own accounts at payment providers, what these tell, and who takes which payment.

-- Whether a tenant's money is real.
ALTER TABLE tenants ADD COLUMN money_mode text NOT NULL DEFAULT 'test' CHECK (money_mode IN ('test', 'live'));

-- Keys are sealed by the server; of each only what may be shown stands here readably. One that was removed stays, without
-- keys: payments name it.
CREATE TABLE gateway_accounts (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    provider text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    sealed_keys bytea,
    shown jsonb NOT NULL,
    currencies text[] NOT NULL,
    place integer NOT NULL,
    enabled boolean NOT NULL,
    checked_at timestamptz,
    trouble text,
    created_at timestamptz NOT NULL,
    removed_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CHECK ((sealed_keys IS NULL) = (removed_at IS NOT NULL)),
    CHECK (removed_at IS NULL OR NOT enabled)
);
SELECT wall_off('gateway_accounts');
GRANT SELECT, INSERT, UPDATE ON gateway_accounts TO tallyroom_app;
GRANT SELECT ON gateway_accounts TO tallyroom_system;

-- Which account takes a payment; none is the built-in one. Pages that are a form in a frame keep what is posted there.
ALTER TABLE top_ups
    ADD COLUMN account_id uuid,
    ADD COLUMN pay_fields jsonb,
    ADD COLUMN charge text,
    ADD FOREIGN KEY (tenant_id, account_id) REFERENCES gateway_accounts (tenant_id, id);
CREATE INDEX top_ups_by_reference ON top_ups (gateway_reference, tenant_id) WHERE gateway_reference IS NOT NULL;
CREATE INDEX top_ups_by_charge ON top_ups (charge, tenant_id) WHERE charge IS NOT NULL;

-- What providers send, as it came. A message is kept once however often it comes.
CREATE TABLE gateway_inbox (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    dedup_key text NOT NULL,
    received_at timestamptz NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('received', 'done', 'refused')),
    told text NOT NULL,
    repeats integer NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, account_id, dedup_key),
    FOREIGN KEY (tenant_id, account_id) REFERENCES gateway_accounts (tenant_id, id)
);
CREATE INDEX gateway_inbox_by_time ON gateway_inbox (tenant_id, received_at);
CREATE INDEX gateway_inbox_refused ON gateway_inbox (account_id, received_at) WHERE state = 'refused';
SELECT wall_off('gateway_inbox');
GRANT SELECT, INSERT, UPDATE (state, told, repeats), DELETE ON gateway_inbox TO tallyroom_app;
GRANT SELECT, DELETE ON gateway_inbox TO tallyroom_system;
