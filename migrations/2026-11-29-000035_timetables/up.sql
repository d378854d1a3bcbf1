-- When sellers are there to be booked: hours by the clock on the wall of a zone, and what they want free around bookings.
CREATE TABLE timetables (
    tenant_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    zone text NOT NULL,
    weekly jsonb NOT NULL,
    exceptions jsonb NOT NULL,
    before_min integer NOT NULL CHECK (before_min >= 0),
    after_min integer NOT NULL CHECK (after_min >= 0),
    notice_min integer NOT NULL CHECK (notice_min >= 0),
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, seller_id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES sellers (tenant_id, user_id)
);
SELECT wall_off('timetables');
GRANT SELECT, INSERT, UPDATE, DELETE ON timetables TO tallyroom_app;
GRANT SELECT, DELETE ON timetables TO tallyroom_system;
