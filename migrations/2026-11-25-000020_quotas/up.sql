-- What the platform allows this tenant instead of what it allows all.
ALTER TABLE tenants ADD quotas jsonb NOT NULL DEFAULT '{}';
