-- Invoices, receipts and credit notes. Numbers have no gaps within a tenant's year: the counter's row is locked while one is
-- taken, and goes back with the transaction if the document isn't written after all.
CREATE TABLE document_issuers (
    tenant_id uuid PRIMARY KEY REFERENCES tenants (id),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
    address text NOT NULL CHECK (char_length(address) <= 300),
    tax_number text NOT NULL CHECK (char_length(tax_number) <= 40)
);

CREATE TABLE document_counters (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    year integer NOT NULL,
    last integer NOT NULL CHECK (last >= 0),
    PRIMARY KEY (tenant_id, year)
);

CREATE TABLE documents (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    year integer NOT NULL,
    nth integer NOT NULL CHECK (nth > 0),
    kind text NOT NULL CHECK (kind IN ('invoice', 'receipt', 'credit_note')),
    about text NOT NULL CHECK (about IN ('call', 'order', 'top_up', 'refund')),
    -- A call, an order, a payment or a refund. Documents outlive them: no foreign key.
    about_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    seller_id uuid,
    -- The invoice that a credit note corrects.
    corrects_id uuid,
    issued_at timestamptz NOT NULL,
    -- Nothing of it changes but the names of people who are erased.
    content jsonb NOT NULL,
    total_minor bigint NOT NULL CHECK (total_minor > 0),
    currency text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT one_number UNIQUE (tenant_id, year, nth),
    CONSTRAINT one_document UNIQUE (tenant_id, about_id, kind),
    FOREIGN KEY (tenant_id, year) REFERENCES document_counters (tenant_id, year),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, corrects_id) REFERENCES documents (tenant_id, id),
    CHECK ((kind = 'credit_note') = (corrects_id IS NOT NULL))
);
CREATE INDEX documents_by_owner ON documents (tenant_id, owner_id, year DESC, nth DESC);
CREATE INDEX documents_by_seller ON documents (tenant_id, seller_id) WHERE seller_id IS NOT NULL;
CREATE INDEX documents_by_invoice ON documents (tenant_id, corrects_id) WHERE corrects_id IS NOT NULL;
CREATE INDEX documents_by_time ON documents (tenant_id, issued_at);
CREATE INDEX documents_by_total ON documents (tenant_id, total_minor);

-- Tax of calls and orders; what isn't the seller's of an order counts when the order brought nothing beyond its call, too.
ALTER TABLE calls ADD COLUMN tax_minor bigint NOT NULL DEFAULT 0;
ALTER TABLE bookings ADD COLUMN extra_tax_minor bigint NOT NULL DEFAULT 0;
DROP INDEX bookings_by_end;
CREATE INDEX bookings_by_end ON bookings (tenant_id, closed_at) WHERE extra_minor > 0 OR extra_commission_minor > 0;

-- What the tenant has set for a seller of commission and fee.
ALTER TABLE sellers ADD COLUMN charges jsonb NOT NULL DEFAULT '{}';
CREATE INDEX sellers_with_charges ON sellers (tenant_id) WHERE charges <> '{}';

SELECT wall_off('document_issuers'), wall_off('document_counters'), wall_off('documents');
GRANT SELECT, INSERT, UPDATE ON document_issuers, document_counters TO tallyroom_app;
GRANT SELECT, INSERT ON documents TO tallyroom_app;
GRANT UPDATE (content) ON documents TO tallyroom_app;
GRANT SELECT ON document_issuers, document_counters, documents TO tallyroom_system;
