DROP TABLE gateway_differences;
