//! Invoices, receipts and credit notes: what is on them, who gets them, and that their numbers have no gaps.

mod series;

use crate::{
    calls::{Pair, Price},
    consoles::{actions, admin_of_lumen},
    marketplace::{ask, bookable, count},
    support::{Authenticator, LUMEN, TestApp, TestUser, VELVET},
};
use diesel::{
    QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_query,
    sql_types::{Bool, Integer, Text},
};
use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use tallyroom::{
    app::documents,
    domain::{
        document::{About, Content, Issuer, Line, What},
        ids::TopUpId,
        money::Currency,
        time::Moment,
    },
    error::{Error, Kind},
    store::{
        TenantScope,
        documents::{Draft, number},
    },
};
use uuid::Uuid;

const HOUR: i64 = 3_600_000;

/// Does all that is due.
pub async fn work(app: &TestApp) {
    while app.jobs.run_due().await.expect("the database") > 0 {}
}

#[derive(Debug, QueryableByName, PartialEq, Eq)]
struct Stored {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Integer)]
    year: i32,
    #[diesel(sql_type = Integer)]
    nth: i32,
    #[diesel(sql_type = Bool)]
    is_play: bool,
    #[diesel(sql_type = Text)]
    about_id: String,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Text)]
    id: String,
}

/// All documents, by their numbers.
fn stored(app: &TestApp) -> Vec<Stored> {
    let all = "SELECT id::text AS id, kind, year, nth, is_play, about_id::text AS about_id
        FROM documents ORDER BY is_play, year, nth";
    sql_query(all).load(&mut app.database.superuser()).expect("documents")
}

fn numbers(app: &TestApp) -> Vec<(String, i32)> {
    stored(app).into_iter().map(|one| (one.kind, one.nth)).collect()
}

/// What is written in a PDF, and how it is named.
pub async fn pdf(who: &TestUser, path: &str) -> (String, String) {
    let sent = who.request(Method::GET, path).send().await.expect("an answer");
    assert_eq!(
        (sent.status().as_u16(), &sent.headers()["content-type"]),
        (200, &"application/pdf".parse().expect("a header"))
    );
    let named = sent.headers()["content-disposition"].to_str().expect("text").to_owned();
    let file = sent.bytes().await.expect("a file");
    (pdf_extract::extract_text_from_mem(&file).expect("a PDF"), named)
}

pub fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part} isn't in {text}");
    }
}

fn path(document: &Stored) -> String {
    format!("/account/documents/{}/pdf", document.id)
}

/// A pair whose call of five minutes at 1.20 is over.
async fn called() -> (Pair, Uuid) {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let call = talk.call;
    talk.talk(299_000).await;
    assert_eq!(talk.hang_up().await["charged_minor"], 600);
    (pair, call)
}

