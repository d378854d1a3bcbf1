ALTER TABLE bookings DROP COLUMN brief, DROP COLUMN delivered;
ALTER TABLE services DROP COLUMN fixed, DROP COLUMN addons;
