-- Jobs die, and archives bring none: what should have happened by one is found by what it is about.
CREATE INDEX jobs_about ON jobs (tenant_id, kind, (coalesce(payload ->> 'order', payload ->> 'seller')))
    WHERE state <> 'done' AND kind IN ('booking_look', 'booking_soon', 'read_calendar');
CREATE INDEX bookings_by_start ON bookings (starts_at) WHERE closed_at IS NULL AND starts_at IS NOT NULL;
CREATE INDEX calendar_imports_due ON calendar_imports (due_at) WHERE due_at IS NOT NULL;
