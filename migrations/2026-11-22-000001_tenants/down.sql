DROP TABLE tenant_hosts;
DROP TABLE tenants;
DROP FUNCTION wall_off(regclass);
