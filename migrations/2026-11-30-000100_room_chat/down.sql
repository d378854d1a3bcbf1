REVOKE UPDATE (preview, width, height) ON message_files FROM tallyroom_app;
ALTER TABLE message_files DROP COLUMN height, DROP COLUMN width, DROP COLUMN preview;
ALTER TABLE conversations
    DROP COLUMN seller_read_at,
    DROP COLUMN seller_read_to,
    DROP COLUMN buyer_read_at,
    DROP COLUMN buyer_read_to;
