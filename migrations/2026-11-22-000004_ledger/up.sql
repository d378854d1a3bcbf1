-- Double entry, one row a transfer: amount moves from the debit to the credit account. A hold is a 'pending' row that
-- one later row resolves, by posting up to its amount or voiding it. Rows are never changed; balances on the accounts
-- are kept in the same transaction and always equal the sum of the rows.

CREATE TABLE ledger_accounts (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('wallet', 'earnings', 'revenue', 'gateway')),
    owner_id uuid,
    currency text NOT NULL,
    balance_minor bigint NOT NULL DEFAULT 0,
    held_minor bigint NOT NULL DEFAULT 0 CHECK (held_minor >= 0),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE NULLS NOT DISTINCT (tenant_id, kind, owner_id, currency),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CHECK ((kind IN ('wallet', 'earnings')) = (owner_id IS NOT NULL)),
    CONSTRAINT wallet_never_negative CHECK (kind <> 'wallet' OR balance_minor >= held_minor)
) WITH (fillfactor = 60);

CREATE TYPE ledger_phase AS ENUM ('direct', 'pending', 'posted', 'voided');

CREATE TABLE ledger_transfers (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    phase ledger_phase NOT NULL,
    kind text NOT NULL,
    debit_id uuid NOT NULL,
    credit_id uuid NOT NULL CHECK (credit_id <> debit_id),
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    hold_id uuid,
    leg_id uuid,
    block_no integer,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, debit_id) REFERENCES ledger_accounts (tenant_id, id),
    FOREIGN KEY (tenant_id, credit_id) REFERENCES ledger_accounts (tenant_id, id),
    -- A hold's resolution has the id that follows from the hold's: so there can only be one.
    CHECK ((phase IN ('posted', 'voided')) = (hold_id IS NOT NULL)),
    CONSTRAINT resolved_once CHECK (hold_id IS NULL OR id = md5(hold_id || ':resolution')::uuid)
);
CREATE INDEX ledger_transfers_by_debit ON ledger_transfers (tenant_id, debit_id, at);
CREATE INDEX ledger_transfers_by_credit ON ledger_transfers (tenant_id, credit_id, at);
CREATE INDEX ledger_transfers_by_leg ON ledger_transfers (tenant_id, leg_id, block_no) WHERE leg_id IS NOT NULL;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfers
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Each transfer that moved money as two signed entries.
CREATE VIEW ledger_entries WITH (security_invoker = true) AS
    SELECT tenant_id, id AS transfer_id, kind, debit_id AS account_id, -amount_minor AS amount_minor, leg_id, block_no, at
    FROM ledger_transfers WHERE phase IN ('direct', 'posted')
    UNION ALL
    SELECT tenant_id, id, kind, credit_id, amount_minor, leg_id, block_no, at
    FROM ledger_transfers WHERE phase IN ('direct', 'posted');

-- One direct transfer; false if the id is known already (then nothing changes). Locks both accounts in sorted order.
-- Both must keep the same currency: money is exchanged nowhere in here.
CREATE FUNCTION ledger_move(
    p_tenant uuid, p_id uuid, p_kind text, p_debit uuid, p_credit uuid, p_amount bigint, p_at timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM ledger_accounts
        WHERE tenant_id = p_tenant AND id IN (p_debit, p_credit) ORDER BY id FOR UPDATE;
    IF (SELECT count(*) <> 2 OR count(DISTINCT currency) <> 1 FROM ledger_accounts
        WHERE tenant_id = p_tenant AND id IN (p_debit, p_credit)) THEN
        RAISE EXCEPTION 'a transfer needs two accounts of one currency';
    END IF;
    INSERT INTO ledger_transfers (tenant_id, id, phase, kind, debit_id, credit_id, amount_minor, at)
        VALUES (p_tenant, p_id, 'direct', p_kind, p_debit, p_credit, p_amount, p_at)
        ON CONFLICT (tenant_id, id) DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE ledger_accounts a
        SET balance_minor = a.balance_minor + CASE a.id WHEN p_credit THEN p_amount ELSE -p_amount END
        WHERE a.tenant_id = p_tenant AND a.id IN (p_debit, p_credit);
    RETURN true;
END $$;

SELECT wall_off('ledger_accounts'), wall_off('ledger_transfers');
-- An account starts empty and never changes hands: only its sums can be written later.
GRANT SELECT, INSERT (tenant_id, id, kind, owner_id, currency, created_at), UPDATE (balance_minor, held_minor)
    ON ledger_accounts TO tallyroom_app, tallyroom_system;
GRANT SELECT, INSERT ON ledger_transfers TO tallyroom_app, tallyroom_system;
GRANT SELECT ON ledger_entries TO tallyroom_app, tallyroom_system;
