-- Who gets a part of what a seller earns, and what went to whom of each call and order.

-- A studio's share, and which of its managers is paid it. Without that manager there is none.
ALTER TABLE studio_managers ADD CONSTRAINT manager_of_studio UNIQUE (tenant_id, user_id, studio_id);
CREATE TABLE studio_shares (
    tenant_id uuid NOT NULL,
    studio_id uuid NOT NULL,
    manager_id uuid NOT NULL,
    bp integer NOT NULL CHECK (bp BETWEEN 1 AND 10000),
    PRIMARY KEY (tenant_id, studio_id),
    FOREIGN KEY (tenant_id, studio_id) REFERENCES studios (tenant_id, id),
    FOREIGN KEY (tenant_id, manager_id, studio_id) REFERENCES studio_managers (tenant_id, user_id, studio_id)
        ON DELETE CASCADE
);
CREATE INDEX studio_shares_by_manager ON studio_shares (tenant_id, manager_id);

-- Sellers with whom a seller shares.
CREATE TABLE co_sellers (
    tenant_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    co_seller_id uuid NOT NULL,
    bp integer NOT NULL CHECK (bp BETWEEN 1 AND 10000),
    PRIMARY KEY (tenant_id, seller_id, co_seller_id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES sellers (tenant_id, user_id),
    FOREIGN KEY (tenant_id, co_seller_id) REFERENCES sellers (tenant_id, user_id),
    CHECK (seller_id <> co_seller_id)
);
CREATE INDEX co_sellers_by_co_seller ON co_sellers (tenant_id, co_seller_id);

-- What was moved of a call or an order: to who shares in it, or back to the seller if it is negative.
CREATE TABLE earning_shares (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    -- Also the transfer's.
    id uuid NOT NULL,
    call_id uuid,
    booking_id uuid,
    seller_id uuid NOT NULL,
    sharer_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('studio', 'co_seller')),
    bp integer NOT NULL CHECK (bp BETWEEN 1 AND 10000),
    -- Which one of this share.
    step integer NOT NULL CHECK (step > 0),
    amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    FOREIGN KEY (tenant_id, booking_id) REFERENCES bookings (tenant_id, id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, sharer_id) REFERENCES users (tenant_id, id),
    CHECK ((call_id IS NULL) <> (booking_id IS NULL)),
    CONSTRAINT one_step_of_a_share UNIQUE NULLS NOT DISTINCT (tenant_id, call_id, booking_id, sharer_id, kind, step)
);
CREATE INDEX earning_shares_by_booking ON earning_shares (tenant_id, booking_id) WHERE booking_id IS NOT NULL;
CREATE INDEX earning_shares_by_seller ON earning_shares (tenant_id, seller_id);
CREATE INDEX earning_shares_by_sharer ON earning_shares (tenant_id, sharer_id);

SELECT wall_off('studio_shares'), wall_off('co_sellers'), wall_off('earning_shares');
GRANT SELECT, INSERT, UPDATE, DELETE ON studio_shares TO tallyroom_app;
GRANT SELECT, INSERT, DELETE ON co_sellers TO tallyroom_app;
GRANT SELECT, INSERT ON earning_shares TO tallyroom_app;
GRANT SELECT, DELETE ON studio_shares, co_sellers TO tallyroom_system;
GRANT SELECT ON earning_shares TO tallyroom_system;

-- As before; shares of what was earned leave a frozen account, too, and come back out of one. They go from earnings to
-- earnings, or between those who can have them paid out: never from what is held to what can be paid out.
CREATE OR REPLACE FUNCTION ledger_goes_back(p_debit text, p_credit text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT p_credit IN ('revenue', 'tax', 'chargebacks', 'disputed', 'gateway')
        OR (p_debit IN ('earnings', 'tips', 'payable') AND p_credit IN ('wallet', 'order', 'refunds'))
        OR (p_debit = 'paying_out' AND p_credit = 'payable')
        OR (p_debit IN ('earnings', 'payable') AND p_credit = 'earnings')
        OR (p_debit = 'payable' AND p_credit = 'payable')
$$;
