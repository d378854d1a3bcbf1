DROP FUNCTION ledger_move_many(uuid, uuid[], text[], uuid[], uuid[], bigint[], timestamptz[]);
