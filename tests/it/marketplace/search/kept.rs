//! What a search looks with: that it is as things are now, the tenant's own, and never a whole table.

use super::{cast, found, told};
use crate::support::{LUMEN, TestApp, VELVET};
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_query,
    sql_types::{BigInt, Text},
};
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_found_is_as_it_is_now_whoever_changed_what() {
    let app = TestApp::start().await;
    cast(&app, LUMEN).await;
    let anyone = app.anonymous(LUMEN);
    let change = |statement: &str| app.database.superuser().batch_execute(statement).expect("changed");
    for (statement, gone, there) in [
        (
            "UPDATE users SET name = 'Bertram' WHERE name = 'Ben'",
            "q=ben%20instruments",
            "q=bertram",
        ),
        (
            "UPDATE sellers SET headline = 'Harps' WHERE headline LIKE 'Strings%'",
            "q=strings",
            "q=harps",
        ),
        (
            "UPDATE services SET title = 'Cello' WHERE title = 'Violin'",
            "q=violin",
            "q=cello",
        ),
        (
            "UPDATE services SET description = 'Sharp knives' WHERE description LIKE 'Kitchen%'",
            "q=kitchen",
            "q=knives",
        ),
        (
            r#"UPDATE categories SET names = '{"en": "Workshop"}' WHERE slug = 'craft'"#,
            "q=handicraft",
            "q=workshop",
        ),
        (
            "UPDATE services SET category_id = NULL WHERE title = 'Cello'",
            "category=music&q=cello",
            "q=cello",
        ),
        (
            "UPDATE services SET rate_minor = 700 WHERE title = 'Cello'",
            "max_minor=400&q=cello",
            "min_minor=600",
        ),
        (
            "UPDATE sellers SET languages = '{fr}' WHERE headline = 'Harps'",
            "q=harps&language=en",
            "language=fr",
        ),
        (
            "UPDATE sellers SET rating_sum = 3, rating_count = 3 WHERE headline = 'Harps'",
            "q=harps&rating=20",
            "q=harps&rating=10",
        ),
    ] {
        assert!(!found(&anyone, gone).await.is_empty(), "before: {gone}");
        change(statement);
        let left = told(&anyone, gone).await;
        assert!(left["total"] == 0 || left["similar"] == true, "{gone}: {left}");
        assert_eq!(told(&anyone, there).await["similar"], false, "{there}");
        assert!(!found(&anyone, there).await.is_empty(), "{there}");
    }
    for (off, on) in [
        (
            "UPDATE services SET published = false WHERE title = 'Cello'",
            "UPDATE services SET published = true",
        ),
        (
            "UPDATE services SET video_enabled = false WHERE title = 'Cello'",
            "UPDATE services SET video_enabled = true",
        ),
        (
            "UPDATE users SET suspended_at = now(), suspended_reason = 'rude' WHERE name = 'Dan'",
            "UPDATE users SET suspended_at = NULL, suspended_reason = NULL",
        ),
        (
            "UPDATE users SET verified_at = NULL WHERE name = 'Dan'",
            "UPDATE users SET verified_at = now()",
        ),
    ] {
        assert_eq!(found(&anyone, "q=harps").await, ["Dan"]);
        change(off);
        assert!(found(&anyone, "q=harps").await.is_empty(), "{off}");
        for kept in [
            "seller_search WHERE document::text LIKE '%harps%'",
            "search_vocabulary WHERE word = 'harps'",
        ] {
            assert_eq!(app.database.count(kept), 0, "nothing is kept of it: {kept}");
        }
        change(on);
    }
    // A word goes with the last one who has it, and not before.
    change("UPDATE sellers SET headline = 'Harps and more' WHERE headline = 'Law in plain words'");
    change("UPDATE sellers SET headline = 'Nothing' WHERE headline = 'Harps'");
    assert_eq!(told(&anyone, "q=harsp").await["items"][0]["name"], "Eve");
    assert_eq!(found(&anyone, "q=harrps").await, ["Eve"], "what is alike is looked up");
    change("UPDATE sellers SET headline = 'Harps' WHERE headline = 'Nothing'");
    // Nothing is left that making all of it anew would change.
    change(
        "CREATE TABLE before AS SELECT * FROM seller_search;
         SELECT refresh_seller_search(tenant_id, array_agg(user_id)) FROM sellers GROUP BY tenant_id",
    );
    assert_eq!(
        app.database
            .count("(SELECT * FROM seller_search EXCEPT SELECT * FROM before) changed"),
        0
    );
    let known = "SELECT tenant_id, word FROM search_vocabulary";
    let made = "SELECT tenant_id, word FROM seller_search, unnest(vocabulary_of(document)) word WHERE listed";
    for (some, others) in [(known, made), (made, known)] {
        assert_eq!(
            app.database.count(&format!("({some} EXCEPT {others}) missing")),
            0,
            "{some}"
        );
    }
    assert_eq!(app.database.count("seller_search WHERE listed"), 5);
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Text)]
    id: String,
}

