-- A second factor, codes by the clock: for whoever wants one, and for staff who may move money.
CREATE TABLE second_factors (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    -- Sealed with the server's key.
    secret bytea NOT NULL,
    -- Of the last code that was used: no code is good twice.
    step bigint NOT NULL DEFAULT 0,
    -- When a code of it was shown first; until then it is only offered.
    switched_on_at timestamptz,
    wrong_codes integer NOT NULL DEFAULT 0,
    wrong_code_at timestamptz,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

-- What stands in for a code when the phone is gone, as hashes; each is good once.
CREATE TABLE recovery_codes (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (tenant_id, user_id, code_hash),
    FOREIGN KEY (tenant_id, user_id) REFERENCES second_factors (tenant_id, user_id)
);

SELECT wall_off('second_factors'), wall_off('recovery_codes');
GRANT SELECT, INSERT, UPDATE, DELETE ON second_factors, recovery_codes TO tallyroom_app;
GRANT SELECT, DELETE ON second_factors, recovery_codes TO tallyroom_system;

-- When the person showed a code in this session last.
ALTER TABLE sessions ADD COLUMN stepped_up_at timestamptz;

-- Whoever has shown the right password and not yet a code holds a token, too.
ALTER TABLE mail_tokens
    DROP CONSTRAINT mail_tokens_purpose_check,
    ADD CONSTRAINT mail_tokens_purpose_check CHECK (purpose IN ('verify', 'reset', 'invite', 'log_in'));
