DROP TABLE mail_tokens, sessions, declarations, users;
