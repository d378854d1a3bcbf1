DO $$
DECLARE walled text;
BEGIN
    FOREACH walled IN ARRAY ARRAY['users', 'declarations', 'sellers', 'services', 'conversations', 'messages', 'reviews',
        'calls', 'call_legs', 'call_events', 'top_ups', 'test_gateway_payments', 'subscription_payments',
        'subscription_notices', 'tenant_hosts'] LOOP
        EXECUTE format('DROP TRIGGER only_with_tenant ON %I', walled);
        EXECUTE format('REVOKE DELETE ON %I FROM tallyroom_system', walled);
    END LOOP;
END $$;
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
