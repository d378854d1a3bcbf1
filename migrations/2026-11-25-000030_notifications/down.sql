DROP TABLE push_subscriptions, notification_preferences, notifications;
