-- What a tip was given as, if as more than an amount.
ALTER TABLE tips ADD COLUMN gift text CHECK (gift IN ('flower', 'coffee', 'cake', 'bouquet'));
