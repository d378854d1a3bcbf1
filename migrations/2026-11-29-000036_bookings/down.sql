ALTER TABLE calls DROP COLUMN booking_id;
ALTER TABLE top_ups DROP COLUMN booking_id;
ALTER TABLE ledger_accounts
    DROP CONSTRAINT one_of_a_kind,
    ADD CONSTRAINT ledger_accounts_tenant_id_kind_owner_id_currency_key
        UNIQUE NULLS NOT DISTINCT (tenant_id, kind, owner_id, currency),
    DROP CONSTRAINT wallet_never_negative,
    ADD CONSTRAINT wallet_never_negative CHECK (kind <> 'wallet' OR balance_minor >= held_minor),
    DROP CONSTRAINT ledger_accounts_check,
    ADD CONSTRAINT ledger_accounts_check CHECK ((kind IN ('wallet', 'earnings')) = (owner_id IS NOT NULL)),
    DROP CONSTRAINT of_an_order,
    DROP CONSTRAINT ledger_accounts_kind_check,
    ADD CONSTRAINT ledger_accounts_kind_check CHECK (kind IN ('wallet', 'earnings', 'revenue', 'gateway')),
    DROP COLUMN order_id;
DROP TABLE booking_looks;
DROP TABLE held_times;
DROP TABLE booking_events;
DROP TABLE bookings;
ALTER TABLE services DROP COLUMN booking;
DROP EXTENSION btree_gist;
