-- Talks at times that two agree on. What somebody does is an event; the row keeps what came of all of them. Whoever has
-- paid has their money in an account of the order's own, which can never be overdrawn either.
CREATE EXTENSION IF NOT EXISTS btree_gist;

ALTER TABLE services ADD COLUMN booking jsonb;

CREATE TABLE bookings (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    seller_id uuid NOT NULL CHECK (seller_id <> buyer_id),
    service_id uuid NOT NULL,
    service_title text NOT NULL,
    currency text NOT NULL,
    call_terms jsonb NOT NULL,
    booking jsonb NOT NULL,
    starts_at timestamptz,
    ordered_at timestamptz NOT NULL,
    closed_at timestamptz,
    -- When something is due to happen to it by itself.
    due_at timestamptz,
    reminded_of timestamptz,
    -- Both were told that its call ends soon.
    warned boolean NOT NULL DEFAULT false,
    -- What was earned beyond its call's minutes, and the tenant's part of that.
    extra_minor bigint NOT NULL DEFAULT 0,
    extra_commission_minor bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, buyer_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES sellers (tenant_id, user_id),
    FOREIGN KEY (tenant_id, service_id) REFERENCES services (tenant_id, id)
);
CREATE INDEX bookings_by_buyer ON bookings (tenant_id, buyer_id, ordered_at DESC);
CREATE INDEX bookings_by_seller ON bookings (tenant_id, seller_id, ordered_at DESC);
CREATE INDEX bookings_due ON bookings (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX bookings_by_end ON bookings (tenant_id, closed_at) WHERE extra_minor > 0;
CREATE INDEX bookings_by_service ON bookings (tenant_id, service_id);

CREATE TABLE booking_events (
    tenant_id uuid NOT NULL,
    booking_id uuid NOT NULL,
    seq integer NOT NULL,
    at timestamptz NOT NULL,
    event jsonb NOT NULL,
    PRIMARY KEY (tenant_id, booking_id, seq),
    FOREIGN KEY (tenant_id, booking_id) REFERENCES bookings (tenant_id, id)
);

-- The times that people have given away. Nobody has given the same time away twice, as a buyer or as a seller.
CREATE TABLE held_times (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    booking_id uuid NOT NULL,
    during tstzrange NOT NULL CHECK (NOT isempty(during)),
    PRIMARY KEY (tenant_id, person_id, booking_id, during),
    FOREIGN KEY (tenant_id, person_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, booking_id) REFERENCES bookings (tenant_id, id),
    CONSTRAINT nobody_twice EXCLUDE USING gist (tenant_id WITH =, person_id WITH =, during WITH &&)
);
CREATE INDEX held_times_by_booking ON held_times (tenant_id, booking_id);

-- Who had a page open, looked at every minute from the agreed beginning on: what decides who stayed away.
CREATE TABLE booking_looks (
    tenant_id uuid NOT NULL,
    booking_id uuid NOT NULL,
    start timestamptz NOT NULL,
    nth integer NOT NULL,
    buyer_here boolean NOT NULL,
    seller_here boolean NOT NULL,
    PRIMARY KEY (tenant_id, booking_id, start, nth),
    FOREIGN KEY (tenant_id, booking_id) REFERENCES bookings (tenant_id, id)
);

SELECT wall_off('bookings'), wall_off('booking_events'), wall_off('held_times'), wall_off('booking_looks');
GRANT SELECT, INSERT, UPDATE ON bookings TO tallyroom_app;
GRANT SELECT, INSERT ON booking_events, booking_looks TO tallyroom_app;
GRANT SELECT, INSERT, DELETE ON held_times TO tallyroom_app;
GRANT SELECT ON bookings, booking_events, held_times, booking_looks TO tallyroom_system;
-- Whoever keeps a time free may give it back.
GRANT DELETE ON held_times TO tallyroom_system;

-- The books outlive the orders: no foreign key.
ALTER TABLE ledger_accounts ADD COLUMN order_id uuid,
    DROP CONSTRAINT ledger_accounts_kind_check,
    ADD CONSTRAINT ledger_accounts_kind_check CHECK (kind IN ('wallet', 'earnings', 'revenue', 'gateway', 'order')),
    ADD CONSTRAINT of_an_order CHECK ((kind = 'order') = (order_id IS NOT NULL)),
    DROP CONSTRAINT ledger_accounts_check,
    ADD CONSTRAINT ledger_accounts_check CHECK ((kind IN ('wallet', 'earnings', 'order')) = (owner_id IS NOT NULL)),
    DROP CONSTRAINT wallet_never_negative,
    ADD CONSTRAINT wallet_never_negative CHECK (kind NOT IN ('wallet', 'order') OR balance_minor >= held_minor),
    DROP CONSTRAINT ledger_accounts_tenant_id_kind_owner_id_currency_key,
    ADD CONSTRAINT one_of_a_kind UNIQUE NULLS NOT DISTINCT (tenant_id, kind, owner_id, currency, order_id);
GRANT INSERT (order_id) ON ledger_accounts TO tallyroom_app, tallyroom_system;

-- What a payment into a wallet is meant for: paid at once when it arrives.
ALTER TABLE top_ups ADD COLUMN booking_id uuid,
    ADD FOREIGN KEY (tenant_id, booking_id) REFERENCES bookings (tenant_id, id);

-- The talk of an order: the seller began it, and it is paid from the order's account.
ALTER TABLE calls ADD COLUMN booking_id uuid,
    ADD FOREIGN KEY (tenant_id, booking_id) REFERENCES bookings (tenant_id, id);
CREATE INDEX calls_by_booking ON calls (tenant_id, booking_id) WHERE booking_id IS NOT NULL;
