DROP TABLE documents, document_counters, document_issuers;
