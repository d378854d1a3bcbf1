-- What sellers are found by. Triggers keep it in the transaction of what it is made of, so it can't be old; it holds
-- nothing that isn't elsewhere, and stays out of archives.
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE TABLE seller_search (
    tenant_id uuid NOT NULL,
    seller_id uuid NOT NULL,
    -- Something is published, and the account is open.
    listed boolean NOT NULL DEFAULT false,
    document tsvector NOT NULL DEFAULT '',
    -- Without descriptions: what is spelled wrongly is looked for in here.
    words text NOT NULL DEFAULT '',
    -- Of each published service, in the same order; a service without a category has the nil id.
    categories uuid[] NOT NULL DEFAULT '{}',
    rates bigint[] NOT NULL DEFAULT '{}',
    lowest_minor bigint NOT NULL DEFAULT 0,
    languages text[] NOT NULL DEFAULT '{}',
    rating_sum bigint NOT NULL DEFAULT 0,
    rating_count bigint NOT NULL DEFAULT 0,
    -- As it is shown: 48 is 4.8; zero without ratings.
    rating_tenths bigint NOT NULL GENERATED ALWAYS AS (
        CASE rating_count WHEN 0 THEN 0 ELSE (rating_sum * 10 + rating_count / 2) / rating_count END) STORED,
    -- Thousandths of a star, as if five people had given four stars before: a single vote decides little.
    score bigint NOT NULL GENERATED ALWAYS AS ((rating_sum + 20) * 1000 / (rating_count + 5)) STORED,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, seller_id),
    FOREIGN KEY (tenant_id, seller_id) REFERENCES sellers (tenant_id, user_id)
);
CREATE INDEX seller_search_by_anything ON seller_search
    USING gin (tenant_id, document, words gin_trgm_ops, categories, languages) WHERE listed;
CREATE INDEX seller_search_by_score ON seller_search (tenant_id, score DESC, created_at, seller_id) WHERE listed;
CREATE INDEX seller_search_by_rate ON seller_search (tenant_id, lowest_minor) WHERE listed;
CREATE INDEX seller_search_by_rating ON seller_search (tenant_id, rating_tenths) WHERE listed;

SELECT wall_off('seller_search');
-- For the function below, which names the tenant itself: policies keep operators that aren't leakproof out of indexes.
CREATE POLICY finder ON seller_search TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON seller_search TO tallyroom_app, tallyroom_system;

