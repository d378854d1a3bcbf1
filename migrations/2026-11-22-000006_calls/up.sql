-- Calls: what was agreed, what happened (enough to replay it), and what came of it.

CREATE TABLE calls (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    seller_id uuid NOT NULL CHECK (seller_id <> buyer_id),
    service_id uuid NOT NULL,
    service_title text NOT NULL,
    currency text NOT NULL,
    terms jsonb NOT NULL,
    opening_minor bigint NOT NULL,
    rang_at timestamptz NOT NULL,
    answered_at timestamptz,
    live_at timestamptz,
    ended_at timestamptz,
    end_reason text,
    billable_ms bigint NOT NULL DEFAULT 0,
    charged_minor bigint NOT NULL DEFAULT 0,
    commission_minor bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, buyer_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES sellers (tenant_id, user_id),
    FOREIGN KEY (tenant_id, service_id) REFERENCES services (tenant_id, id),
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
-- A person is in one call at a time, whatever the race.
CREATE UNIQUE INDEX one_call_a_buyer ON calls (tenant_id, buyer_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX one_call_a_seller ON calls (tenant_id, seller_id) WHERE ended_at IS NULL;
CREATE INDEX calls_by_buyer ON calls (tenant_id, buyer_id, rang_at);
CREATE INDEX calls_by_seller ON calls (tenant_id, seller_id, rang_at);
CREATE INDEX calls_unfinished ON calls (rang_at) WHERE ended_at IS NULL;

-- Who pays whom in a call.
CREATE TABLE call_legs (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    call_id uuid NOT NULL,
    payer_id uuid NOT NULL,
    payee_id uuid NOT NULL,
    revenue_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    FOREIGN KEY (tenant_id, payer_id) REFERENCES ledger_accounts (tenant_id, id),
    FOREIGN KEY (tenant_id, payee_id) REFERENCES ledger_accounts (tenant_id, id),
    FOREIGN KEY (tenant_id, revenue_id) REFERENCES ledger_accounts (tenant_id, id)
);
CREATE INDEX call_legs_by_call ON call_legs (tenant_id, call_id);

CREATE TABLE call_events (
    tenant_id uuid NOT NULL,
    call_id uuid NOT NULL,
    seq integer NOT NULL,
    at timestamptz NOT NULL,
    event jsonb NOT NULL,
    PRIMARY KEY (tenant_id, call_id, seq),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON call_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE messages (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    call_id uuid,
    sender_id uuid,
    kind text NOT NULL CHECK (kind IN ('chat', 'call')),
    body text NOT NULL CHECK (length(body) <= 4000),
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    FOREIGN KEY (tenant_id, sender_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX messages_by_conversation ON messages (tenant_id, conversation_id, at);
CREATE INDEX messages_by_call ON messages (tenant_id, call_id, at) WHERE call_id IS NOT NULL;

CREATE TABLE reviews (
    tenant_id uuid NOT NULL,
    call_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    stars smallint NOT NULL CHECK (stars BETWEEN 1 AND 5),
    body text NOT NULL CHECK (length(body) <= 2000),
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, call_id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    FOREIGN KEY (tenant_id, buyer_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES sellers (tenant_id, user_id)
);
CREATE INDEX reviews_by_seller ON reviews (tenant_id, seller_id, at);

SELECT wall_off('calls'), wall_off('call_legs'), wall_off('call_events'), wall_off('messages'), wall_off('reviews');
GRANT SELECT, INSERT, UPDATE ON calls, reviews TO tallyroom_app, tallyroom_system;
GRANT SELECT, INSERT ON call_legs, call_events, messages TO tallyroom_app, tallyroom_system;
