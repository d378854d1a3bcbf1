-- Loads the extension, which has to know its own setting below.
SELECT show_limit();
DROP INDEX seller_search_by_anything;
ALTER TABLE seller_search ADD COLUMN words text NOT NULL DEFAULT '';
CREATE INDEX seller_search_by_anything ON seller_search
    USING gin (tenant_id, document, words gin_trgm_ops, categories, languages) WHERE listed;
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
-- The sellers of the tenant that is set who are what all of this says (null says nothing), at most p_most of them: those
-- with the best score, the most relevant first. All words must be there, each as the beginning of one. With a likeness
-- (0 to 1) words that are as similar will do, and at most p_most of those are looked at, whichever. Relevance is coarse,
-- so that among what fits as well something else decides.
--
-- It runs as its owner, whom policies let read: it names the tenant itself, and reads nothing but this table.
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
DROP TRIGGER search_vocabulary ON seller_search;
DROP FUNCTION search_vocabulary_of_seller();
DROP FUNCTION vocabulary_of(tsvector);
DROP TABLE search_vocabulary;
-- Migrations run as the tables' owner, whom forced policies hide every row from.
ALTER TABLE users NO FORCE ROW LEVEL SECURITY;
ALTER TABLE sellers NO FORCE ROW LEVEL SECURITY;
ALTER TABLE services NO FORCE ROW LEVEL SECURITY;
ALTER TABLE categories NO FORCE ROW LEVEL SECURITY;
SELECT refresh_seller_search(tenant_id, array_agg(user_id)) FROM sellers GROUP BY tenant_id;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
ALTER TABLE sellers FORCE ROW LEVEL SECURITY;
ALTER TABLE services FORCE ROW LEVEL SECURITY;
ALTER TABLE categories FORCE ROW LEVEL SECURITY;
