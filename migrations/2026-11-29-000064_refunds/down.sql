DROP INDEX sessions_by_begin;
DROP TABLE chargeback_shares, chargebacks, refunds, disputes, dispute_rules;
