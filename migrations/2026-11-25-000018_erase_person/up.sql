-- A person who was erased keeps a row, so that the ledger and others' histories still point somewhere.
ALTER TABLE users ADD erased_at timestamptz,
    ADD CONSTRAINT erased_is_closed CHECK (erased_at IS NULL OR suspended_at IS NOT NULL);

-- What they wrote is emptied, what let them in is removed.
GRANT UPDATE (body) ON messages TO tallyroom_app;
GRANT UPDATE (address) ON declarations TO tallyroom_app;
GRANT DELETE ON sessions, mail_tokens TO tallyroom_app;
