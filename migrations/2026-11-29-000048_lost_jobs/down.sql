DROP INDEX calendar_imports_due;
DROP INDEX bookings_by_start;
DROP INDEX jobs_about;
