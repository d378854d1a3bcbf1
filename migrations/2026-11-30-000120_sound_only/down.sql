ALTER TABLE call_quality DROP COLUMN sound_only_s;
