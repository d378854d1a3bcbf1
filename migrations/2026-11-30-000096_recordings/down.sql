DROP TABLE recording_consents, recording_parts, recordings;
