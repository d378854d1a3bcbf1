ALTER TABLE categories DROP COLUMN video;
