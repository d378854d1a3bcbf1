DROP TABLE calendar_feeds;
DROP INDEX bookings_over_of_buyers;
DROP INDEX bookings_over_of_sellers;
