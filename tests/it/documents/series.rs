//! Numbers of play money beside those of real money, and documents that wait.

use super::{
    called,
    numbering::{issue, payments},
    path, pdf, says, stored, work,
};
use crate::{consoles::treasurer_of_lumen, refunds::live_account, support::LUMEN};
use diesel::connection::SimpleConnection;
use serde_json::json;
use std::time::Duration;
use tallyroom::{app::documents, domain::document::About};
use uuid::Uuid;

/// The tax office's series has only what was paid with real money, and neither has a gap.
#[tokio::test]
async fn play_money_has_numbers_of_its_own() {
    let (mut pair, _) = called().await;
    work(&pair.app).await;
    let invoice = stored(&pair.app).remove(0);
    let (text, _) = pdf(&pair.buyer.renewed().await, &path(&invoice)).await;
    says(&text, &["Invoice TEST-2027-00001", "A test with play money."]);
    let (admin, seller) = (treasurer_of_lumen(&pair.app).await, pair.seller.renewed().await);
    live_account(&pair);
    (pair.buyer, pair.seller) = (pair.buyer.renewed().await, pair.seller.renewed().await);
    // Of what ended before, the document comes only now; and the payment before it.
    let mut talk = pair.live().await;
    talk.talk(59_000).await;
    talk.hang_up().await;
    admin.post("/api/v1/admin/go-live", json!({})).await.expect(204);
    let buyer = pair.buyer.renewed().await;
    let early = payments(&pair.app, &buyer, 1).await;
    let scope = pair.app.scope(LUMEN).await;
    issue(&pair.app, &scope, About::TopUp(early[0])).await.expect("issued");
    work(&pair.app).await;
    pair.app.clock.advance(60_000);
    pair.fund_for(&buyer, 2_000).await;
    for _ in 0..2 {
        (pair.buyer, pair.seller) = (pair.buyer.renewed().await, pair.seller.renewed().await);
        let mut talk = pair.live().await;
        talk.talk(59_000).await;
        talk.hang_up().await;
        work(&pair.app).await;
        pair.app.clock.advance(60_000);
    }
    let numbers: Vec<_> = stored(&pair.app)
        .into_iter()
        .map(|one| (one.is_play, one.nth))
        .collect();
    assert_eq!(numbers, [(false, 1), (false, 2), (true, 1), (true, 2), (true, 3)]);
    let (text, named) = pdf(&buyer.renewed().await, &path(&stored(&pair.app)[1])).await;
    assert_eq!(named, "attachment; filename=\"invoice-2027-00002.pdf\"");
    assert!(
        text.contains("Invoice 2027-00002") && !text.contains("play money"),
        "{text}"
    );
    // What goes back of a real one is real.
    let id = Uuid::now_v7().to_string();
    let typed = [
        ("id", id.as_str()),
        ("amount", "1.00"),
        ("reason", "Sorry"),
        ("action", "confirm"),
    ];
    let real = &stored(&pair.app)[1].about_id;
    seller
        .renewed()
        .await
        .form(&format!("/calls/{real}/refund"), &typed)
        .await
        .expect(303);
    work(&pair.app).await;
    let note = stored(&pair.app).remove(2);
    assert_eq!((note.kind.as_str(), note.is_play, note.nth), ("credit_note", false, 3));
    pair.audit().await;
}

/// Whose name is being taken away has it on no document that is made meanwhile.
#[tokio::test]
async fn a_document_waits_for_whoever_is_being_erased() {
    let (pair, call) = called().await;
    let mut eraser = pair.app.database.superuser();
    let erasing = "BEGIN; UPDATE users SET name = 'Somebody' WHERE name = 'Bea Buyer'";
    eraser.batch_execute(erasing).expect("begun");
    let (app, scope) = (pair.app.app.clone(), pair.app.scope(LUMEN).await);
    let about = About::Call(call.to_string().parse().expect("an id"));
    let issuing = tokio::spawn(async move { documents::issue(&app, &scope, about).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    eraser.batch_execute("COMMIT").expect("erased");
    issuing.await.expect("no panic").expect("issued");
    assert_eq!(
        pair.app
            .database
            .count("documents WHERE content->>'customer' = 'Somebody'"),
        1
    );
}
