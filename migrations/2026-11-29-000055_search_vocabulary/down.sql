-- Loads the extension, which has to know its own setting below.
SELECT show_limit();
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
