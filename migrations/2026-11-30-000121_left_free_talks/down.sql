DROP INDEX one_call_a_buyer;
CREATE UNIQUE INDEX one_call_a_buyer ON calls (tenant_id, buyer_id) WHERE ended_at IS NULL AND parent_id IS NULL;
