-- How good the connections of a call were, side by side, in seconds; kept with the call.
CREATE TABLE call_quality (
    tenant_id uuid NOT NULL,
    call_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('buyer', 'seller')),
    good_s integer NOT NULL CHECK (good_s >= 0),
    fair_s integer NOT NULL CHECK (fair_s >= 0),
    poor_s integer NOT NULL CHECK (poor_s >= 0),
    -- The lowest score, of 0 (bad) to 10 (good).
    worst smallint NOT NULL CHECK (worst BETWEEN 0 AND 10),
    PRIMARY KEY (tenant_id, call_id, role),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id)
);
SELECT wall_off('call_quality');
GRANT SELECT, INSERT ON call_quality TO tallyroom_app;
GRANT SELECT ON call_quality TO tallyroom_system;
