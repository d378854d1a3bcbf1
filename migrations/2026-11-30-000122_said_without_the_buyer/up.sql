-- Said in a free talk while whoever came first had left it: the seller's to read, and not theirs.
ALTER TABLE messages ADD COLUMN without_buyer boolean NOT NULL DEFAULT false;
