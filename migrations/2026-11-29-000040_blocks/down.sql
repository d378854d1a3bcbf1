DROP TABLE person_reports;
DROP TABLE blocks;
