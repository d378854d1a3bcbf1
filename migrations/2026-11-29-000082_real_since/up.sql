-- Since when a tenant's money is real: what was paid before was play money, and nothing of it goes back. Nothing for
-- tenants whose money never was anything else.
ALTER TABLE tenants ADD COLUMN live_since timestamptz,
    ADD CONSTRAINT live_since_it_is_live CHECK (live_since IS NULL OR money_mode = 'live');
GRANT UPDATE (money_mode, live_since) ON tenants TO tallyroom_app;
