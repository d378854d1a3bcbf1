-- Documents of play money have numbers of their own, so that the tax office's have only real ones. What was numbered already
-- keeps its number. Both series of a year are counted in one row, whose lock both take.
ALTER TABLE document_counters ADD COLUMN last_play integer NOT NULL DEFAULT 0 CHECK (last_play >= 0);
ALTER TABLE documents ADD COLUMN is_play boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT one_number, ADD CONSTRAINT one_number UNIQUE (tenant_id, is_play, year, nth);
DROP INDEX documents_by_owner;
CREATE INDEX documents_by_owner ON documents (tenant_id, owner_id, issued_at DESC, year DESC, nth DESC);
