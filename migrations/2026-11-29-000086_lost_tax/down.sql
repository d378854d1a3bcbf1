ALTER TABLE chargeback_shares DROP COLUMN tax_minor;
