-- Whoever is reviewed answers, and whoever reads reports what shouldn't be read.
ALTER TABLE reviews
    ADD reply text CHECK (length(reply) BETWEEN 1 AND 2000),
    ADD replied_at timestamptz,
    -- Reports that nobody of the staff has looked at.
    ADD open_reports integer NOT NULL DEFAULT 0 CHECK (open_reports >= 0),
    ADD CONSTRAINT replied_at_some_time CHECK ((reply IS NULL) = (replied_at IS NULL));
-- The console's list begins with what was reported.
CREATE INDEX reviews_by_reports ON reviews (tenant_id, open_reports, call_id) WHERE author = 'buyer';

CREATE TABLE review_reports (
    tenant_id uuid NOT NULL,
    call_id uuid NOT NULL,
    author text NOT NULL,
    reporter_id uuid NOT NULL,
    fault text NOT NULL CHECK (fault IN ('made_up', 'insult', 'private', 'advert', 'off_topic', 'other')),
    body text NOT NULL CHECK (length(body) <= 1000),
    at timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (tenant_id, call_id, author, reporter_id),
    FOREIGN KEY (tenant_id, call_id, author) REFERENCES reviews (tenant_id, call_id, author),
    FOREIGN KEY (tenant_id, reporter_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX review_reports_by_reporter ON review_reports (tenant_id, reporter_id, at);
SELECT wall_off('review_reports');
GRANT SELECT, INSERT, UPDATE (body, settled_at) ON review_reports TO tallyroom_app;
GRANT SELECT ON review_reports TO tallyroom_system;

-- How picture and sound were, said by each side for itself.
CREATE TABLE call_feedback (
    tenant_id uuid NOT NULL,
    call_id uuid NOT NULL,
    person_id uuid NOT NULL,
    good boolean NOT NULL,
    faults text[] NOT NULL CHECK (cardinality(faults) <= 4 AND (good = (faults = '{}'))),
    body text NOT NULL CHECK (length(body) <= 1000),
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, call_id, person_id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX call_feedback_by_time ON call_feedback (tenant_id, at);
CREATE INDEX call_feedback_by_person ON call_feedback (tenant_id, person_id);
SELECT wall_off('call_feedback');
GRANT SELECT, INSERT, UPDATE (good, faults, body, at) ON call_feedback TO tallyroom_app;
GRANT SELECT ON call_feedback TO tallyroom_system;

-- What is hidden counts no more. Migrations run as the tables' owner, whom forced policies hide every row from.
ALTER TABLE sellers NO FORCE ROW LEVEL SECURITY;
ALTER TABLE reviews NO FORCE ROW LEVEL SECURITY;
-- What sellers are found by follows by triggers, which read these.
ALTER TABLE users NO FORCE ROW LEVEL SECURITY;
ALTER TABLE services NO FORCE ROW LEVEL SECURITY;
ALTER TABLE categories NO FORCE ROW LEVEL SECURITY;
UPDATE sellers s SET rating_sum = s.rating_sum - h.stars, rating_count = s.rating_count - h.number
    FROM (SELECT tenant_id, seller_id, sum(stars) AS stars, count(*) AS number FROM reviews
          WHERE author = 'buyer' AND hidden_at IS NOT NULL GROUP BY tenant_id, seller_id) h
    WHERE s.tenant_id = h.tenant_id AND s.user_id = h.seller_id;
ALTER TABLE reviews FORCE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
ALTER TABLE services FORCE ROW LEVEL SECURITY;
ALTER TABLE categories FORCE ROW LEVEL SECURITY;
ALTER TABLE sellers FORCE ROW LEVEL SECURITY;
