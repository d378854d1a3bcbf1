DROP TABLE call_quality;
