-- Faces: small, made anew before they are kept, and gone with their person. In the database like a look's files, so that
-- they are behind the same wall and in every backup and archive.
CREATE TABLE seller_photos (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    user_id uuid NOT NULL,
    hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    media_type text NOT NULL,
    body bytea NOT NULL CHECK (octet_length(body) <= 524288),
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES sellers (tenant_id, user_id)
);
CREATE INDEX seller_photos_by_hash ON seller_photos (tenant_id, hash);

SELECT wall_off('seller_photos');
GRANT SELECT, INSERT, UPDATE, DELETE ON seller_photos TO tallyroom_app, tallyroom_system;
