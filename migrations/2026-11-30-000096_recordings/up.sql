-- Calls that are recorded: the files are in the object store, here is what is known of them, and who agreed to what.
CREATE TABLE recordings (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    call_id uuid NOT NULL,
    -- None where the tenant's rule asks.
    asked_by uuid,
    state text NOT NULL CHECK (state IN ('asked', 'declined', 'recording', 'composing', 'ready', 'failed', 'deleted')),
    asked_at timestamptz NOT NULL,
    began_at timestamptz,
    ended_at timestamptz,
    -- Why it ended.
    ending text CHECK (ending IN ('declined', 'stopped', 'withdrawn', 'call_over', 'disk_full', 'failed')),
    -- How far composing is, percent.
    progress smallint NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    -- Of the file that is there to be seen; its parts have their own.
    bytes bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    length_ms bigint NOT NULL DEFAULT 0 CHECK (length_ms >= 0),
    retained_until timestamptz,
    deleted_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    FOREIGN KEY (tenant_id, asked_by) REFERENCES users (tenant_id, id),
    -- Those of another installation came without their files.
    CHECK (state = 'deleted' OR (state IN ('asked', 'recording')) = (ended_at IS NULL)),
    CHECK (state IN ('asked', 'declined', 'deleted') OR began_at IS NOT NULL)
);
CREATE UNIQUE INDEX one_recording_a_call ON recordings (tenant_id, call_id) WHERE state IN ('asked', 'recording');
CREATE INDEX recordings_by_call ON recordings (tenant_id, call_id);
CREATE INDEX recordings_by_time ON recordings (tenant_id, asked_at);
-- What they take all together.
CREATE INDEX recordings_by_size ON recordings (tenant_id) INCLUDE (bytes);

-- What one person sent, from when to when: a file of its own, until all of them are one. A take is what is written without
-- being held; the first has its recording's id.
CREATE TABLE recording_parts (
    tenant_id uuid NOT NULL,
    recording_id uuid NOT NULL,
    take_id uuid NOT NULL,
    peer_id uuid NOT NULL,
    person_id uuid NOT NULL,
    from_ms bigint NOT NULL CHECK (from_ms >= 0),
    -- Unknown while it is written, and if whoever wrote it died.
    until_ms bigint,
    bytes bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    PRIMARY KEY (tenant_id, take_id, peer_id),
    FOREIGN KEY (tenant_id, recording_id) REFERENCES recordings (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX recording_parts_by_recording ON recording_parts (tenant_id, recording_id);
CREATE INDEX recording_parts_by_take ON recording_parts (take_id, peer_id);

-- Who answered what to which text: a proof, which nobody changes.
CREATE TABLE recording_consents (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    recording_id uuid NOT NULL,
    person_id uuid NOT NULL,
    answer text NOT NULL CHECK (answer IN ('given', 'refused', 'withdrawn')),
    text_version text NOT NULL,
    -- The text that was shown, word for word.
    text text NOT NULL CHECK (length(text) <= 2000),
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, recording_id) REFERENCES recordings (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX recording_consents_by_recording ON recording_consents (tenant_id, recording_id, at);
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON recording_consents
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

SELECT wall_off('recordings'), wall_off('recording_parts'), wall_off('recording_consents');
GRANT SELECT, INSERT,
    UPDATE (state, began_at, ended_at, ending, progress, bytes, length_ms, retained_until, deleted_at)
    ON recordings TO tallyroom_app;
GRANT SELECT, INSERT, UPDATE (until_ms, bytes) ON recording_parts TO tallyroom_app;
GRANT SELECT, INSERT ON recording_consents TO tallyroom_app;
GRANT SELECT ON recordings, recording_consents TO tallyroom_system;
GRANT SELECT, UPDATE (until_ms, bytes) ON recording_parts TO tallyroom_system;
