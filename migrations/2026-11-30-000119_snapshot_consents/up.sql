-- Who agreed to be shown in lists by a still, and who took that back, to which text: a proof, which nobody changes.
-- What somebody said last holds.
CREATE TABLE snapshot_consents (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    given boolean NOT NULL,
    text_version text NOT NULL,
    -- The text that was shown, word for word.
    text text NOT NULL CHECK (length(text) <= 2000),
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX snapshot_consents_by_person ON snapshot_consents (tenant_id, person_id, at);
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON snapshot_consents
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

SELECT wall_off('snapshot_consents');
GRANT SELECT, INSERT ON snapshot_consents TO tallyroom_app;
GRANT SELECT ON snapshot_consents TO tallyroom_system;
