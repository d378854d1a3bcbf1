-- What staff took off the site, its seller can't put back.
ALTER TABLE services ADD withheld boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT withheld_is_off CHECK (NOT (withheld AND published));
