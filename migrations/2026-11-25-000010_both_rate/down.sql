DROP INDEX reviews_of_buyers;
DELETE FROM reviews WHERE author = 'seller';
ALTER TABLE reviews DROP CONSTRAINT reviews_pkey, ADD PRIMARY KEY (tenant_id, call_id);
ALTER TABLE reviews DROP COLUMN author;
