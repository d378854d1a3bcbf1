REVOKE SELECT ON subscription_notices FROM tallyroom_app;
DROP TABLE exports;
