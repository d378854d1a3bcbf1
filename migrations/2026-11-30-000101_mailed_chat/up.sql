-- How often each of the two had a call's chat mailed to themselves.
ALTER TABLE calls
    ADD COLUMN buyer_chat_mails smallint NOT NULL DEFAULT 0,
    ADD COLUMN seller_chat_mails smallint NOT NULL DEFAULT 0;
