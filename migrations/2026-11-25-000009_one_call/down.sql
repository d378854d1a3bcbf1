DROP TABLE people_in_calls;
