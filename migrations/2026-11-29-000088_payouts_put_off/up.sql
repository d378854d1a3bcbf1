-- How often a provider had too little for a payout: each further try is made under another name.
ALTER TABLE payouts ADD COLUMN tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0);
