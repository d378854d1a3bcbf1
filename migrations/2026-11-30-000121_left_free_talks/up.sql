-- Whoever came first to a free talk may leave it to the others and be in the next one; people_in_calls has who is in one now.
DROP INDEX one_call_a_buyer;
CREATE UNIQUE INDEX one_call_a_buyer ON calls (tenant_id, buyer_id)
    WHERE ended_at IS NULL AND parent_id IS NULL AND terms -> 'free' IS NULL;
