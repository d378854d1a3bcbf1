-- What nobody decided in time, or whose pictures aren't here, lapses: it can be sent again.
ALTER TABLE identity_checks DROP CONSTRAINT identity_checks_state_check,
    ADD CONSTRAINT identity_checks_state_check CHECK (state IN ('waiting', 'approved', 'declined', 'lapsed'));
CREATE INDEX identity_checks_waiting ON identity_checks (sent_at) WHERE state = 'waiting';
