-- Sellers rate, too: what they say of a buyer is shown to sellers whom that buyer rings, and to nobody else.
ALTER TABLE reviews ADD COLUMN author text NOT NULL DEFAULT 'buyer' CHECK (author IN ('buyer', 'seller'));
ALTER TABLE reviews DROP CONSTRAINT reviews_pkey, ADD PRIMARY KEY (tenant_id, call_id, author);
CREATE INDEX reviews_of_buyers ON reviews (tenant_id, buyer_id) INCLUDE (stars) WHERE author = 'seller';
