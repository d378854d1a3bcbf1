//! The demo that seeding makes.

use crate::support::{LUMEN, TestApp, VELVET};
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use tallyroom::{app::seed, store::ledger};

#[tokio::test]
async fn the_demo_is_made_once_and_its_books_hold() {
    let app = TestApp::start().await;
    let logins = seed::demo(&app.app).await.expect("a demo");
    let rows = [
        "users",
        "sellers",
        "services",
        "calls",
        "reviews",
        "messages",
        "ledger_transfers",
        "call_events",
        // What consoles and pages would be empty without.
        "review_reports",
        "person_reports",
        "blocks",
        "message_files",
        "call_feedback",
    ];
    let before = rows.map(|table| app.database.count(table));
    assert!(before.iter().all(|rows| *rows > 0), "{before:?}");
    assert_eq!(seed::demo(&app.app).await.expect("again"), logins);
    assert_eq!(rows.map(|table| app.database.count(table)), before, "made once");

    for host in [LUMEN, VELVET, "probe.localhost"] {
        let scope = app.scope(host).await;
        let trials = app.app.db.tenant(&scope, ledger::trial_balance).await.expect("books");
        assert!(
            trials.iter().all(|trial| trial.holds() && trial.held_minor == 0),
            "{host}: {trials:?}"
        );
    }
    let listed = app.app.db.listed_tenants().await.expect("tenants");
    assert!(
        listed.iter().all(|(tenant, _)| tenant.slug != "probe"),
        "the canary is in no list"
    );
    for login in &logins {
        let person = app.anonymous(&format!("{}.localhost", login.tenant));
        person.log_in(&login.email, login.password).await.expect(200);
    }
    for (host, people) in [("probe.localhost", ["buyer@probe.example", "seller@probe.example"])] {
        for email in people {
            app.anonymous(host).log_in(email, seed::PASSWORD).await.expect(200);
        }
    }
}

/// Newcomers see what an order costs beside its price, and only where nothing else is reckoned with.
#[tokio::test]
async fn one_category_of_the_demo_has_a_fee_and_a_tax() {
    let app = TestApp::start().await;
    seed::demo(&app.app).await.expect("a demo");
    let buyer = app.user(LUMEN, "Nell Newcomer").await;
    for (seller, has_fee) in [("ines", true), ("mira", false)] {
        let service: Service = sql_query(
            "SELECT s.id::text AS id FROM services s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.seller_id
             WHERE u.email = $1 AND s.booking IS NOT NULL LIMIT 1",
        )
        .bind::<Text, _>(format!("{seller}@lumen.example"))
        .get_result(&mut app.database.superuser())
        .expect("one that can be booked");
        let page = buyer.get(&format!("/book/{}", service.id)).await.expect(200).text;
        assert_eq!(page.contains("Service fee"), has_fee, "{seller}: {page}");
        assert_eq!(page.contains("of tax"), has_fee, "{seller}: {page}");
    }
}

#[derive(QueryableByName)]
struct Service {
    #[diesel(sql_type = Text)]
    id: String,
}

#[tokio::test]
async fn the_demos_sellers_are_found_and_say_when_they_are_free() {
    let app = TestApp::start().await;
    seed::demo(&app.app).await.expect("a demo");
    for (host, typo) in [(LUMEN, "tenanncy"), (VELVET, "magci")] {
        let anyone = app.anonymous(host);
        let all = anyone.get("/api/v1/sellers").await.expect(200).json();
        let cards = all["items"].as_array().expect("sellers");
        let free = cards.iter().filter(|card| card["next_free"].is_string()).count();
        assert!(cards.len() >= 6 && free >= 4, "{host}: {free} of {}", cards.len());
        assert!(anyone.get("/").await.expect(200).text.contains("Next free: "), "{host}");
        let close = anyone
            .get(&format!("/api/v1/sellers?q={typo}"))
            .await
            .expect(200)
            .json();
        assert!(close["similar"] == true && close["total"] != 0, "{host}: {close}");
        let facets = &all["facets"];
        assert!(
            facets["categories"].as_array().expect("categories").len() >= 2,
            "{host}: {facets}"
        );
    }
}

#[tokio::test]
async fn the_demos_past_calls_have_bills_that_equal_the_ledger() {
    let app = TestApp::start().await;
    seed::demo(&app.app).await.expect("a demo");
    for (host, email) in [(LUMEN, "jonas@lumen.example"), (VELVET, "casey@velvet.example")] {
        let person = app.anonymous(host);
        person.log_in(email, seed::PASSWORD).await.expect(200);
        let calls = person.get("/api/v1/calls").await.expect(200).json()["items"].clone();
        let calls = calls.as_array().expect("calls");
        assert!(calls.len() >= 2);
        for call in calls {
            let path = format!("/calls/{}/bill", call["id"].as_str().expect("an id"));
            let bill = person.get(&format!("/api/v1{path}")).await.expect(200).json();
            let lines = bill["lines"].as_array().expect("lines").iter();
            let sum: i64 = lines.filter_map(|line| line["amount_minor"].as_i64()).sum();
            assert_eq!(
                (Some(sum), bill["ledger_sum_minor"].as_i64()),
                (bill["charged_minor"].as_i64(), Some(0))
            );
            assert!(sum > 0, "{bill:#}");
            person.get(&path).await.expect(200);
        }
        let wallet = person.get("/api/v1/wallet").await.expect(200).json();
        for line in wallet["lines"].as_array().expect("lines") {
            assert!(
                line["balance_minor"].as_i64().expect("a number") >= 0,
                "never negative, at any time: {line}"
            );
        }
        for page in ["/", "/wallet", "/conversations", "/calls", "/sell/start"] {
            person.get(page).await.expect(200);
        }
    }
}
