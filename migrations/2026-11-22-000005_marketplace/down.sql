DROP TABLE conversations, services, sellers;
