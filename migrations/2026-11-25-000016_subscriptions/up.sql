-- Plans are sold to tenants: once, for an interval, renewed by nobody. And a tenant whose cooling-off is over can go.

-- What the platform's owners set for all tenants. One row.
CREATE TABLE subscription_settings (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    -- Since when tenants need a subscription; null is never.
    on_since timestamptz,
    grace_days integer NOT NULL DEFAULT 7 CHECK (grace_days BETWEEN 0 AND 90),
    -- How many days before the end a mail goes out.
    days_before integer[] NOT NULL DEFAULT '{14,3,0}' CHECK (cardinality(days_before) <= 10),
    mail_subject text NOT NULL DEFAULT 'The subscription of {tenant} ends on {ends}'
        CHECK (length(mail_subject) BETWEEN 1 AND 200),
    mail_body text NOT NULL DEFAULT E'Your plan {plan} is paid until {ends}. Nothing renews by itself.\n\nAfter that calls can be begun until {stops}. To go on, pay for the next months in your console:\n{link}'
        CHECK (length(mail_body) BETWEEN 1 AND 5000),
    -- Who sends invoices: name, address, tax number.
    issuer text NOT NULL DEFAULT 'Tallyroom' CHECK (length(issuer) BETWEEN 1 AND 1000)
);
INSERT INTO subscription_settings DEFAULT VALUES;

-- The last invoice's number. Taken in the transaction that writes the invoice, so none is missing and none is there twice.
CREATE TABLE invoice_numbers (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    last bigint NOT NULL DEFAULT 0
);
INSERT INTO invoice_numbers DEFAULT VALUES;

SELECT wall_off_platform('subscription_settings'), wall_off_platform('invoice_numbers');
-- A tenant's requests ask what holds for it.
CREATE POLICY known ON subscription_settings FOR SELECT TO tallyroom_app USING (true);
GRANT SELECT ON subscription_settings TO tallyroom_app;
GRANT SELECT, UPDATE ON subscription_settings, invoice_numbers TO tallyroom_system;

ALTER TABLE tenants
    -- Needs no subscription, whatever the platform's settings say.
    ADD subscription_free boolean NOT NULL DEFAULT false,
    -- Since when it isn't free any more.
    ADD subscription_due_since timestamptz,
    -- Everything of it is gone but what has to stay; the row keeps its subdomain from being anybody else's.
    ADD erased_at timestamptz;

-- What was sold is the owner's book: a row is an invoice, with what it needs to be written again, and never changes.
ALTER TABLE subscriptions
    ADD plan_name text NOT NULL,
    ADD interval_months integer NOT NULL,
    ADD invoice_no bigint NOT NULL,
    ADD issuer text NOT NULL,
    ADD customer text NOT NULL,
    ADD UNIQUE (tenant_id, invoice_no);
CREATE INDEX subscriptions_by_number ON subscriptions (invoice_no);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subscriptions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Payments for subscriptions. The row is the intent; it exists before any gateway hears of it. What comes of it, a
-- subscription, has its id.
CREATE TABLE subscription_payments (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    plan_id uuid NOT NULL,
    plan_name text NOT NULL,
    interval_months integer NOT NULL,
    gateway text NOT NULL,
    gateway_reference text,
    pay_url text,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    currency text NOT NULL,
    state text NOT NULL CHECK (state IN ('created', 'pending', 'unknown', 'settled', 'declined')),
    reason text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX subscription_payments_by_time ON subscription_payments (tenant_id, created_at);

-- Which mails about the end of a paid time were sent: each once.
CREATE TABLE subscription_notices (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    ends_at timestamptz NOT NULL,
    days_before integer NOT NULL,
    sent_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, ends_at, days_before)
);

SELECT wall_off('subscription_payments'), wall_off('subscription_notices');
GRANT SELECT, INSERT, UPDATE ON subscription_payments TO tallyroom_app, tallyroom_system;
GRANT SELECT ON subscription_notices TO tallyroom_app;
GRANT SELECT, INSERT ON subscription_notices TO tallyroom_system;

-- Whom a payment is for, where that isn't the tenant whose host the page is on.
ALTER TABLE test_gateway_payments ADD merchant text;

-- Rows that nobody deletes may go with their tenant, and only then.
CREATE FUNCTION refuse_unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM gone LEFT JOIN tenants t ON t.id = gone.tenant_id AND t.erased_at IS NOT NULL WHERE t.id IS NULL
    ) THEN
        RAISE EXCEPTION 'rows of % go with their tenant only', TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER append_only ON call_events;
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON call_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- Lets rows of all tables of tenants go with their tenant, but those that stay: the ledger, the log, the owner's book. Run
-- after each round of migrations, so that a new table needs nothing.
CREATE FUNCTION let_go_with_tenant() RETURNS void LANGUAGE plpgsql AS $$
DECLARE walled regclass;
BEGIN
    FOR walled IN
        SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
        WHERE n.nspname = 'public' AND c.relkind = 'r'
          AND c.relname NOT IN ('ledger_accounts', 'ledger_transfers', 'audit_log', 'subscriptions')
          -- What the platform or a tenant deletes anyway.
          AND NOT has_table_privilege('tallyroom_system', c.oid, 'DELETE')
    LOOP
        EXECUTE format('CREATE TRIGGER only_with_tenant AFTER DELETE ON %s REFERENCING OLD TABLE AS gone
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_unless_erased()', walled);
        EXECUTE format('GRANT SELECT, DELETE ON %s TO tallyroom_system', walled);
    END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION let_go_with_tenant() FROM PUBLIC;

-- Tenants that are cooling off already are waited for, too. The owner isn't above its own walls: they are opened for it.
ALTER TABLE tenants NO FORCE ROW LEVEL SECURITY;
ALTER TABLE jobs NO FORCE ROW LEVEL SECURITY;
INSERT INTO jobs (tenant_id, id, kind, payload, run_at, created_at)
    SELECT id, gen_random_uuid(), 'erase_tenant', 'null', delete_at, delete_at FROM tenants WHERE state = 'deleting';
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
ALTER TABLE jobs FORCE ROW LEVEL SECURITY;
