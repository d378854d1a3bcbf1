DROP TABLE identity_pictures;
DROP TABLE identity_checks;
DROP TABLE identity_rules;
