DROP TABLE refunds, disputes, dispute_rules;