#[tokio::test]
async fn a_call_has_an_invoice_and_what_goes_back_a_credit_note() {
    let (pair, call) = called().await;
    let (buyer, seller) = (pair.buyer.renewed().await, pair.seller.renewed().await);
    let bill = format!("/calls/{call}/bill");
    assert!(!buyer.get(&bill).await.expect(200).text.contains("Invoice (PDF)"));
    work(&pair.app).await;
    assert_eq!(numbers(&pair.app), [("invoice".to_owned(), 1)]);
    let invoice = stored(&pair.app).remove(0);
    let listed = buyer.get("/account/documents").await.expect(200).text;
    says(
        &listed,
        &["Invoice TEST-2027-00001", "Sol Seller", "€6.00", &path(&invoice)],
    );
    says(
        &buyer.get(&bill).await.expect(200).text,
        &["Invoice (PDF)", &path(&invoice)],
    );
    assert!(!seller.get(&bill).await.expect(200).text.contains(&path(&invoice)));
    let (text, named) = pdf(&buyer, &path(&invoice)).await;
    assert_eq!(named, "attachment; filename=\"invoice-TEST-2027-00001.pdf\"");
    says(
        &text,
        &[
            "Invoice TEST-2027-00001",
            "Bea Buyer",
            "by Sol Seller",
            "5 min",
            "€1.20 a minute",
        ],
    );
    says(&text, &["Total, paid", "€6.00", "15 Jan 2027", "Berlin"]);
    let told = buyer.get("/api/v1/documents").await.expect(200).json();
    let first = &told["items"][0];
    assert_eq!(
        (
            &first["number"],
            &first["kind"],
            &first["total_minor"],
            &told["next_page"]
        ),
        (&json!("TEST-2027-00001"), &json!("invoice"), &json!(600), &json!(null))
    );
    let api = format!("/api/v1/documents/{}/pdf", invoice.id);
    assert_eq!(pdf(&buyer, &api).await.0, text);
    seller.get(&api).await.expect(404);
    // Nobody else's.
    seller.get(&path(&invoice)).await.expect(404);
    let stranger = pair.app.user(LUMEN, "Stefan Stranger").await;
    stranger.get(&path(&invoice)).await.expect(404);
    pair.app
        .user(VELVET, "Eve Elsewhere")
        .await
        .get(&path(&invoice))
        .await
        .expect(404);

    // What goes back names it, whichever language it is read in.
    let form = |id: &str| {
        [
            ("id", id.to_owned()),
            ("minutes", "2".to_owned()),
            ("amount", String::new()),
            ("reason", "The line was bad.".to_owned()),
            ("action", "confirm".to_owned()),
        ]
    };
    let typed = form(&Uuid::now_v7().to_string());
    let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    seller.form(&format!("/calls/{call}/refund"), &typed).await.expect(303);
    work(&pair.app).await;
    assert_eq!(
        numbers(&pair.app),
        [("invoice".to_owned(), 1), ("credit_note".to_owned(), 2)]
    );
    let note = stored(&pair.app).remove(1);
    buyer.patch("/api/v1/me", json!({"language": "de"})).await.expect(200);
    let (text, named) = pdf(&buyer, &path(&note)).await;
    assert_eq!(named, "attachment; filename=\"credit_note-TEST-2027-00002.pdf\"");
    says(
        &text,
        &["Gutschrift TEST-2027-00002", "Rechnung TEST-2027-00001", "2,40"],
    );
    says(
        &buyer.get("/account/documents").await.expect(200).text,
        &["Rechnung TEST-2027-00001", "Gutschrift TEST-2027-00002", "2,40"],
    );
    pair.audit().await;
}

#[tokio::test]
async fn a_credit_note_that_comes_first_has_its_invoice_numbered_before() {
    let (pair, call) = called().await;
    let seller = pair.seller.renewed().await;
    let id = Uuid::now_v7().to_string();
    let typed = [
        ("id", id.as_str()),
        ("amount", "6.00"),
        ("reason", "Sorry"),
        ("action", "confirm"),
    ];
    seller.form(&format!("/calls/{call}/refund"), &typed).await.expect(303);
    let scope = pair.app.scope(LUMEN).await;
    let given: Id = sql_query("SELECT id::text AS id FROM refunds")
        .get_result(&mut pair.app.database.superuser())
        .expect("a refund");
    let about = About::Refund(given.id.parse().expect("an id"));
    for _ in 0..2 {
        documents::issue(&pair.app.app, &scope, about).await.expect("issued");
    }
    work(&pair.app).await;
    assert_eq!(
        numbers(&pair.app),
        [("invoice".to_owned(), 1), ("credit_note".to_owned(), 2)],
        "each once"
    );
}

#[tokio::test]
async fn a_payment_has_a_receipt() {
    let app = TestApp::start().await;
    let user = app.bearer(LUMEN, "Bea Buyer").await;
    for choice in ["decline", "succeed"] {
        let begun = user
            .post("/api/v1/wallet/top-ups", json!({"amount_minor": 2_500}))
            .await;
        let begun = begun.expect(201).json();
        let page = begun["redirect_url"]
            .as_str()
            .expect("a page")
            .replacen("http://", "", 1);
        let page = page[page.find('/').expect("a path")..].to_owned();
        user.form(&page, &[("choice", choice)]).await.expect(303);
        let seen = format!("/wallet/top-ups/{}", begun["id"].as_str().expect("an id"));
        user.get(&seen).await.expect(200);
    }
    work(&app).await;
    assert_eq!(numbers(&app), [("receipt".to_owned(), 1)], "what was declined has none");
    let (text, _) = pdf(&user, &path(&stored(&app)[0])).await;
    says(
        &text,
        &[
            "Receipt TEST-2027-00001",
            "Bea Buyer",
            "€25.00",
            "Credit for your wallet",
        ],
    );
    assert!(!text.contains("{"), "{text}");
    says(&user.get("/wallet").await.expect(200).text, &["/account/documents"]);
}

