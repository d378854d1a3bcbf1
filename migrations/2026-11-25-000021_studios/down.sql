DROP INDEX calls_of_seller_by_end;
DROP TABLE studio_sellers, studio_managers, studios;
