DO $$
DECLARE walled regclass;
BEGIN
    FOR walled IN SELECT tgrelid FROM pg_trigger WHERE tgname = 'only_with_tenant' LOOP
        EXECUTE format('DROP TRIGGER only_with_tenant ON %s', walled);
        EXECUTE format('REVOKE DELETE ON %s FROM tallyroom_system', walled);
    END LOOP;
END $$;
DROP FUNCTION let_go_with_tenant();
DROP FUNCTION refuse_unless_erased();
DROP TRIGGER append_only ON call_events;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON call_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE test_gateway_payments DROP merchant;
DROP TABLE subscription_notices, subscription_payments, invoice_numbers, subscription_settings;
DROP INDEX subscriptions_by_number;
DROP TRIGGER append_only ON subscriptions;
ALTER TABLE subscriptions
    DROP plan_name, DROP interval_months, DROP invoice_no, DROP issuer, DROP customer;
ALTER TABLE tenants DROP subscription_free, DROP subscription_due_since, DROP erased_at;
