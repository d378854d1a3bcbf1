ALTER TABLE top_ups DROP COLUMN extension_id;
DROP TABLE call_extensions;
DROP TABLE tips;
DROP TABLE test_gateway_methods;
ALTER TABLE test_gateway_payments DROP COLUMN keeps, DROP COLUMN token;
ALTER TABLE top_ups DROP COLUMN consent_version, DROP COLUMN consent_words, DROP COLUMN method_id;
DROP TABLE saved_methods;
