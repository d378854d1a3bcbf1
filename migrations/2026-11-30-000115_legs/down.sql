ALTER TABLE call_guests DROP COLUMN leg_id;
DROP INDEX one_call_a_seller;
CREATE UNIQUE INDEX one_call_a_seller ON calls (tenant_id, seller_id) WHERE ended_at IS NULL;
DROP INDEX one_call_a_buyer;
CREATE UNIQUE INDEX one_call_a_buyer ON calls (tenant_id, buyer_id) WHERE ended_at IS NULL;
ALTER TABLE calls DROP COLUMN parent_id;
