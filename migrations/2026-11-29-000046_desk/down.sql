DROP INDEX messages_by_service;
DELETE FROM messages WHERE kind = 'suggestion';
ALTER TABLE messages DROP CONSTRAINT suggests_a_service,
    DROP CONSTRAINT messages_kind_check,
    ADD CONSTRAINT messages_kind_check CHECK (kind IN ('chat', 'call', 'file')),
    DROP COLUMN service_id;
