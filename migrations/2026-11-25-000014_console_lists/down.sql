DROP TABLE visits;
DROP INDEX calls_of_all, users_of_all, calls_by_end, top_ups_failed;