#[tokio::test]
async fn an_order_has_an_invoice_for_what_of_it_is_due() {
    let pair = Pair::new(Price::default()).await;
    let service = bookable(&pair.seller, "pay_after_accept").await;
    pair.fund(20_000).await;
    let mut orders = Vec::new();
    for start in ["2027-01-18T09:00:00Z", "2027-01-19T09:00:00Z"] {
        let order = ask(&pair.buyer, &service, start).await;
        let of = |verb: &str| format!("/api/v1/bookings/{}/{verb}", order["id"].as_str().expect("an id"));
        pair.seller.post(&of("accept"), json!({"round": 1})).await.expect(200);
        pair.buyer.post(&of("pay"), json!({})).await.expect(200);
        orders.push(order["id"].as_str().expect("an id").to_owned());
    }
    // One is cancelled in time, the other too late.
    let cancel = |order: &str| format!("/api/v1/bookings/{order}/cancel");
    pair.buyer.post(&cancel(&orders[1]), json!({})).await.expect(200);
    pair.app.clock.advance(60 * HOUR);
    let buyer = pair.buyer.renewed().await;
    buyer.post(&cancel(&orders[0]), json!({})).await.expect(200);
    work(&pair.app).await;
    assert_eq!(
        numbers(&pair.app),
        [("invoice".to_owned(), 1)],
        "nothing is due of the other"
    );
    let document = stored(&pair.app).remove(0);
    let (text, _) = pdf(&buyer, &path(&document)).await;
    says(&text, &["Advice", "Due for cancelling late", "€30.00"]);
    let page = buyer.get(&format!("/conferences/{}", orders[0])).await.expect(200).text;
    says(&page, &[&path(&document)]);
    pair.audit().await;
}

/// Settled payments of one person, as their wallet would have them.
async fn payments(app: &TestApp, user: &TestUser, many: usize) -> Vec<TopUpId> {
    let me = user.get("/api/v1/me").await.expect(200).json();
    let (tenant, user) = (
        app.scope(LUMEN).await.tenant(),
        me["id"].as_str().expect("an id").to_owned(),
    );
    let ids: Vec<TopUpId> = (0..many).map(|_| TopUpId::new()).collect();
    let rows: Vec<String> = ids
        .iter()
        .map(|id| format!("('{tenant}', '{id}', '{user}', 'test', 500, 'EUR', 'settled', '2027-01-15', '2027-01-15')"))
        .collect();
    let insert = format!(
        "INSERT INTO top_ups (tenant_id, id, user_id, gateway, amount_minor, currency, state, created_at, updated_at)
         VALUES {}",
        rows.join(", ")
    );
    app.database.superuser().batch_execute(&insert).expect("payments");
    ids
}

/// As the runner of jobs does: again, while there is no free connection.
async fn issue(app: &TestApp, scope: &TenantScope, about: About) -> Result<(), Error> {
    loop {
        match documents::issue(&app.app, scope, about).await {
            Err(error) if error.kind == Kind::Unavailable => {}
            other => return other,
        }
    }
}

#[tokio::test]
async fn two_hundred_at_once_have_numbers_without_a_gap_and_each_year_begins_anew() {
    let app = TestApp::start_with(|config| config.database.app_connections = 16).await;
    let user = app.bearer(LUMEN, "Bea Buyer").await;
    let me = user.get("/api/v1/me").await.expect(200).json();
    let owner = me["id"].as_str().expect("an id").parse().expect("an id");
    let scope = app.scope(LUMEN).await;
    let ids = payments(&app, &user, 200).await;
    let issued = ids.iter().chain(&ids).map(|id| issue(&app, &scope, About::TopUp(*id)));
    // Meanwhile others take a number and don't keep it.
    let given_up = (0..40).map(|_| {
        let draft = Draft {
            about: About::TopUp(TopUpId::new()),
            owner,
            seller: None,
            corrects: None,
            is_play: true,
            currency: Currency::parse("EUR").expect("a currency"),
            content: Content {
                issuer: Issuer::default(),
                customer: "Bea Buyer".to_owned(),
                seller: None,
                title: String::new(),
                lines: vec![Line {
                    what: What::Credit,
                    amount_minor: 500,
                }],
                tax: None,
                performed_at: Moment(0),
                corrects: None,
            },
        };
        let now = app.app.now();
        app.app.db.tenant(&scope, move |tx| {
            number(tx, &draft, 2027, now)?;
            Err::<(), Error>(Error::invalid("Not after all."))
        })
    });
    let (issued, given_up) = tokio::join!(join_all(issued), join_all(given_up));
    for one in issued {
        one.expect("issued");
    }
    assert!(given_up.iter().all(Result::is_err));
    let found: Vec<_> = stored(&app).into_iter().map(|one| (one.year, one.nth)).collect();
    assert_eq!(found, (1..=200).map(|nth| (2027, nth)).collect::<Vec<_>>());

    // In Berlin it is the next year already.
    let midnight = "2027-12-31T23:30:00Z".parse::<jiff::Timestamp>().expect("an instant");
    app.clock.advance(midnight.as_millisecond() - app.app.now().0);
    let user = user.renewed().await;
    let last = payments(&app, &user, 1).await;
    issue(&app, &scope, About::TopUp(last[0])).await.expect("issued");
    let newest = stored(&app).pop().expect("a document");
    assert_eq!((newest.year, newest.nth), (2028, 1));
    let first = user.get("/account/documents").await.expect(200).text;
    assert_eq!(first.matches("download aria-label").count(), 25);
    says(&first, &["TEST-2028-00001", "TEST-2027-00200", "?page&#x3D;2"]);
    let ninth = user.get("/account/documents?page=9").await.expect(200).text;
    assert_eq!(ninth.matches("download aria-label").count(), 1, "{ninth}");
}

