-- How long one side of a call heard the other and didn't see them, in seconds.
ALTER TABLE call_quality ADD COLUMN sound_only_s integer NOT NULL DEFAULT 0 CHECK (sound_only_s >= 0);
