-- What people are told, what they want to be told, and where their browsers are reached.
CREATE TABLE notifications (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    event text NOT NULL,
    -- Whom it is about: the name is read when the text is made, so it is never an old one.
    about_id uuid,
    params jsonb NOT NULL,
    link text NOT NULL,
    created_at timestamptz NOT NULL,
    read_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, about_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX notifications_of_person ON notifications (tenant_id, user_id, created_at DESC, id DESC);
-- Every signed-in page counts these.
CREATE INDEX unread_notifications ON notifications (tenant_id, user_id) WHERE read_at IS NULL;
CREATE INDEX notifications_by_age ON notifications (created_at);

-- Only what differs from the default.
CREATE TABLE notification_preferences (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    user_id uuid NOT NULL,
    event text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('mail', 'site', 'push')),
    wanted boolean NOT NULL,
    PRIMARY KEY (tenant_id, user_id, event, channel),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

-- A browser is told things for as long as the session lasts that it was signed in with.
CREATE TABLE push_subscriptions (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    session_id uuid NOT NULL,
    endpoint text NOT NULL CHECK (length(endpoint) <= 1000),
    p256dh bytea NOT NULL CHECK (length(p256dh) = 65),
    auth bytea NOT NULL CHECK (length(auth) = 16),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, endpoint),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX push_subscriptions_of_person ON push_subscriptions (tenant_id, user_id, created_at);
CREATE INDEX push_subscriptions_of_session ON push_subscriptions (tenant_id, session_id);

SELECT wall_off('notifications'), wall_off('notification_preferences'), wall_off('push_subscriptions');
GRANT SELECT, INSERT, UPDATE (created_at, read_at, params), DELETE ON notifications TO tallyroom_app;
GRANT SELECT, INSERT, UPDATE (wanted), DELETE ON notification_preferences TO tallyroom_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON push_subscriptions TO tallyroom_app;
GRANT SELECT, INSERT, UPDATE (created_at, read_at, params), DELETE ON notifications TO tallyroom_system;
GRANT SELECT, DELETE ON notification_preferences, push_subscriptions TO tallyroom_system;
