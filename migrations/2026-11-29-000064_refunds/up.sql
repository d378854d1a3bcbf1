-- What is claimed back of what was paid, and what was given back. The ledger has the money; here is what it was about.

-- Until how long after its end the buyer of something can dispute it, and who bears what banks take back.
CREATE TABLE dispute_rules (
    tenant_id uuid PRIMARY KEY REFERENCES tenants (id),
    window_days integer NOT NULL CHECK (window_days BETWEEN 1 AND 180),
    hold_sellers boolean NOT NULL
);

CREATE TABLE disputes (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    call_id uuid,
    booking_id uuid,
    buyer_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    currency text NOT NULL,
    asked_minor bigint NOT NULL CHECK (asked_minor > 0),
    -- What the seller does without meanwhile, by the account that it was taken from.
    held_earnings_minor bigint NOT NULL CHECK (held_earnings_minor >= 0),
    held_payable_minor bigint NOT NULL CHECK (held_payable_minor >= 0),
    state text NOT NULL CHECK (state IN ('open', 'answered', 'decided', 'withdrawn')),
    reason text NOT NULL,
    answer text NOT NULL DEFAULT '',
    answer_by timestamptz NOT NULL,
    refunded_minor bigint CHECK (refunded_minor BETWEEN 0 AND asked_minor),
    decided_by text CHECK (decided_by IN ('seller', 'staff')),
    decision text NOT NULL DEFAULT '',
    -- What was known when it was opened; never changed afterwards, but for people who are erased.
    evidence jsonb NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    FOREIGN KEY (tenant_id, booking_id) REFERENCES bookings (tenant_id, id),
    FOREIGN KEY (tenant_id, buyer_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES users (tenant_id, id),
    CHECK ((call_id IS NULL) <> (booking_id IS NULL)),
    CHECK ((state IN ('decided', 'withdrawn')) = (closed_at IS NOT NULL)),
    CHECK ((state = 'decided') = (refunded_minor IS NOT NULL)),
    CHECK ((state = 'decided') = (decided_by IS NOT NULL))
);
CREATE UNIQUE INDEX one_dispute_a_call ON disputes (tenant_id, call_id) WHERE state <> 'withdrawn';
CREATE UNIQUE INDEX one_dispute_a_booking ON disputes (tenant_id, booking_id) WHERE state <> 'withdrawn';
CREATE INDEX disputes_by_buyer ON disputes (tenant_id, buyer_id);
CREATE INDEX disputes_by_seller ON disputes (tenant_id, seller_id);
CREATE INDEX disputes_by_call ON disputes (tenant_id, call_id) WHERE call_id IS NOT NULL;
CREATE INDEX disputes_by_booking ON disputes (tenant_id, booking_id) WHERE booking_id IS NOT NULL;
CREATE INDEX disputes_by_time ON disputes (tenant_id, opened_at);

CREATE TABLE refunds (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    -- Also of the transfer into the buyer's wallet.
    id uuid NOT NULL,
    call_id uuid,
    booking_id uuid,
    buyer_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    -- The tenant's part of that.
    commission_minor bigint NOT NULL CHECK (commission_minor BETWEEN 0 AND amount_minor),
    -- The time that was given back with it, from the end of what was paid for.
    seconds bigint NOT NULL DEFAULT 0 CHECK (seconds >= 0),
    given_by text NOT NULL CHECK (given_by IN ('seller', 'staff', 'dispute')),
    dispute_id uuid,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    FOREIGN KEY (tenant_id, booking_id) REFERENCES bookings (tenant_id, id),
    FOREIGN KEY (tenant_id, buyer_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, dispute_id) REFERENCES disputes (tenant_id, id),
    CHECK ((call_id IS NULL) <> (booking_id IS NULL)),
    CHECK ((given_by = 'dispute') = (dispute_id IS NOT NULL))
);
CREATE INDEX refunds_by_call ON refunds (tenant_id, call_id) WHERE call_id IS NOT NULL;
CREATE INDEX refunds_by_booking ON refunds (tenant_id, booking_id) WHERE booking_id IS NOT NULL;
CREATE INDEX refunds_by_buyer ON refunds (tenant_id, buyer_id);
CREATE INDEX refunds_by_seller ON refunds (tenant_id, seller_id);
CREATE INDEX refunds_by_dispute ON refunds (tenant_id, dispute_id) WHERE dispute_id IS NOT NULL;
CREATE INDEX refunds_by_time ON refunds (tenant_id, at);

-- What banks took back of payments, one row for each of a provider's claims.
CREATE TABLE chargebacks (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    -- The account at the provider; none is the built-in gateway.
    account_id uuid,
    reference text NOT NULL,
    charge text NOT NULL,
    top_up_id uuid,
    buyer_id uuid,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    reason text NOT NULL,
    stage text NOT NULL CHECK (stage IN ('open', 'won', 'lost')),
    -- What of it was got from the buyer's wallet.
    wallet_minor bigint NOT NULL DEFAULT 0 CHECK (wallet_minor BETWEEN 0 AND amount_minor),
    evidence jsonb NOT NULL DEFAULT '{}',
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, top_up_id) REFERENCES top_ups (tenant_id, id),
    FOREIGN KEY (tenant_id, buyer_id) REFERENCES users (tenant_id, id),
    CONSTRAINT one_claim UNIQUE NULLS NOT DISTINCT (tenant_id, reference, account_id),
    CHECK ((stage = 'open') = (closed_at IS NULL))
);
CREATE INDEX chargebacks_by_time ON chargebacks (tenant_id, opened_at);
CREATE INDEX chargebacks_by_buyer ON chargebacks (tenant_id, buyer_id);
CREATE INDEX chargebacks_by_top_up ON chargebacks (tenant_id, top_up_id);

