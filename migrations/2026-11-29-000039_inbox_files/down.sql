DROP TABLE message_file_parts;
DROP TABLE message_files;
ALTER TABLE messages NO FORCE ROW LEVEL SECURITY;
DELETE FROM messages WHERE kind = 'file';
ALTER TABLE messages FORCE ROW LEVEL SECURITY;
ALTER TABLE messages DROP CONSTRAINT messages_kind_check,
    ADD CONSTRAINT messages_kind_check CHECK (kind IN ('chat', 'call'));
