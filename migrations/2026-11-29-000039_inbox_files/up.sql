-- Files that people send each other, in pieces small enough for a backup or an archive to take them row by row: in the
-- database, so that they are behind the same wall as what is written with them, and gone with their person.
ALTER TABLE messages DROP CONSTRAINT messages_kind_check,
    ADD CONSTRAINT messages_kind_check CHECK (kind IN ('chat', 'call', 'file'));

CREATE TABLE message_files (
    tenant_id uuid NOT NULL,
    -- The message's.
    id uuid NOT NULL,
    sender_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) <= 100),
    media_type text NOT NULL,
    -- None once the file was taken away.
    bytes integer NOT NULL CHECK (bytes BETWEEN 0 AND 5242880),
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, id) REFERENCES messages (tenant_id, id),
    FOREIGN KEY (tenant_id, sender_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX message_files_by_sender ON message_files (tenant_id, sender_id, at);
-- What they take all together.
CREATE INDEX message_files_by_size ON message_files (tenant_id) INCLUDE (bytes);

CREATE TABLE message_file_parts (
    tenant_id uuid NOT NULL,
    file_id uuid NOT NULL,
    nth smallint NOT NULL,
    body bytea NOT NULL CHECK (octet_length(body) BETWEEN 1 AND 65536),
    PRIMARY KEY (tenant_id, file_id, nth),
    FOREIGN KEY (tenant_id, file_id) REFERENCES message_files (tenant_id, id)
);

SELECT wall_off('message_files'), wall_off('message_file_parts');
GRANT SELECT, INSERT, UPDATE (name, bytes) ON message_files TO tallyroom_app;
GRANT SELECT, INSERT, DELETE ON message_file_parts TO tallyroom_app;
GRANT SELECT ON message_files TO tallyroom_system;
GRANT SELECT, DELETE ON message_file_parts TO tallyroom_system;