-- What of a chargeback is held of which seller, for what.
CREATE TABLE chargeback_shares (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    chargeback_id uuid NOT NULL,
    call_id uuid,
    booking_id uuid,
    seller_id uuid NOT NULL,
    gross_minor bigint NOT NULL CHECK (gross_minor > 0),
    commission_minor bigint NOT NULL CHECK (commission_minor BETWEEN 0 AND gross_minor),
    held_earnings_minor bigint NOT NULL CHECK (held_earnings_minor >= 0),
    held_payable_minor bigint NOT NULL CHECK (held_payable_minor >= 0),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, chargeback_id) REFERENCES chargebacks (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    FOREIGN KEY (tenant_id, booking_id) REFERENCES bookings (tenant_id, id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES users (tenant_id, id),
    CHECK ((call_id IS NULL) <> (booking_id IS NULL))
);
CREATE INDEX chargeback_shares_by_claim ON chargeback_shares (tenant_id, chargeback_id);
CREATE INDEX chargeback_shares_by_call ON chargeback_shares (tenant_id, call_id) WHERE call_id IS NOT NULL;
CREATE INDEX chargeback_shares_by_booking ON chargeback_shares (tenant_id, booking_id) WHERE booking_id IS NOT NULL;
CREATE INDEX chargeback_shares_by_seller ON chargeback_shares (tenant_id, seller_id);

-- When somebody signed in is a part of what is kept of a dispute.
CREATE INDEX sessions_by_begin ON sessions (tenant_id, user_id, created_at);

SELECT wall_off('dispute_rules'), wall_off('disputes'), wall_off('refunds'), wall_off('chargebacks'),
       wall_off('chargeback_shares');
GRANT SELECT, INSERT, UPDATE ON dispute_rules TO tallyroom_app;
GRANT SELECT, INSERT ON disputes, refunds, chargebacks, chargeback_shares TO tallyroom_app;
GRANT UPDATE (wallet_minor, evidence, stage, closed_at) ON chargebacks TO tallyroom_app;
GRANT UPDATE (state, answer, refunded_minor, decided_by, decision, evidence, reason, closed_at)
    ON disputes TO tallyroom_app;
-- Of what was given back nothing changes but what was said of people who are erased.
GRANT UPDATE (reason) ON refunds TO tallyroom_app;
GRANT SELECT ON dispute_rules, disputes, refunds, chargebacks, chargeback_shares TO tallyroom_system;
