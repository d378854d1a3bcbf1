-- How far each of the two has read their conversation, and when; and how files that are pictures look: made anew, small, and
-- without what cameras write into theirs.
ALTER TABLE conversations
    ADD COLUMN buyer_read_to timestamptz,
    ADD COLUMN buyer_read_at timestamptz,
    ADD COLUMN seller_read_to timestamptz,
    ADD COLUMN seller_read_at timestamptz,
    ADD CHECK ((buyer_read_to IS NULL) = (buyer_read_at IS NULL)),
    ADD CHECK ((seller_read_to IS NULL) = (seller_read_at IS NULL));

ALTER TABLE message_files
    ADD COLUMN preview bytea CHECK (octet_length(preview) <= 2097152),
    ADD COLUMN width integer CHECK (width > 0),
    ADD COLUMN height integer CHECK (height > 0);
GRANT UPDATE (preview, width, height) ON message_files TO tallyroom_app;
