DROP TABLE test_gateway_payments, top_ups;
