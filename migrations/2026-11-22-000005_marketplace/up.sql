-- Who sells what, and what buyer and seller write to each other.

CREATE TABLE sellers (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    headline text NOT NULL DEFAULT '',
    about text NOT NULL DEFAULT '',
    languages text[] NOT NULL DEFAULT '{}',
    photo_url text,
    available_until timestamptz,
    rating_sum bigint NOT NULL DEFAULT 0,
    rating_count bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX sellers_available ON sellers (tenant_id, available_until) WHERE available_until IS NOT NULL;

CREATE TABLE services (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    seller_id uuid NOT NULL,
    title text NOT NULL,
    description text NOT NULL DEFAULT '',
    rate_minor bigint NOT NULL CHECK (rate_minor >= 0),
    policy jsonb NOT NULL DEFAULT '{}',
    video_enabled boolean NOT NULL DEFAULT true,
    published boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES sellers (tenant_id, user_id)
);
CREATE INDEX services_by_seller ON services (tenant_id, seller_id, created_at);

CREATE TABLE conversations (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, buyer_id, seller_id),
    FOREIGN KEY (tenant_id, buyer_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX conversations_by_seller ON conversations (tenant_id, seller_id, last_at);
CREATE INDEX conversations_by_buyer ON conversations (tenant_id, buyer_id, last_at);

SELECT wall_off('sellers'), wall_off('services'), wall_off('conversations');
GRANT SELECT, INSERT, UPDATE ON sellers, services, conversations TO tallyroom_app, tallyroom_system;
