-- Whether what is in a category is done by video. Programs that don't know it yet add categories that are.
ALTER TABLE categories ADD COLUMN video boolean NOT NULL DEFAULT true;
