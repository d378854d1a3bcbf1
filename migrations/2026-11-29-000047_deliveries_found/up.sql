-- Whoever only delivers is found, too. Among the rates a delivery is -1: it has no price of a minute, and its own can't be
-- compared with one.
-- Writes what these sellers are found by. Their rows are locked first: whoever changes something else of the same seller
-- meanwhile waits, and then sees it.
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