-- A text as words that are compared: small letters, no accents, nothing between words but one space.
CREATE FUNCTION search_words(p_text text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE SET search_path = public, pg_temp
    RETURN btrim(regexp_replace(lower(unaccent(p_text)), '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u303f]+', ' ', 'g'));

-- Writes what these sellers are found by. Their rows are locked first: whoever changes something else of the same seller
-- meanwhile waits, and then sees it.
CREATE FUNCTION refresh_seller_search(p_tenant uuid, p_sellers uuid[]) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM seller_search WHERE tenant_id = p_tenant AND seller_id = ANY (p_sellers) ORDER BY seller_id FOR UPDATE;
    UPDATE seller_search d SET
        listed = f.listed,
        document = CASE WHEN f.listed THEN
            setweight(to_tsvector('simple', f.name || ' ' || f.titles), 'A')
            || setweight(to_tsvector('simple', f.headline || ' ' || f.filed), 'B')
            || setweight(to_tsvector('simple', f.descriptions), 'C') ELSE '' END,
        words = CASE WHEN f.listed THEN concat_ws(' ', f.name, f.headline, f.titles, f.filed) ELSE '' END,
        categories = f.categories, rates = f.rates, lowest_minor = f.lowest_minor, languages = f.languages,
        rating_sum = f.rating_sum, rating_count = f.rating_count
    FROM (
        SELECT s.user_id, s.languages, s.rating_sum, s.rating_count,
               o.rates IS NOT NULL AND u.suspended_at IS NULL AND u.verified_at IS NOT NULL AS listed,
               search_words(u.name) AS name, search_words(s.headline) AS headline,
               search_words(coalesce(o.titles, '')) AS titles, search_words(coalesce(o.filed, '')) AS filed,
               search_words(coalesce(o.descriptions, '')) AS descriptions,
               coalesce(o.categories, '{}') AS categories, coalesce(o.rates, '{}') AS rates,
               coalesce(o.lowest_minor, 0) AS lowest_minor
        FROM sellers s
        JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
        CROSS JOIN LATERAL (
            SELECT array_agg(v.rate_minor ORDER BY v.rate_minor, v.id) AS rates, min(v.rate_minor) AS lowest_minor,
                   array_agg(coalesce(v.category_id, '00000000-0000-0000-0000-000000000000')
                             ORDER BY v.rate_minor, v.id) AS categories,
                   string_agg(v.title, ' ') AS titles, string_agg(v.description, ' ') AS descriptions,
                   string_agg(DISTINCT (SELECT string_agg(value, ' ') FROM jsonb_each_text(c.names)), ' ') AS filed
            FROM services v
            LEFT JOIN categories c ON c.tenant_id = v.tenant_id AND c.id = v.category_id
            WHERE v.tenant_id = s.tenant_id AND v.seller_id = s.user_id AND v.published AND v.video_enabled) o
        WHERE s.tenant_id = p_tenant AND s.user_id = ANY (p_sellers)) f
    WHERE d.tenant_id = p_tenant AND d.seller_id = f.user_id;
END $$;

CREATE FUNCTION seller_search_of_seller() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO seller_search (tenant_id, seller_id, created_at) VALUES (NEW.tenant_id, NEW.user_id, NEW.created_at)
        ON CONFLICT DO NOTHING;
    PERFORM refresh_seller_search(NEW.tenant_id, ARRAY[NEW.user_id]);
    RETURN NULL;
END $$;
CREATE TRIGGER seller_search AFTER INSERT OR UPDATE OF headline, languages, rating_sum, rating_count ON sellers
    FOR EACH ROW EXECUTE FUNCTION seller_search_of_seller();

CREATE FUNCTION seller_search_of_user() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM refresh_seller_search(NEW.tenant_id, ARRAY[NEW.id]);
    RETURN NULL;
END $$;
CREATE TRIGGER seller_search AFTER UPDATE OF name, suspended_at, verified_at ON users FOR EACH ROW
    WHEN ((OLD.name, OLD.suspended_at, OLD.verified_at) IS DISTINCT FROM (NEW.name, NEW.suspended_at, NEW.verified_at))
    EXECUTE FUNCTION seller_search_of_user();

CREATE FUNCTION seller_search_of_service() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM refresh_seller_search(NEW.tenant_id, ARRAY[NEW.seller_id]);
    RETURN NULL;
END $$;
CREATE TRIGGER seller_search AFTER INSERT OR UPDATE ON services
    FOR EACH ROW EXECUTE FUNCTION seller_search_of_service();

CREATE FUNCTION seller_search_of_category() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM refresh_seller_search(NEW.tenant_id, ARRAY(
        SELECT DISTINCT seller_id FROM services WHERE tenant_id = NEW.tenant_id AND category_id = NEW.id));
    RETURN NULL;
END $$;
CREATE TRIGGER seller_search AFTER UPDATE OF names ON categories FOR EACH ROW
    WHEN (OLD.names IS DISTINCT FROM NEW.names) EXECUTE FUNCTION seller_search_of_category();

-- The sellers of the tenant that is set who are what all of this says (null says nothing), at most p_most of them: those
-- with the best score, the most relevant first. All words must be there, each as the beginning of one. With a likeness
-- (0 to 1) words that are as similar will do, and at most p_most of those are looked at, whichever. Relevance is coarse,
-- so that among what fits as well something else decides.
--
-- It runs as its owner, whom policies let read: it names the tenant itself, and reads nothing but this table.
CREATE FUNCTION search_sellers(
    p_words text, p_likeness real, p_category uuid, p_language text, p_least bigint, p_highest bigint,
    p_rating_tenths bigint, p_only uuid[], p_most integer
) RETURNS TABLE (
    seller_id uuid, relevance integer, categories uuid[], rates bigint[], languages text[], rating_tenths bigint,
    score bigint
) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET jit = off SET pg_trgm.word_similarity_threshold = 1 AS $$
#variable_conflict use_column
DECLARE
    v_words text[] := (string_to_array(search_words(p_words), ' '))[1:8];
    v_query tsquery;
    v_word text;
    v_where text := '';
    v_order text := 'ORDER BY d.score DESC, d.created_at, d.seller_id';
    v_relevance text := '0';
BEGIN
    IF p_words IS NOT NULL THEN
        IF cardinality(v_words) = 0 THEN
            RETURN;
        END IF;
        IF p_likeness IS NULL THEN
            v_query := to_tsquery('simple', array_to_string(ARRAY(
                SELECT quote_literal(word) || ':*' FROM unnest(v_words) word), ' & '));
            v_where := ' AND d.document @@ $2';
            v_relevance := 'round(8 * ts_rank(d.document, $2))::integer';
        ELSE
            PERFORM set_config('pg_trgm.word_similarity_threshold', p_likeness::text, true);
            FOREACH v_word IN ARRAY v_words LOOP
                v_where := v_where || format(' AND (d.document @@ to_tsquery(''simple'', %L) OR %L <%% d.words)',
                    -- Two letters that changed places leave little that is alike.
                    array_to_string(ARRAY(
                        SELECT quote_literal(CASE at WHEN 0 THEN v_word
                            ELSE overlay(v_word PLACING reverse(substr(v_word, at, 2)) FROM at FOR 2) END) || ':*'
                        FROM generate_series(0, least(length(v_word), 20) - 1) at), ' | '), v_word);
            END LOOP;
            v_relevance := 'round(8 * word_similarity($9, d.words))::integer';
            v_order := '';
        END IF;
    END IF;
    IF p_category IS NOT NULL THEN
        v_where := v_where || ' AND d.categories @> ARRAY[$3]';
    END IF;
    IF p_language IS NOT NULL THEN
        v_where := v_where || ' AND d.languages @> ARRAY[$4]';
    END IF;
    IF p_least IS NOT NULL OR p_highest IS NOT NULL THEN
        v_where := v_where || ' AND EXISTS (SELECT 1 FROM unnest(d.categories, d.rates) o (category, rate)
            WHERE ($3 IS NULL OR o.category = $3) AND o.rate BETWEEN coalesce($5, 0) AND coalesce($6, o.rate))';
    END IF;
    IF p_highest IS NOT NULL THEN
        v_where := v_where || ' AND d.lowest_minor <= $6';
    END IF;
    IF p_rating_tenths IS NOT NULL THEN
        v_where := v_where || ' AND d.rating_tenths >= $7';
    END IF;
    IF p_only IS NOT NULL THEN
        v_where := v_where || ' AND d.seller_id = ANY ($8)';
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT d.seller_id, %s AS relevance, d.categories, d.rates, d.languages, d.rating_tenths, d.score
         FROM (SELECT * FROM seller_search d WHERE d.tenant_id = $1 AND d.listed %s %s LIMIT $10) d
         ORDER BY relevance DESC, d.score DESC, d.created_at, d.seller_id',
        v_relevance, v_where, v_order)
    USING current_setting('app.tenant_id')::uuid, v_query, p_category, p_language, p_least, p_highest, p_rating_tenths,
        p_only, array_to_string(v_words, ' '), p_most;
END $$;
REVOKE EXECUTE ON FUNCTION search_sellers(text, real, uuid, text, bigint, bigint, bigint, uuid[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_sellers(text, real, uuid, text, bigint, bigint, bigint, uuid[], integer) TO tallyroom_app;

-- Migrations run as the tables' owner, whom forced policies hide every row from.
ALTER TABLE users NO FORCE ROW LEVEL SECURITY;
ALTER TABLE sellers NO FORCE ROW LEVEL SECURITY;
ALTER TABLE services NO FORCE ROW LEVEL SECURITY;
ALTER TABLE categories NO FORCE ROW LEVEL SECURITY;
INSERT INTO seller_search (tenant_id, seller_id, created_at) SELECT tenant_id, user_id, created_at FROM sellers;
SELECT refresh_seller_search(tenant_id, array_agg(user_id)) FROM sellers GROUP BY tenant_id;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
ALTER TABLE sellers FORCE ROW LEVEL SECURITY;
ALTER TABLE services FORCE ROW LEVEL SECURITY;
ALTER TABLE categories FORCE ROW LEVEL SECURITY;