/// The function reads without policies, so it has to keep tenants apart itself.
#[tokio::test]
async fn the_function_that_searches_finds_nobody_elses_sellers() {
    let app = TestApp::start().await;
    cast(&app, LUMEN).await;
    cast(&app, VELVET).await;
    let (lumen, velvet) = (app.scope(LUMEN).await.tenant(), app.scope(VELVET).await.tenant());
    let config = app.database.config();
    let mut conn = PgConnection::establish(config.app_url.expose()).expect("the runtime role");
    let searches = [
        "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
        "'guitar', NULL, NULL, NULL, NULL, NULL, NULL, NULL",
        "'gutiar', 0.3, NULL, NULL, NULL, NULL, NULL, NULL",
        "NULL, NULL, md5('lumen.localhostmusic')::uuid, NULL, NULL, NULL, NULL, NULL",
        "NULL, NULL, NULL, 'en', 1, 1000, 1, NULL",
        "NULL, NULL, NULL, NULL, NULL, NULL, NULL, ARRAY[md5('lumen.localhostAna')::uuid]",
    ];
    let ids = |conn: &mut PgConnection, search: &str| -> Vec<Id> {
        let query = format!("SELECT seller_id::text AS id FROM search_sellers({search}, 100)");
        sql_query(query).load(conn).expect("found")
    };
    for tenant in [lumen, velvet] {
        conn.batch_execute(&format!("BEGIN; SET LOCAL app.tenant_id = '{tenant}'"))
            .expect("a tenant");
        for (nth, search) in searches.into_iter().enumerate() {
            let found = ids(&mut conn, search);
            let theirs = "sellers WHERE tenant_id = '{tenant}' AND user_id::text = '{id}'";
            for Id { id } in &found {
                let theirs = theirs.replace("{tenant}", &tenant.to_string()).replace("{id}", id);
                assert_eq!(app.database.count(&theirs), 1, "{search}");
            }
            // What names somebody of the one finds nobody at the other.
            assert_eq!(found.is_empty(), tenant == velvet && [3, 5].contains(&nth), "{search}");
        }
        conn.batch_execute("ROLLBACK").expect("the end");
    }
    let unset = "SELECT * FROM search_sellers(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 100)";
    conn.batch_execute(unset).expect_err("no tenant");
    let mut system = PgConnection::establish(config.system_url.expose()).expect("the platform's role");
    let set = format!("BEGIN; SET LOCAL app.tenant_id = '{lumen}'; {unset}");
    system.batch_execute(&set).expect_err("not the platform's to call");
    let guarded = "pg_proc WHERE prosecdef AND NOT (proconfig::text LIKE '%search_path=public, pg_temp%')";
    assert_eq!(
        app.database.count(guarded),
        0,
        "no function with its owner's rights looks names up elsewhere"
    );
}

#[derive(QueryableByName)]
struct Scanned {
    #[diesel(sql_type = Text)]
    relname: String,
    #[diesel(sql_type = BigInt)]
    scans: i64,
}

