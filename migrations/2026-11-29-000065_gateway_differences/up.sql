-- Where a payment provider and our books don't say the same of a payment.
CREATE TABLE gateway_differences (
    tenant_id uuid NOT NULL,
    top_up_id uuid NOT NULL,
    account_id uuid NOT NULL,
    ours text NOT NULL,
    theirs text NOT NULL,
    found_at timestamptz NOT NULL,
    cleared_at timestamptz,
    note text,
    PRIMARY KEY (tenant_id, top_up_id),
    FOREIGN KEY (tenant_id, top_up_id) REFERENCES top_ups (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES gateway_accounts (tenant_id, id),
    CHECK ((note IS NULL) = (cleared_at IS NULL))
);
CREATE INDEX gateway_differences_by_time ON gateway_differences (tenant_id, found_at);
SELECT wall_off('gateway_differences');
GRANT SELECT, INSERT, UPDATE ON gateway_differences TO tallyroom_app;
GRANT SELECT ON gateway_differences TO tallyroom_system;
