-- The words that stand in sellers' names, headlines, titles and categories: what is spelled wrongly is compared with
-- these, each once, and not with the texts of everybody. A trigger keeps it; it holds nothing that isn't elsewhere, and
-- stays out of archives.
CREATE TABLE search_vocabulary (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    word text NOT NULL,
    PRIMARY KEY (tenant_id, word)
);
CREATE INDEX search_vocabulary_by_likeness ON search_vocabulary USING gin (tenant_id, word gin_trgm_ops);
SELECT wall_off('search_vocabulary');
-- Words go when nobody has them any more, so they needn't wait for their tenant's end.
GRANT SELECT, DELETE ON search_vocabulary TO tallyroom_system;
-- For the functions below, which name the tenant themselves.
CREATE POLICY finder ON search_vocabulary TO CURRENT_USER USING (true) WITH CHECK (true);

-- The words of a seller's document that are compared: those of descriptions aren't.
CREATE FUNCTION vocabulary_of(p_document tsvector) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = public, pg_temp
    RETURN tsvector_to_array(ts_filter(p_document, '{a,b}'));

-- Words come with the first seller who has them and go with the last one. Where one is taken away while somebody else
-- adds it, it may be missing until the next change of a text with it; whoever writes it rightly finds it all the same.
CREATE FUNCTION search_vocabulary_of_seller() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_before text[] := vocabulary_of(OLD.document);
    v_now text[] := vocabulary_of(NEW.document);
BEGIN
    INSERT INTO search_vocabulary (tenant_id, word)
        SELECT NEW.tenant_id, word FROM unnest(v_now) word WHERE word <> ALL (v_before) ORDER BY word
        ON CONFLICT DO NOTHING;
    DELETE FROM search_vocabulary v
        WHERE v.tenant_id = NEW.tenant_id AND v.word = ANY (v_before) AND v.word <> ALL (v_now)
          AND NOT EXISTS (SELECT 1 FROM seller_search d WHERE d.tenant_id = NEW.tenant_id AND d.listed
                          AND d.document @@ (quote_literal(v.word) || ':AB')::tsquery);
    RETURN NULL;
END $$;
CREATE TRIGGER search_vocabulary AFTER UPDATE OF document ON seller_search FOR EACH ROW
    WHEN (OLD.document IS DISTINCT FROM NEW.document) EXECUTE FUNCTION search_vocabulary_of_seller();

-- As before, but for likeness (0 to 1): words that are that like a known one will do, of those the most like ones. And
-- what is sorted carries no documents.
CREATE OR REPLACE FUNCTION search_sellers(
    p_words text, p_likeness real, p_category uuid, p_language text, p_least bigint, p_highest bigint,
    p_rating_tenths bigint, p_only uuid[], p_most integer
) RETURNS TABLE (
    seller_id uuid, relevance integer, categories uuid[], rates bigint[], languages text[], rating_tenths bigint,
    score bigint
) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET jit = off SET pg_trgm.word_similarity_threshold = 1 AS $$
#variable_conflict use_column
DECLARE
    v_tenant uuid := current_setting('app.tenant_id')::uuid;
    v_words text[] := (string_to_array(search_words(p_words), ' '))[1:8];
    v_parts text[] := '{}';
    v_word text;
    v_query tsquery;
    v_where text := '';
    v_relevance text := '0';
BEGIN
    IF p_words IS NOT NULL THEN
        IF cardinality(v_words) = 0 THEN
            RETURN;
        END IF;
        PERFORM set_config('pg_trgm.word_similarity_threshold', coalesce(p_likeness, 1)::text, true);
        FOREACH v_word IN ARRAY v_words LOOP
            v_parts := v_parts || CASE WHEN p_likeness IS NULL THEN quote_literal(v_word) || ':*' ELSE (
                WITH alike AS (
                    SELECT v.word, word_similarity(v_word, v.word) AS likeness FROM search_vocabulary v
                    WHERE v.tenant_id = v_tenant AND v_word <% v.word
                    ORDER BY likeness DESC, v.word LIMIT 40)
                SELECT '(' || string_agg(part, ' | ') || ')' FROM (
                    SELECT quote_literal(word) || ':AB' FROM alike
                    WHERE likeness >= (SELECT max(likeness) FROM alike) - 0.1
                    UNION ALL
                    -- Two letters that changed places leave little that is alike.
                    SELECT quote_literal(CASE at WHEN 0 THEN v_word
                        ELSE overlay(v_word PLACING reverse(substr(v_word, at, 2)) FROM at FOR 2) END) || ':*'
                    FROM generate_series(0, least(length(v_word), 20) - 1) at) parts (part)) END;
        END LOOP;
        v_query := to_tsquery('simple', array_to_string(v_parts, ' & '));
        v_where := ' AND d.document @@ $2';
        v_relevance := 'round(8 * ts_rank(d.document, $2))::integer';
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
        'WITH fit AS MATERIALIZED (
             SELECT d.seller_id, %s AS relevance, d.categories, d.rates, d.languages, d.rating_tenths, d.score, d.created_at
             FROM seller_search d WHERE d.tenant_id = $1 AND d.listed %s
             ORDER BY d.score DESC, d.created_at, d.seller_id LIMIT $9)
         SELECT d.seller_id, d.relevance, d.categories, d.rates, d.languages, d.rating_tenths, d.score FROM fit d
         ORDER BY d.relevance DESC, d.score DESC, d.created_at, d.seller_id',
        v_relevance, v_where)
    USING v_tenant, v_query, p_category, p_language, p_least, p_highest, p_rating_tenths, p_only, p_most;
