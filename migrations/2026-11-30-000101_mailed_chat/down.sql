ALTER TABLE calls DROP COLUMN seller_chat_mails, DROP COLUMN buyer_chat_mails;
