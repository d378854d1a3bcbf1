-- Calendars that sellers keep elsewhere: the address, sealed, since whoever has it can read them; how reading it went.
CREATE TABLE calendar_imports (
    tenant_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    address bytea NOT NULL,
    host text NOT NULL,
    set_at timestamptz NOT NULL,
    -- When it is to be read next; never, once it was given up.
    due_at timestamptz,
    read_at timestamptz,
    failing_since timestamptz,
    trouble text,
    left_out integer NOT NULL DEFAULT 0 CHECK (left_out >= 0),
    PRIMARY KEY (tenant_id, seller_id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES sellers (tenant_id, user_id),
    CHECK ((failing_since IS NULL) = (trouble IS NULL))
);

-- When they are busy by them; apart from each other.
CREATE TABLE busy_times (
    tenant_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CHECK (starts_at < ends_at),
    PRIMARY KEY (tenant_id, seller_id, starts_at),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES calendar_imports (tenant_id, seller_id)
);
SELECT wall_off('calendar_imports'), wall_off('busy_times');
GRANT SELECT, INSERT, UPDATE, DELETE ON calendar_imports TO tallyroom_app;
GRANT SELECT, INSERT, DELETE ON busy_times TO tallyroom_app;
GRANT SELECT, DELETE ON calendar_imports, busy_times TO tallyroom_system;
