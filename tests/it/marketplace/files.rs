//! Files that two people send each other.

use super::people::{conversation, met};
use crate::{
    calls::{Pair, Price},
    consoles::{admin_of_lumen, own_id},
    support::{Answer, LUMEN, TestUser, VELVET},
};
use diesel::connection::SimpleConnection;
use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::json;
use url::form_urlencoded::Serializer;

const PDF: &[u8] = b"%PDF-1.7\nAn answer\n%%EOF";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand so on";

/// Sends a file as a program does.
async fn send(user: &TestUser, path: &str, name: &str, body: &[u8]) -> Answer {
    let query = Serializer::new(String::new()).append_pair("name", name).finish();
    let request = user.request(Method::POST, &format!("{path}?{query}"));
    Answer::of(request.body(body.to_vec())).await
}

/// Sends a file as a page's form does.
async fn submit(user: &TestUser, path: &str, field: &str, name: &str, body: &[u8]) -> Answer {
    let head = format!("--edge\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n");
    let body = [head.as_bytes(), body, b"\r\n--edge--\r\n"].concat();
    let request = user.request(Method::POST, path).body(body);
    Answer::of(request.header(CONTENT_TYPE, "multipart/form-data; boundary=edge")).await
}

#[tokio::test]
async fn a_file_goes_to_the_other_one_and_to_nobody_else() {
    let pair = Pair::new(Price::default()).await;
    let page = format!("/conversations/{}", met(&pair).await);
    let path = format!("/api/v1{page}/files");
    pair.app.clock.advance(1_000);
    let sent = send(&pair.buyer, &path, "../../Lohn\u{202e}fdp.exe", PDF)
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&sent["name"], &sent["media_type"]),
        (&json!("Lohnfdp.pdf"), &json!("application/pdf"))
    );
    pair.app.clock.advance(1_000);
    submit(
        &pair.seller,
        &format!("{page}/files"),
        "file",
        "C:\\\\me\\\\Über mich.PNG",
        PNG,
    )
    .await
    .expect(303);
    let url = sent["url"].as_str().expect("an address").to_owned();

    // The other one gets it as it was, to be saved and not to be shown.
    let got = pair.seller.get(&url).await.expect(200);
    assert_eq!(got.text.as_bytes(), PDF);
    assert_eq!(
        (got.header("content-type"), got.header("x-content-type-options")),
        ("application/pdf", "nosniff")
    );
    assert!(
        got.header("content-disposition")
            .starts_with("attachment; filename=\"Lohnfdp.pdf\"")
    );
    assert!(
        got.header("content-security-policy").contains("sandbox") && got.header("cache-control").contains("no-store")
    );
    let thread = pair.buyer.get(&format!("/api/v1{page}")).await.expect(200).json();
    let last = thread["messages"]
        .as_array()
        .expect("messages")
        .last()
        .expect("one")
        .clone();
    assert_eq!(
        (&last["file"]["name"], &last["mine"]),
        (&json!("Über mich.png"), &json!(false))
    );
    let named = pair
        .buyer
        .get(last["file"]["url"].as_str().expect("an address"))
        .await
        .expect(200);
    assert!(
        named
            .header("content-disposition")
            .contains("filename*=UTF-8''%C3%9Cber%20mich.png")
    );
    let html = pair.buyer.get(&page).await.expect(200).text;
    assert!(html.contains("Lohnfdp.pdf") && html.contains("Über mich.png") && html.contains("1 KB"));
    assert!(
        pair.buyer
            .get("/conversations")
            .await
            .expect(200)
            .text
            .contains("File: Über mich.png")
    );
    assert!(
        pair.buyer
            .get("/notifications")
            .await
            .expect(200)
            .text
            .contains("Sol Seller wrote to you")
    );

    let eve = pair.app.bearer(LUMEN, "Eve").await;
    let zoe = pair.app.bearer(VELVET, "Zoe").await;
    for stranger in [&eve, &zoe] {
        for address in [&url, &url.replace("/api/v1", "")] {
            stranger.get(address).await.expect(404);
        }
        send(stranger, &path, "x.pdf", PDF).await.expect(404);
        submit(stranger, &format!("{page}/files"), "file", "x.pdf", PDF)
            .await
            .expect(404);
    }
    pair.app.anonymous(LUMEN).get(&url).await.expect(401);
    // Of another conversation of one of the two it is not, either.
    let (elsewhere, _) = super::start_selling(&eve, "Knows things", 100).await;
    let other = format!(
        "INSERT INTO conversations SELECT tenant_id, '00000000-0000-4000-8000-00000000c0de', buyer_id, '{elsewhere}', last_at
         FROM conversations"
    );
    pair.app.database.superuser().batch_execute(&other).expect("another");
    let file = url.rsplit('/').next().expect("an id");
    let crossed = format!("/conversations/00000000-0000-4000-8000-00000000c0de/files/{file}");
    eve.get(&crossed).await.expect(404);
    pair.buyer.get(&crossed).await.expect(404);
    assert_eq!(pair.app.database.count("message_files"), 2);

    // The staff see that there is one; a piece that is lost is a clear answer and no half file.
    let admin = admin_of_lumen(&pair.app).await;
    let seen = admin.get(&format!("/api/v1/admin{page}")).await.expect(200).text;
    assert!(seen.contains("Lohnfdp.pdf") && seen.contains("\"kind\":\"file\""));
    let lost = "ALTER TABLE message_file_parts DISABLE TRIGGER USER; DELETE FROM message_file_parts";
    pair.app.database.superuser().batch_execute(lost).expect("lost");
    let gone = pair.seller.get(&url).await.expect(404).json();
    assert!(
        gone["error"]["message"]
            .as_str()
            .expect("words")
            .contains("isn't kept any more")
    );
}

