-- Forced policies would hide every row from the owner.
ALTER TABLE mail_tokens NO FORCE ROW LEVEL SECURITY;
DELETE FROM mail_tokens WHERE purpose = 'log_in';
ALTER TABLE mail_tokens FORCE ROW LEVEL SECURITY;
ALTER TABLE mail_tokens
    DROP CONSTRAINT mail_tokens_purpose_check,
    ADD CONSTRAINT mail_tokens_purpose_check CHECK (purpose IN ('verify', 'reset', 'invite'));
ALTER TABLE sessions DROP COLUMN stepped_up_at;
DROP TABLE recovery_codes, second_factors;
