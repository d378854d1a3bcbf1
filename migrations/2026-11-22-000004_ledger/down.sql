DROP FUNCTION ledger_move(uuid, uuid, text, uuid, uuid, bigint, timestamptz);
DROP VIEW ledger_entries;
DROP TABLE ledger_transfers, ledger_accounts;
DROP FUNCTION refuse_change();
DROP TYPE ledger_phase;