#[tokio::test]
async fn what_cant_be_sent_leaves_nothing() {
    let pair = Pair::new(Price::default()).await;
    let page = format!("/conversations/{}", met(&pair).await);
    let path = format!("/api/v1{page}/files");
    for (name, body) in [
        ("invoice.pdf", &b"MZ\x90\x00\x03\x00\x00\x00"[..]),
        ("photo.png", b"<!DOCTYPE html><script>alert(1)</script>"),
        (
            "photo.svg",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
        ),
        ("run.txt", b"#!/bin/sh\nrm -rf /"),
        ("all.zip", b"PK\x03\x04\x14\x00\x00\x00\x08\x00and more"),
        ("empty.txt", b""),
        ("binary.txt", b"a\x00b"),
    ] {
        let refused = send(&pair.buyer, &path, name, body).await.expect(422).json();
        assert_eq!(refused["error"]["field"], "file", "{name}");
    }
    let html = submit(&pair.buyer, &format!("{page}/files"), "file", "x.exe", b"MZ\x90\x00")
        .await
        .expect(422)
        .text;
    assert!(
        html.contains("This kind of file can&#x27;t be sent.") || html.contains("This kind of file can't be sent.")
    );
    submit(&pair.buyer, &format!("{page}/files"), "picture", "x.pdf", PDF)
        .await
        .expect(422);
    let large = [PDF, &vec![b' '; 5 * 1024 * 1024]].concat();
    let refused = send(&pair.buyer, &path, "large.pdf", &large).await.expect(422).json();
    assert_eq!(refused["error"]["field"], "file");
    for table in ["message_files", "message_file_parts", "messages WHERE kind = 'file'"] {
        assert_eq!(pair.app.database.count(table), 0, "{table}");
    }

    // As large as may be it comes back whole.
    let whole = [PDF, &vec![b' '; 5 * 1024 * 1024 - PDF.len()]].concat();
    let sent = send(&pair.buyer, &path, "whole.pdf", &whole).await.expect(201).json();
    let got = pair
        .seller
        .get(sent["url"].as_str().expect("an address"))
        .await
        .expect(200);
    assert_eq!(got.text.as_bytes(), whole);

    // Not by whoever is blocked, and not all day.
    let buyer = own_id(&pair.buyer).await;
    let block = format!("/api/v1/people/{buyer}/block");
    pair.seller.put(&block, json!({})).await.expect(204);
    send(&pair.buyer, &path, "x.pdf", PDF).await.expect(409);
    submit(&pair.seller, &format!("{page}/files"), "file", "x.pdf", PDF)
        .await
        .expect(422);
    pair.seller.delete(&block).await.expect(204);
    for _ in 1..20 {
        send(&pair.buyer, &path, "x.pdf", PDF).await.expect(201);
    }
    let refused = send(&pair.buyer, &path, "x.pdf", PDF).await.expect(409);
    assert_eq!(refused.code(), "too_many_files");
    send(&pair.seller, &path, "x.pdf", PDF).await.expect(201);
    assert_eq!(pair.app.database.count("message_files"), 21);
    pair.app.clock.advance(86_400_001);
    send(&pair.buyer.renewed().await, &path, "x.pdf", PDF).await.expect(201);
}

#[tokio::test]
async fn files_go_with_their_person() {
    let pair = Pair::new(Price::default()).await;
    met(&pair).await;
    let path = format!("/api/v1/conversations/{}/files", conversation(&pair.buyer).await);
    let mine = send(&pair.buyer, &path, "Bea.pdf", PDF).await.expect(201).json();
    let theirs = send(&pair.seller, &path, "Sol.pdf", PDF).await.expect(201).json();
    let admin = admin_of_lumen(&pair.app).await;
    let buyer = own_id(&pair.buyer).await;
    admin
        .post(&format!("/api/v1/admin/users/{buyer}/erase"), json!({}))
        .await
        .expect(200);
    let url = |file: &serde_json::Value| file["url"].as_str().expect("an address").to_owned();
    pair.seller.get(&url(&mine)).await.expect(404);
    pair.seller.get(&url(&theirs)).await.expect(200);
    assert_eq!(pair.app.database.count("message_file_parts"), 1);
    assert_eq!(
        pair.app.database.count("message_files WHERE name = '' AND bytes = 0"),
        1
    );
    let page = pair
        .seller
        .get(&path.replace("/api/v1", "").replace("/files", ""))
        .await
        .expect(200)
        .text;
    assert!(page.contains("This file was removed") && page.contains("Sol.pdf"));
}
