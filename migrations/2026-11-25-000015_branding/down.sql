DROP TABLE tenant_words, look_versions, look_files;
-- What an older version can't read.
UPDATE tenants SET brand = jsonb_build_object('brand', brand->'brand', 'scheme', brand->'scheme', 'radius', brand->'radius')
WHERE brand IS NOT NULL;
REVOKE UPDATE (look_revision) ON tenants FROM tallyroom_app;
ALTER TABLE tenants DROP look_revision;
