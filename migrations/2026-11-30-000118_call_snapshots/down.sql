DROP TABLE call_snapshots;
