DROP TABLE books;
DROP TABLE payouts;
DROP TABLE payout_batches;
DROP TABLE payout_methods;
DROP TABLE payout_rules;
