DROP TABLE snapshot_consents;
