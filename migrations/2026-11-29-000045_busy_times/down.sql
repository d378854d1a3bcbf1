DROP TABLE busy_times;
DROP TABLE calendar_imports;
