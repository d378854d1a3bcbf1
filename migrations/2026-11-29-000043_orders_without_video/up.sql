-- What is done without video has a fixed price, and anything can have extras with a price. Programs that don't know that
-- yet add services without either.
ALTER TABLE services ADD COLUMN fixed jsonb,
    ADD COLUMN addons jsonb NOT NULL DEFAULT '[]';

-- What the buyer wants, and what they got for it.
ALTER TABLE bookings ADD COLUMN brief text NOT NULL DEFAULT '',
    ADD COLUMN delivered text NOT NULL DEFAULT '';
