-- Minutes that a seller asks another price for than the rate's: where in the charged time of their talk they begin, known
-- once they are paid.
ALTER TABLE call_extensions
    ADD COLUMN from_s bigint CHECK (from_s >= 0),
    ADD CHECK (from_s IS NULL OR state = 'paid');
GRANT UPDATE (from_s) ON call_extensions TO tallyroom_app;
