-- Private rooms of sellers: an address where whoever knows a password, or is let in, finds them.

CREATE TABLE private_rooms (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    host_id uuid NOT NULL,
    -- What is talked about in it, and what it costs unless it is free.
    service_id uuid NOT NULL,
    free boolean NOT NULL,
    -- Stands in its address.
    slug text NOT NULL CHECK (slug ~ '^[a-z0-9]{12}$'),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 80),
    opens_by text NOT NULL CHECK (opens_by IN ('password', 'password_or_knock', 'knock')),
    -- Argon2id, of the password that is everybody's; none where only named people have one.
    password_hash text,
    -- The newest call that was opened in it. Calls are kept longer than rooms.
    call_id uuid,
    created_at timestamptz NOT NULL,
    closed_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, host_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, service_id) REFERENCES services (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    CONSTRAINT one_room_an_address UNIQUE (tenant_id, slug)
);
CREATE INDEX private_rooms_by_host ON private_rooms (tenant_id, host_id);
CREATE INDEX private_rooms_by_service ON private_rooms (tenant_id, service_id);
CREATE INDEX private_rooms_by_call ON private_rooms (tenant_id, call_id) WHERE call_id IS NOT NULL;

CREATE TABLE private_room_users (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    room_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    -- The name in lower case: nobody has to remember how it was written.
    name_key text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, room_id) REFERENCES private_rooms (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT one_room_user_a_name UNIQUE (tenant_id, room_id, name_key)
);

-- Passwords that didn't fit: by address, by name, and by room.
CREATE TABLE private_room_tries (
    tenant_id uuid NOT NULL,
    room_id uuid NOT NULL,
    -- SHA-256 of who tried.
    who bytea NOT NULL,
    -- Whose password was tried, so that the host can be told: an address's, a name's or the room's.
    kind text NOT NULL CHECK (kind IN ('address', 'name', 'room')),
    failures integer NOT NULL CHECK (failures >= 0),
    last_at timestamptz NOT NULL,
    -- Until then nothing is compared.
    until timestamptz NOT NULL,
    locked boolean NOT NULL,
    PRIMARY KEY (tenant_id, room_id, who),
    FOREIGN KEY (tenant_id, room_id) REFERENCES private_rooms (tenant_id, id) ON DELETE CASCADE
);

-- People at the door.
CREATE TABLE private_room_visits (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    room_id uuid NOT NULL,
    -- SHA-256 of what their page knows.
    token_hash bytea NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    -- Who it is, where somebody is signed in or has come in.
    user_id uuid,
    created_at timestamptz NOT NULL,
    -- When their page last asked.
    seen_at timestamptz NOT NULL,
    -- At once where they had a password.
    admitted_at timestamptz,
    refused_at timestamptz,
    call_id uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, room_id) REFERENCES private_rooms (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    CHECK (admitted_at IS NULL OR refused_at IS NULL),
    CONSTRAINT one_visit_a_token UNIQUE (tenant_id, token_hash)
);
CREATE INDEX private_room_visits_by_room ON private_room_visits (tenant_id, room_id, created_at);
CREATE INDEX private_room_visits_by_user ON private_room_visits (tenant_id, user_id) WHERE user_id IS NOT NULL;
CREATE INDEX private_room_visits_by_call ON private_room_visits (tenant_id, call_id) WHERE call_id IS NOT NULL;

SELECT wall_off('private_rooms');
SELECT wall_off('private_room_users');
SELECT wall_off('private_room_tries');
SELECT wall_off('private_room_visits');
GRANT SELECT, INSERT, UPDATE, DELETE ON private_rooms, private_room_users, private_room_tries, private_room_visits
    TO tallyroom_app;
GRANT SELECT, DELETE ON private_rooms, private_room_users, private_room_tries, private_room_visits TO tallyroom_system;

-- Whoever comes to a free room while a talk goes on is a third person of it.
ALTER TABLE call_guests DROP CONSTRAINT call_guests_role_check;
ALTER TABLE call_guests ADD CONSTRAINT call_guests_role_check
    CHECK (role IN ('interpreter', 'representative', 'specialist', 'visitor'));
