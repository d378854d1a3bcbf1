DROP TABLE seller_photos;
-- Their addresses lead nowhere now.
UPDATE sellers SET photo_url = NULL WHERE photo_url LIKE '/photos/%';
