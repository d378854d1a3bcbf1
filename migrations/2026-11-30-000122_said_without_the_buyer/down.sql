ALTER TABLE messages DROP COLUMN without_buyer;
