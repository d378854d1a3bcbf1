-- A person is in one call at a time on whichever side of it. The two indexes on calls know each side only: somebody could
-- sell in one call and buy in another.
CREATE TABLE people_in_calls (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    call_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id)
);
CREATE INDEX people_in_calls_by_call ON people_in_calls (tenant_id, call_id);

SELECT wall_off('people_in_calls');
GRANT SELECT, INSERT, DELETE ON people_in_calls TO tallyroom_app, tallyroom_system;

INSERT INTO people_in_calls (tenant_id, user_id, call_id)
    SELECT tenant_id, person, id FROM calls, LATERAL (VALUES (buyer_id), (seller_id)) AS side (person)
    WHERE ended_at IS NULL ORDER BY rang_at
    ON CONFLICT DO NOTHING;
