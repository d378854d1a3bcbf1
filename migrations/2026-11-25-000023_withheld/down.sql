ALTER TABLE services DROP CONSTRAINT withheld_is_off, DROP withheld;
