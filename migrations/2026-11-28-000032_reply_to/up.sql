-- Where answers to a tenant's mails go; nowhere in particular without.
ALTER TABLE tenants ADD COLUMN reply_to text CHECK (length(reply_to) BETWEEN 3 AND 254);
GRANT UPDATE (reply_to) ON tenants TO tallyroom_app;
