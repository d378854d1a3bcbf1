DROP INDEX private_room_visits_by_network;
ALTER TABLE private_room_visits DROP COLUMN network;
