//! What staff see of them and say on them, and that nobody changes one.

use super::{called, numbers, pdf, says, work};
use crate::{
    consoles::{actions, admin_of_lumen},
    support::{Authenticator, LUMEN},
};
use diesel::connection::SimpleConnection;
use serde_json::json;

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
    assert_eq!(pair.app.database.count("document_issuers"), 1);
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
