//! Invoices, receipts and credit notes: what is on them, who gets them, and that their numbers have no gaps.

mod numbering;
mod series;
mod staff;

use crate::{
    calls::{Pair, Price},
    marketplace::{ask, bookable},
    support::{LUMEN, TestApp, TestUser, VELVET},
};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Bool, Integer, Text},
};
use reqwest::Method;
use serde_json::json;
use tallyroom::{app::documents, domain::document::About};
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
