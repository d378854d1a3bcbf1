-- Ways to pay that people keep for later, and charges of them without the person.

-- The provider's name of a method is sealed by the server, and goes when the method is removed. What was agreed to stays:
-- the words as they were read, their version, and when.
CREATE TABLE saved_methods (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    -- The account at a provider that keeps it; the built-in gateway without.
    account_id uuid,
    sealed_token bytea,
    label text NOT NULL,
    consent_version integer NOT NULL,
    consent_words text NOT NULL,
    consented_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    removed_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES gateway_accounts (tenant_id, id),
    CHECK ((sealed_token IS NULL) = (removed_at IS NOT NULL))
);
CREATE INDEX saved_methods_by_user ON saved_methods (tenant_id, user_id, created_at) WHERE removed_at IS NULL;
SELECT wall_off('saved_methods');
GRANT SELECT, INSERT, UPDATE (sealed_token, label, removed_at) ON saved_methods TO tallyroom_app;
GRANT SELECT ON saved_methods TO tallyroom_system;

-- What was agreed to with a payment whose method is to be kept, and the kept method that a payment charges.
ALTER TABLE top_ups
    ADD COLUMN consent_version integer,
    ADD COLUMN consent_words text,
    ADD COLUMN method_id uuid,
    ADD CHECK ((consent_version IS NULL) = (consent_words IS NULL)),
    ADD FOREIGN KEY (tenant_id, method_id) REFERENCES saved_methods (tenant_id, id);
CREATE INDEX top_ups_open_by_method ON top_ups (tenant_id, method_id)
    WHERE method_id IS NOT NULL AND state IN ('created', 'pending', 'unknown');

-- The built-in gateway keeps cards, too; each knows what it does when it is charged next.
ALTER TABLE test_gateway_payments ADD COLUMN keeps text CHECK (keeps IN ('pays', 'asks', 'declines', 'gets_lost'));
ALTER TABLE test_gateway_payments ADD COLUMN token text;
CREATE TABLE test_gateway_methods (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    token text NOT NULL,
    next text NOT NULL CHECK (next IN ('pays', 'asks', 'declines', 'gets_lost')),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, token)
);
SELECT wall_off('test_gateway_methods');
GRANT SELECT, INSERT ON test_gateway_methods TO tallyroom_app;
GRANT SELECT ON test_gateway_methods TO tallyroom_system;

-- Tips. The id follows from the form's, so that a form that is sent twice gives once; a ledger transfer has it, too.
CREATE TABLE tips (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    call_id uuid,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    commission_minor bigint NOT NULL CHECK (commission_minor BETWEEN 0 AND amount_minor),
    currency text NOT NULL,
    given_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, buyer_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    CHECK (buyer_id <> seller_id)
);
CREATE INDEX tips_by_call ON tips (tenant_id, call_id, given_at) WHERE call_id IS NOT NULL;
SELECT wall_off('tips');
GRANT SELECT, INSERT ON tips TO tallyroom_app;
GRANT SELECT ON tips TO tallyroom_system;

-- More time that sellers ask for in a call. One at a time waits for the buyer; its price is at the rate that was frozen for
-- the call, and a ledger transfer has its id.
CREATE TABLE call_extensions (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    call_id uuid NOT NULL,
    minutes integer NOT NULL CHECK (minutes > 0),
    -- Part by part: what the seller asks, fee and tax.
    price jsonb NOT NULL,
    currency text NOT NULL,
    state text NOT NULL CHECK (state IN ('asked', 'declined', 'paying', 'paid', 'failed', 'lapsed')),
    asked_at timestamptz NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id)
);
CREATE UNIQUE INDEX call_extensions_one_open ON call_extensions (tenant_id, call_id) WHERE state IN ('asked', 'paying');
CREATE INDEX call_extensions_by_call ON call_extensions (tenant_id, call_id, asked_at);
SELECT wall_off('call_extensions');
GRANT SELECT, INSERT, UPDATE (state, since) ON call_extensions TO tallyroom_app;
GRANT SELECT ON call_extensions TO tallyroom_system;

-- A payment is meant for an order or for an extension; of the latter's, one at a time has no outcome.
ALTER TABLE top_ups
    ADD COLUMN extension_id uuid,
    ADD CHECK (booking_id IS NULL OR extension_id IS NULL),
    ADD FOREIGN KEY (tenant_id, extension_id) REFERENCES call_extensions (tenant_id, id);
CREATE UNIQUE INDEX top_ups_one_open_by_extension ON top_ups (tenant_id, extension_id)
    WHERE extension_id IS NOT NULL AND state IN ('created', 'pending', 'unknown');
