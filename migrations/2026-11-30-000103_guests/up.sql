-- People who are asked into a call by a link: an interpreter, somebody's representative, a specialist.

-- Whoever comes without an account is kept like everybody, so that what they said and agreed to has somebody it is of;
-- nobody can sign in as them.
ALTER TABLE users ADD COLUMN is_guest boolean NOT NULL DEFAULT false;

CREATE TABLE call_guests (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    call_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('interpreter', 'representative', 'specialist')),
    -- What an interpreter speaks.
    languages text[] NOT NULL DEFAULT '{}' CHECK (cardinality(languages) <= 3),
    invited_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- SHA-256 of what stands in the link.
    link_hash bytea NOT NULL,
    -- Who came by it.
    user_id uuid,
    came_at timestamptz,
    -- When the buyer let them in; at once where the buyer asked them.
    admitted_at timestamptz,
    -- The link was taken back, or they were shown out.
    ended_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    FOREIGN KEY (tenant_id, invited_by) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CHECK ((user_id IS NULL) = (came_at IS NULL)),
    CONSTRAINT one_guest_a_link UNIQUE (tenant_id, link_hash)
);
-- Whoever was shown out may be asked in again.
CREATE UNIQUE INDEX one_place_a_guest ON call_guests (tenant_id, call_id, user_id) WHERE ended_at IS NULL;
CREATE INDEX call_guests_by_call ON call_guests (tenant_id, call_id);
CREATE INDEX call_guests_by_user ON call_guests (tenant_id, user_id) WHERE user_id IS NOT NULL;
CREATE INDEX call_guests_by_inviter ON call_guests (tenant_id, invited_by);

SELECT wall_off('call_guests');
GRANT SELECT, INSERT, UPDATE ON call_guests TO tallyroom_app;
