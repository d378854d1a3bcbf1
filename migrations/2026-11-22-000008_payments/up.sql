-- Payments into wallets. The row is the intent; it exists before any gateway hears of it.

CREATE TABLE top_ups (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    gateway text NOT NULL,
    gateway_reference text,
    pay_url text,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    state text NOT NULL CHECK (state IN ('created', 'pending', 'unknown', 'settled', 'declined')),
    reason text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX top_ups_by_user ON top_ups (tenant_id, user_id, created_at);
CREATE INDEX top_ups_open ON top_ups (created_at) WHERE state IN ('created', 'pending', 'unknown');

-- The built-in test gateway's own books: what a payment provider would know. The product reads them only through the
-- gateway's interface.
CREATE TABLE test_gateway_payments (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    reference text NOT NULL,
    idempotency_key text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    return_url text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'needs_authentication', 'charged', 'declined')),
    reason text,
    -- Until then it doesn't answer questions about this payment.
    silent_until timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, reference),
    UNIQUE (tenant_id, idempotency_key)
);

SELECT wall_off('top_ups'), wall_off('test_gateway_payments');
GRANT SELECT, INSERT, UPDATE ON top_ups, test_gateway_payments TO tallyroom_app, tallyroom_system;
