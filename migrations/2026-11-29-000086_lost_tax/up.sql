-- What of a bank's claim is tax: once it is lost, that isn't owed to the tax office any more.
ALTER TABLE chargeback_shares ADD COLUMN tax_minor bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT tax_within_commission CHECK (tax_minor BETWEEN 0 AND commission_minor);
