CREATE OR REPLACE FUNCTION ledger_goes_back(p_debit text, p_credit text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT p_credit IN ('revenue', 'tax', 'chargebacks', 'disputed', 'gateway')
        OR (p_debit IN ('earnings', 'tips', 'payable') AND p_credit IN ('wallet', 'order', 'refunds'))
        OR (p_debit = 'paying_out' AND p_credit = 'payable')
$$;
DROP TABLE earning_shares, co_sellers, studio_shares;
ALTER TABLE studio_managers DROP CONSTRAINT manager_of_studio;