END $$;

-- Migrations run as the tables' owner, whom forced policies hide every row from; `finder` lets it see these.
INSERT INTO search_vocabulary (tenant_id, word)
    SELECT DISTINCT tenant_id, word FROM seller_search, unnest(vocabulary_of(document)) word WHERE listed;

-- The texts that were compared before aren't kept any more.
CREATE OR REPLACE FUNCTION refresh_seller_search(p_tenant uuid, p_sellers uuid[]) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM seller_search WHERE tenant_id = p_tenant AND seller_id = ANY (p_sellers) ORDER BY seller_id FOR UPDATE;
    UPDATE seller_search d SET
        listed = f.listed,
        document = CASE WHEN f.listed THEN
            setweight(to_tsvector('simple', f.name || ' ' || f.titles), 'A')
            || setweight(to_tsvector('simple', f.headline || ' ' || f.filed), 'B')
            || setweight(to_tsvector('simple', f.descriptions), 'C') ELSE '' END,
        categories = f.categories, rates = f.rates, lowest_minor = f.lowest_minor, languages = f.languages,
        rating_sum = f.rating_sum, rating_count = f.rating_count
    FROM (
        SELECT s.user_id, s.languages, s.rating_sum, s.rating_count,
               o.rates IS NOT NULL AND u.suspended_at IS NULL AND u.verified_at IS NOT NULL AS listed,
               search_words(u.name) AS name, search_words(s.headline) AS headline,
               search_words(coalesce(o.titles, '')) AS titles, search_words(coalesce(o.filed, '')) AS filed,
               search_words(coalesce(o.descriptions, '')) AS descriptions,
               coalesce(o.categories, '{}') AS categories, coalesce(o.rates, '{}') AS rates,
               -- Whoever only delivers is beyond every price of a minute.
               coalesce(o.lowest_minor, 9223372036854775807) AS lowest_minor
        FROM sellers s
        JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
        CROSS JOIN LATERAL (
            SELECT array_agg(p.rate ORDER BY p.rate < 0, p.rate, v.id) AS rates,
                   min(p.rate) FILTER (WHERE p.rate >= 0) AS lowest_minor,
                   array_agg(coalesce(v.category_id, '00000000-0000-0000-0000-000000000000')
                             ORDER BY p.rate < 0, p.rate, v.id) AS categories,
                   string_agg(v.title, ' ') AS titles, string_agg(v.description, ' ') AS descriptions,
                   string_agg(DISTINCT (SELECT string_agg(value, ' ') FROM jsonb_each_text(c.names)), ' ') AS filed
            FROM services v
            CROSS JOIN LATERAL (SELECT CASE WHEN v.video_enabled THEN v.rate_minor ELSE -1 END AS rate) p
            LEFT JOIN categories c ON c.tenant_id = v.tenant_id AND c.id = v.category_id
            WHERE v.tenant_id = s.tenant_id AND v.seller_id = s.user_id AND v.published
              AND (v.video_enabled OR v.fixed IS NOT NULL)) o
        WHERE s.tenant_id = p_tenant AND s.user_id = ANY (p_sellers)) f
    WHERE d.tenant_id = p_tenant AND d.seller_id = f.user_id;
END $$;
DROP INDEX seller_search_by_anything;
ALTER TABLE seller_search DROP COLUMN words;
CREATE INDEX seller_search_by_anything ON seller_search USING gin (tenant_id, document, categories, languages) WHERE listed;