#[tokio::test]
async fn nothing_of_it_can_be_changed_or_taken_away() {
    let (pair, _) = called().await;
    work(&pair.app).await;
    let tenant = pair.app.scope(LUMEN).await.tenant();
    for change in [
        "UPDATE documents SET total_minor = 1",
        "UPDATE documents SET nth = 2",
        "DELETE FROM documents",
    ] {
        let mut conn = pair.app.database.superuser();
        let as_app = format!("SET ROLE tallyroom_app; SET app.tenant_id = '{tenant}'; {change}");
        assert!(conn.batch_execute(&as_app).is_err(), "{change}");
    }
    assert_eq!(numbers(&pair.app), [("invoice".to_owned(), 1)]);
}

#[tokio::test]
async fn staff_say_who_issues_them_and_see_all() {
    let (pair, call) = called().await;
    let admin = admin_of_lumen(&pair.app).await;
    let path = "/api/v1/admin/document-issuer";
    assert_eq!(admin.get(path).await.expect(409).code(), "second_factor_needed");
    Authenticator::switched_on(&pair.app, &admin).await;
    let before = admin.get(path).await.expect(200).json();
    assert_eq!((&before["name"], &before["address"]), (&json!("LUMEN"), &json!("")));
    for (field, wrong) in [
        ("name", json!({"name": " ", "address": "", "tax_number": ""})),
        (
            "address",
            json!({"name": "A", "address": "1\n2\n3\n4\n5\n6\n7", "tax_number": ""}),
        ),
        (
            "tax_number",
            json!({"name": "A", "address": "", "tax_number": "9".repeat(41)}),
        ),
    ] {
        let refused = admin.put(path, wrong).await.expect(422).json();
        assert_eq!(refused["error"]["field"], field);
    }
    let issuer = json!({"name": "Lumen Advice Ltd", "address": "1 Example Street\nBerlin", "tax_number": "DE 123"});
    for _ in 0..2 {
        admin.put(path, issuer.clone()).await.expect(204);
    }
    assert_eq!(admin.get(path).await.expect(200).json(), issuer);
    work(&pair.app).await;
    let list = admin
        .get("/api/v1/admin/documents?kind=invoice&q=test-2027-0")
        .await
        .expect(200)
        .json();
    assert_eq!(list["total"], 1);
    let line = &list["items"][0];
    assert_eq!(
        (
            &line["number"],
            &line["customer"],
            &line["total_minor"],
            &line["about_id"]
        ),
        (
            &json!("TEST-2027-00001"),
            &json!("Bea Buyer"),
            &json!(600),
            &json!(call.to_string())
        )
    );
    assert_eq!(
        admin
            .get("/api/v1/admin/documents?kind=receipt")
            .await
            .expect(200)
            .json()["total"],
        0
    );
    let file = format!("/api/v1/admin/documents/{}/pdf", line["id"].as_str().expect("an id"));
    let (text, _) = pdf(&admin, &file).await;
    says(
        &text,
        &[
            "Lumen Advice Ltd",
            "1 Example Street",
            "Tax number: DE 123",
            "Bea Buyer",
        ],
    );
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(
        actions(&log)
            .iter()
            .filter(|action| **action == "document.issuer_changed")
            .count(),
        1,
        "the same again is no change"
    );
    assert_eq!(count(&pair.app, "document_issuers"), 1);
}
