DROP TABLE call_guests;
ALTER TABLE users DROP COLUMN is_guest;
