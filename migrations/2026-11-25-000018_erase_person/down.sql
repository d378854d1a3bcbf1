REVOKE DELETE ON sessions, mail_tokens FROM tallyroom_app;
REVOKE UPDATE (address) ON declarations FROM tallyroom_app;
REVOKE UPDATE (body) ON messages FROM tallyroom_app;
ALTER TABLE users DROP CONSTRAINT erased_is_closed, DROP erased_at;
