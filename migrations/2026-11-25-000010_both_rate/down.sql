DROP INDEX reviews_of_buyers;
-- Forced policies would hide every row from the owner.
ALTER TABLE reviews NO FORCE ROW LEVEL SECURITY;
DELETE FROM reviews WHERE author = 'seller';
ALTER TABLE reviews FORCE ROW LEVEL SECURITY;
ALTER TABLE reviews DROP CONSTRAINT reviews_pkey, ADD PRIMARY KEY (tenant_id, call_id);
ALTER TABLE reviews DROP COLUMN author;
