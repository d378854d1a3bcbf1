-- How sellers get their money: what a tenant asks for, where each seller wants it sent, what was asked for and what became
-- of it, and the batches in which it is sent. Where it goes is sealed, and kept with the payout as it was when it was asked
-- for: who changes it later changes nothing of what others have approved.
CREATE TABLE payout_rules (
    tenant_id uuid PRIMARY KEY REFERENCES tenants (id),
    hold_days integer NOT NULL CHECK (hold_days BETWEEN 0 AND 90),
    least_minor bigint NOT NULL CHECK (least_minor > 0),
    identity_needed boolean NOT NULL
);

CREATE TABLE payout_methods (
    tenant_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('iban', 'account', 'payoneer')),
    sealed bytea NOT NULL CHECK (octet_length(sealed) <= 2048),
    shown text NOT NULL,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, seller_id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES users (tenant_id, id)
);

-- `method` is how a batch is sent: by hand, from a table that staff take to their bank.
CREATE TABLE payout_batches (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    number integer NOT NULL CHECK (number > 0),
    method text NOT NULL,
    currency text NOT NULL,
    made_by uuid NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, number),
    FOREIGN KEY (tenant_id, made_by) REFERENCES users (tenant_id, id)
);

CREATE TABLE payouts (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    seller_id uuid NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    state text NOT NULL
        CHECK (state IN ('requested', 'approved', 'batched', 'paid', 'failed', 'cancelled', 'refused')),
    method_kind text NOT NULL,
    -- Empty once nobody needs it any more.
    method_sealed bytea CHECK (octet_length(method_sealed) <= 2048),
    method_shown text NOT NULL,
    requested_by uuid NOT NULL,
    requested_at timestamptz NOT NULL,
    approved_by uuid,
    approved_at timestamptz,
    batch_number integer,
    ended_at timestamptz,
    -- Why it was refused, or what the bank said.
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, requested_by) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, approved_by) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, batch_number) REFERENCES payout_batches (tenant_id, number),
    -- Whoever gets it or asked for it never approves it, whatever a program does.
    CONSTRAINT approved_by_another CHECK (approved_by <> seller_id AND approved_by <> requested_by),
    CONSTRAINT sent_once_approved CHECK (state NOT IN ('approved', 'batched', 'paid', 'failed') OR approved_by IS NOT NULL),
    CONSTRAINT sent_in_a_batch CHECK ((state IN ('batched', 'paid', 'failed')) = (batch_number IS NOT NULL)),
    CONSTRAINT ended_when_over CHECK ((state IN ('paid', 'failed', 'cancelled', 'refused')) = (ended_at IS NOT NULL))
);
CREATE INDEX payouts_by_seller ON payouts (tenant_id, seller_id, requested_at DESC);
CREATE INDEX payouts_by_state ON payouts (tenant_id, state, requested_at);
CREATE INDEX payouts_by_time ON payouts (tenant_id, requested_at);
CREATE INDEX payouts_by_batch ON payouts (tenant_id, batch_number) WHERE batch_number IS NOT NULL;

-- When a tenant's books are next to be seen to, and what the last look at all of their entries found.
CREATE TABLE books (
    tenant_id uuid PRIMARY KEY REFERENCES tenants (id),
    release_at timestamptz NOT NULL,
    check_at timestamptz NOT NULL,
    checked_at timestamptz,
    found jsonb NOT NULL DEFAULT '[]'
);

SELECT wall_off('payout_rules'), wall_off('payout_methods'), wall_off('payout_batches'), wall_off('payouts'),
    wall_off('books');
GRANT SELECT, INSERT, UPDATE ON payout_rules, payouts, books TO tallyroom_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON payout_methods TO tallyroom_app;
GRANT SELECT, INSERT ON payout_batches TO tallyroom_app;
GRANT SELECT ON payout_rules, payout_batches, payouts, books TO tallyroom_system;
GRANT SELECT, DELETE ON payout_methods TO tallyroom_system;
