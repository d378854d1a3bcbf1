-- A seller hands what is written over to a call: a message that names a service.
ALTER TABLE messages ADD COLUMN service_id uuid,
    ADD FOREIGN KEY (tenant_id, service_id) REFERENCES services (tenant_id, id),
    DROP CONSTRAINT messages_kind_check,
    ADD CONSTRAINT messages_kind_check CHECK (kind IN ('chat', 'call', 'file', 'suggestion')),
    ADD CONSTRAINT suggests_a_service CHECK ((kind = 'suggestion') = (service_id IS NOT NULL));
CREATE INDEX messages_by_service ON messages (tenant_id, service_id) WHERE service_id IS NOT NULL;
