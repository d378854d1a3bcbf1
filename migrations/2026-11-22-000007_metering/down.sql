DROP FUNCTION meter_tick(uuid[], uuid[], integer[], smallint[], bigint[], bigint[], timestamptz);
DROP FUNCTION meter_hold_id(uuid, integer);
