DROP TABLE reviews, messages, call_events, call_legs, calls;
