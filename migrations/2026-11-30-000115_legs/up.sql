-- Third persons who pay or are paid: each has a leg, which is a call of its own inside the call.

ALTER TABLE calls ADD COLUMN parent_id uuid,
    ADD CONSTRAINT calls_parent FOREIGN KEY (tenant_id, parent_id) REFERENCES calls (tenant_id, id),
    ADD CONSTRAINT no_leg_of_itself CHECK (parent_id <> id);
CREATE INDEX calls_by_parent ON calls (tenant_id, parent_id) WHERE parent_id IS NOT NULL;

-- Who is in a call may pay, or earn, in its legs as well; that nobody else is in two at a time, people_in_calls sees to.
DROP INDEX one_call_a_buyer;
CREATE UNIQUE INDEX one_call_a_buyer ON calls (tenant_id, buyer_id) WHERE ended_at IS NULL AND parent_id IS NULL;
DROP INDEX one_call_a_seller;
CREATE UNIQUE INDEX one_call_a_seller ON calls (tenant_id, seller_id) WHERE ended_at IS NULL AND parent_id IS NULL;

ALTER TABLE call_guests ADD COLUMN leg_id uuid,
    ADD CONSTRAINT call_guests_leg FOREIGN KEY (tenant_id, leg_id) REFERENCES calls (tenant_id, id);
CREATE UNIQUE INDEX one_place_a_leg ON call_guests (tenant_id, leg_id) WHERE leg_id IS NOT NULL;
