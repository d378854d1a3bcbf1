-- When the buyer said yes to more time: what is paid later, on a page, has another moment. Of what was agreed to before,
-- that isn't known.
ALTER TABLE call_extensions ADD COLUMN agreed_at timestamptz;
GRANT UPDATE (agreed_at) ON call_extensions TO tallyroom_app;
