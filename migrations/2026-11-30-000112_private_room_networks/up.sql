-- Which network whoever stands at a door comes from, as a hash: one household can't keep everybody else from knocking, and
-- whoever was let in before isn't held up by those who try passwords.
ALTER TABLE private_room_visits ADD COLUMN network bytea;
CREATE INDEX private_room_visits_by_network ON private_room_visits (tenant_id, room_id, network);