/// The database itself counts the scans of whole tables; whatever a search is for, there is none.
#[tokio::test]
async fn no_search_reads_a_whole_table() {
    let app = TestApp::start().await;
    let tenant = app.scope(LUMEN).await.tenant();
    let fill = format!(
        "SET session_replication_role = replica;
         INSERT INTO categories (tenant_id, id, slug, names, created_at)
             SELECT '{tenant}', md5('c' || n)::uuid, 'c' || n, jsonb_build_object('en', 'Field' || n), now()
             FROM generate_series(0, 9) n;
         INSERT INTO users (tenant_id, id, email, name, password_hash, verified_at, time_zone, language, created_at)
             SELECT '{tenant}', md5('u' || n)::uuid, n || '@example.com', 'Seller ' || n, '', now(), 'UTC', 'en', now()
             FROM generate_series(1, 10000) n;
         INSERT INTO sellers (tenant_id, user_id, headline, languages, rating_sum, rating_count, created_at)
             SELECT '{tenant}', md5('u' || n)::uuid, 'Topic' || n % 300, CASE n % 2 WHEN 0 THEN '{{en}}' ELSE '{{de}}' END::text[],
                 n % 50, n % 10, now() FROM generate_series(1, 10000) n;
         INSERT INTO services (tenant_id, id, seller_id, title, description, rate_minor, category_id, booking, created_at)
             SELECT '{tenant}', md5('s' || n)::uuid, md5('u' || n)::uuid, 'Skill' || n % 100, 'Everything', 100 + n % 300,
                 md5('c' || n % 10)::uuid, '{{\"agreement\": \"negotiated\", \"length_min\": 30, \"horizon_days\": 14}}', now()
             FROM generate_series(1, 10000) n;
         INSERT INTO timetables (tenant_id, seller_id, zone, weekly, exceptions, before_min, after_min, notice_min, updated_at)
             SELECT '{tenant}', md5('u' || n)::uuid, 'Europe/Berlin',
                 '[[[540, 1020]],[[540, 1020]],[[540, 1020]],[[540, 1020]],[[540, 1020]],[],[]]', '{{}}', 0, 0, 0, now()
             FROM generate_series(1, 10000) n;
         INSERT INTO held_times (tenant_id, person_id, booking_id, during)
             SELECT '{tenant}', md5('u' || n)::uuid, gen_random_uuid(), tstzrange(t, t + interval '1 hour')
             FROM generate_series(1, 10000) n, generate_series(timestamptz '2027-01-18 10:00Z', '2027-01-20', '1 day') t;
         INSERT INTO calls (tenant_id, id, buyer_id, seller_id, service_id, service_title, currency, terms, opening_minor,
                            rang_at, ended_at, end_reason)
             SELECT '{tenant}', gen_random_uuid(), gen_random_uuid(), md5('u' || n)::uuid, md5('s' || n)::uuid, 'Skill',
                 'EUR', '{{}}', 0, now(), now(), 'hung_up' FROM generate_series(1, 10000) n;
         SET session_replication_role = origin;
         INSERT INTO seller_search (tenant_id, seller_id, created_at) SELECT tenant_id, user_id, created_at FROM sellers;
         SELECT refresh_seller_search('{tenant}', array_agg(user_id)) FROM sellers;
         ANALYZE"
    );
    let mut conn = app.database.superuser();
    for step in [&fill, "SELECT pg_stat_force_next_flush()", "SELECT pg_stat_reset()"] {
        conn.batch_execute(step).expect("filled");
    }
    let anyone = app.anonymous(LUMEN);
    let total = |answer: &Value| answer["total"].as_i64().expect("a number");
    let everybody = told(&anyone, "").await;
    assert_eq!(
        (total(&everybody), &everybody["cut"]),
        (2_000, &json!(true)),
        "not more than is looked at"
    );
    // What is chosen narrows all of them, not the first two thousand.
    assert_eq!(total(&told(&anyone, "category=c3&language=de").await), 1_000);
    assert_eq!(total(&told(&anyone, "q=skill42").await), 100);
    for (asked, most) in [
        ("q=skill4", 2_000),
        ("q=everything&category=c3&language=de&max_minor=150", 2_000),
        ("q=topic77&rating=40", 100),
        ("max_minor=102", 200),
        ("rating=45&min_minor=390", 2_000),
        ("q=skil42", 500),
        ("q=nothinglikethis", 0),
        ("available=true", 0),
        ("sort=next", 1_000),
        ("free=week&category=c3&q=skill42", 1_000),
        ("page=80", 2_000),
    ] {
        let answer = told(&anyone, asked).await;
        assert!(total(&answer) <= most, "{asked}: {}", answer["total"]);
    }
    anyone.get("/search?q=skill42&language=en").await.expect(200);
    // Whoever leaves tells what they read.
    app.database.close();
    app.database.open();
    let scanned = "SELECT relname::text, seq_scan AS scans FROM pg_stat_user_tables
        WHERE relname IN ('seller_search', 'sellers', 'users', 'services', 'timetables', 'held_times', 'calls')
          AND (seq_scan > 0 OR relname = 'seller_search')";
    let mut conn = app.database.superuser();
    let scans: Vec<Scanned> = sql_query(scanned).load(&mut conn).expect("statistics");
    let scans: Vec<_> = scans.into_iter().map(|scan| (scan.relname, scan.scans)).collect();
    assert_eq!(scans, [("seller_search".to_owned(), 0)]);
    let looked = "pg_stat_user_tables WHERE relname = 'seller_search' AND idx_scan > 10";
    assert_eq!(app.database.count(looked), 1, "the statistics have arrived");
}
