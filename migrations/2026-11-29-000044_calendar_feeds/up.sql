-- A calendar shows what is over, too: by when it was to begin.
CREATE INDEX bookings_over_of_sellers ON bookings (tenant_id, seller_id, ((booking ->> 'last_booked')::bigint))
    WHERE closed_at IS NOT NULL;
CREATE INDEX bookings_over_of_buyers ON bookings (tenant_id, buyer_id, ((booking ->> 'last_booked')::bigint))
    WHERE closed_at IS NOT NULL;

-- The secret addresses at which people's own calendars read what they have agreed on, one a person.
CREATE TABLE calendar_feeds (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
    made_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, person_id),
    UNIQUE (tenant_id, token_hash),
    FOREIGN KEY (tenant_id, person_id) REFERENCES users (tenant_id, id)
);
SELECT wall_off('calendar_feeds');
GRANT SELECT, INSERT, UPDATE, DELETE ON calendar_feeds TO tallyroom_app;
GRANT SELECT, DELETE ON calendar_feeds TO tallyroom_system;
