UPDATE call_guests SET role = 'specialist' WHERE role = 'visitor';
ALTER TABLE call_guests DROP CONSTRAINT call_guests_role_check;
ALTER TABLE call_guests ADD CONSTRAINT call_guests_role_check
    CHECK (role IN ('interpreter', 'representative', 'specialist'));
DROP TABLE private_room_visits;
DROP TABLE private_room_tries;
DROP TABLE private_room_users;
DROP TABLE private_rooms;
