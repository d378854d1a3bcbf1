ALTER TABLE sellers DROP COLUMN charges;
DROP INDEX bookings_by_end;
CREATE INDEX bookings_by_end ON bookings (tenant_id, closed_at) WHERE extra_minor > 0;
ALTER TABLE bookings DROP COLUMN extra_tax_minor;
ALTER TABLE calls DROP COLUMN tax_minor;
DROP TABLE documents, document_counters, document_issuers;
