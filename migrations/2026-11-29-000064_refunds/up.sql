-- What is claimed back of what was paid, and what was given back. The ledger has the money; here is what it was about.

-- Until how long after its end the buyer of something can dispute it.
CREATE TABLE dispute_rules (
    tenant_id uuid PRIMARY KEY REFERENCES tenants (id),
    window_days integer NOT NULL CHECK (window_days BETWEEN 1 AND 180)
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

SELECT wall_off('dispute_rules'), wall_off('disputes'), wall_off('refunds');
GRANT SELECT, INSERT, UPDATE ON dispute_rules TO tallyroom_app;
GRANT SELECT, INSERT ON disputes, refunds TO tallyroom_app;
GRANT UPDATE (state, answer, refunded_minor, decided_by, decision, evidence, reason, closed_at)
    ON disputes TO tallyroom_app;
-- Of what was given back nothing changes but what was said of people who are erased.
GRANT UPDATE (reason) ON refunds TO tallyroom_app;
GRANT SELECT ON dispute_rules, disputes, refunds TO tallyroom_system;
