DROP TABLE timetables;
