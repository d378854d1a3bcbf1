ALTER TABLE tenants DROP quotas;
