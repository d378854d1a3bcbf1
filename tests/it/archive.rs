//! A tenant's archive (A14): whole, without secrets, and the same again after it came into an empty installation.

use crate::{
    calls::{Pair, Price},
    consoles::{actions, founded},
    studios::in_a_studio,
    support::{LUMEN, PASSWORD, TestApp, TestDatabase, subscription},
};
use diesel::connection::SimpleConnection as _;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{Cursor, Read},
    time::Duration,
};
use tallyroom::{
    app::archive::{self, Manifest},
    error::Result,
};

/// Its files, by name, as an archive has them.
type Files = Vec<(String, Vec<u8>)>;

/// A tenant with people, a call that was paid, its conversation and ratings.
async fn lived_in() -> Pair {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    talk.talk(90_000).await;
    talk.hang_up().await;
    in_a_studio(&pair, &pair.buyer).await;
    let (missed, ..) = pair.ring().await;
    pair.buyer
        .post(&format!("/api/v1/calls/{missed}/cancel"), json!({}))
        .await
        .expect(204);
    // The cancelled call is written down a moment later.
    for _ in 0..1_000 {
        let calls = pair.buyer.get("/api/v1/calls").await.expect(200).json();
        if calls["items"][0]["end_reason"] == "cancelled" {
            told(&pair).await;
            return pair;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the call wasn't cancelled");
}

/// Somebody was told something, and wants to be told less, by a browser that isn't another installation's to reach.
async fn told(pair: &Pair) {
    let list = pair.buyer.get("/api/v1/conversations").await.expect(200).json();
    let conversation = list["items"][0]["id"].as_str().expect("an id");
    let path = format!("/api/v1/conversations/{conversation}/messages");
    pair.seller.post(&path, json!({ "text": "Hello" })).await.expect(201);
    pair.buyer.form("/account/notifications", &[]).await.expect(303);
    let browser = subscription("https://fcm.googleapis.com/fcm/send/1");
    pair.buyer.put("/api/v1/me/push", browser).await.expect(204);
}

async fn exported(app: &TestApp) -> (Manifest, Vec<u8>) {
    let scope = app.scope(LUMEN).await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("archive");
    let file = File::create(&path).expect("a file");
    let manifest = archive::export(&app.app, &scope, file, |_| {}).await.expect("exported");
    (manifest, std::fs::read(&path).expect("the archive"))
}

fn imported(database: &TestDatabase, archive: &[u8]) -> Result<Manifest> {
    archive::import(&database.config(), Cursor::new(archive.to_vec()))
}

fn unpacked(archive: &[u8]) -> Files {
    let mut tar = tar::Archive::new(GzDecoder::new(archive));
    let read = |entry: std::io::Result<tar::Entry<'_, GzDecoder<&[u8]>>>| {
        let mut entry = entry.expect("an entry");
        let name = entry.path().expect("a path").display().to_string();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("its content");
        (name, bytes)
    };
    tar.entries().expect("entries").map(read).collect()
}

fn packed(files: &Files) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        // By hand: the library refuses some of the names that are tried here.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        tar.append(&header, bytes.as_slice()).expect("appended");
    }
    tar.into_inner().expect("a tar").finish().expect("a gzip")
}

fn lines<'f>(files: &'f Files, table: &str) -> Vec<&'f str> {
    let name = format!("rows/{table}.jsonl");
    let (_, bytes) = files.iter().find(|(other, _)| *other == name).expect("the table");
    std::str::from_utf8(bytes).expect("text").lines().collect()
}

#[tokio::test]
async fn an_archive_comes_into_an_empty_installation_and_is_the_same_again() {
    let pair = lived_in().await;
    // A domain is proved to one installation, not to every one that its archive comes to.
    let proven = "INSERT INTO domains (tenant_id, domain, token, state, since)
        SELECT id, 'www.lumen.com', 'tallyroom-1', 'proven', now() FROM tenants WHERE slug = 'lumen'";
    pair.app
        .database
        .superuser()
        .batch_execute(proven)
        .expect("a proven domain");
    let (manifest, archive) = exported(&pair.app).await;
    let files = unpacked(&archive);
    assert!(files.iter().all(|(name, _)| !name.contains("domains")));
    for table in [
        "users",
        "calls",
        "call_events",
        "ledger_transfers",
        "messages",
        "notifications",
        "notification_preferences",
        "tenant_hosts",
        "studio_managers",
        "studio_sellers",
    ] {
        assert!(!lines(&files, table).is_empty(), "{table}");
    }

    assert!(!files.iter().any(|(name, _)| name.contains("push_subscriptions")));
    let other = TestApp::start_bare(|_| {}).await;
    let came = imported(&other.database, &archive).expect("imported");
    assert_eq!(came, manifest);
    let (again, _) = exported(&other).await;
    assert_eq!(again, manifest, "every table's checksum is the same");

    // It lives: the site answers, the buyer sets a new password, and finds the bill and the credit as they were.
    other.anonymous(LUMEN).get("/").await.expect(200);
    let (old, new) = (pair.buyer.clone(), other.anonymous(LUMEN));
    new.log_in(&old.email, PASSWORD).await.expect(401);
    new.post("/api/v1/password/forgot", json!({"email": old.email}))
        .await
        .expect(202);
    let reset = json!({"token": other.mailed_token(&old.email, "reset"), "password": "an entirely new one"});
    new.post("/api/v1/password/reset", reset).await.expect(204);
    new.log_in(&old.email, "an entirely new one").await.expect(200);
    for path in ["/api/v1/wallet", "/api/v1/calls"] {
        let (was, is) = (old.get(path).await.expect(200), new.get(path).await.expect(200));
        assert_eq!(was.json(), is.json(), "{path}");
    }
    // Once is enough.
    let error = imported(&other.database, &archive).expect_err("a second time");
    assert_eq!(error.code(), "tenant_exists");
}

#[tokio::test]
async fn an_archive_has_one_tenants_rows_and_nobodys_secrets() {
    let pair = lived_in().await;
    let stranger = pair.app.user("velvet.localhost", "Vera Velvet").await;
    let (_, archive) = exported(&pair.app).await;
    let files = unpacked(&archive);
    let tenant = pair.app.scope(LUMEN).await.tenant().to_string();
    for (name, bytes) in &files[1..] {
        let text = std::str::from_utf8(bytes).expect("text");
        assert!(!text.contains(&stranger.email), "{name}");
        for line in text.lines() {
            let row: Value = serde_json::from_str(line).expect("JSON");
            let owner = if name == "rows/tenants.jsonl" {
                "id"
            } else {
                "tenant_id"
            };
            assert_eq!(row[owner], tenant.as_str(), "{name}");
            for (column, value) in row.as_object().expect("a row") {
                let is_secret = ["hash", "password", "secret", "token"]
                    .iter()
                    .any(|word| column.contains(word));
                assert!(!is_secret || value == "", "{name} has a {column}");
            }
        }
    }
}

#[tokio::test]
async fn what_was_tampered_with_is_refused_and_leaves_nothing() {
    let pair = lived_in().await;
    let (_, archive) = exported(&pair.app).await;
    let files = unpacked(&archive);
    let database = TestDatabase::new();
    let users = files
        .iter()
        .position(|(name, _)| name == "rows/users.jsonl")
        .expect("users");
    let accounts = files
        .iter()
        .position(|(name, _)| name == "rows/ledger_accounts.jsonl")
        .expect("accounts");
    let changed = |change: &dyn Fn(&mut Files)| {
        let mut changed = files.clone();
        change(&mut changed);
        packed(&changed)
    };
    let attacks: Vec<(&str, Vec<u8>)> = vec![
        ("no archive at all", b"GIF89a".to_vec()),
        ("half of one", archive[..archive.len() / 2].to_vec()),
        ("a file missing", changed(&|files| drop(files.remove(users)))),
        (
            "a file more",
            changed(&|files| files.push(("rows/more.jsonl".to_owned(), Vec::new()))),
        ),
        (
            "a path out of it",
            changed(&|files| "../../etc/passwd".clone_into(&mut files[users].0)),
        ),
        (
            "an absolute path",
            changed(&|files| "/etc/passwd".clone_into(&mut files[users].0)),
        ),
        (
            "another checksum",
            changed(&|files| replaced(files, users, "@example.org", "@example.net", false)),
        ),
        (
            "another version",
            changed(&|files| replaced(files, 0, "\"schema\": \"2", "\"schema\": \"1", false)),
        ),
        (
            "a size of petabytes",
            changed(&|files| replaced(files, 0, "\"bytes\": ", "\"bytes\": 9999999999999", false)),
        ),
        (
            "money made up",
            changed(&|files| replaced(files, accounts, "\"balance_minor\": ", "\"balance_minor\": 7", true)),
        ),
        (
            "a word for a number",
            changed(&|files| {
                replaced(
                    files,
                    accounts,
                    "\"balance_minor\": ",
                    "\"balance_minor\": \"x\", \"y\": ",
                    true,
                )
            }),
        ),
        (
            "a row of another tenant",
            changed(&|files| {
                let tenant = serde_json::from_slice::<Value>(&files[0].1).expect("a manifest")["tenant"].to_string();
                let other = format!("\"tenant_id\": \"{}\"", uuid::Uuid::nil());
                replaced(files, users, &format!("\"tenant_id\": {tenant}"), &other, true);
            }),
        ),
    ];
    for (what, archive) in attacks {
        let error = imported(&database, &archive).expect_err(what);
        assert_eq!(error.code(), "invalid", "{what}: {error}");
    }
    // Nothing of them stayed, and the walls stand.
    let bare = unpacked(&archive);
    assert_eq!(bare.len(), files.len());
    imported(&database, &archive).expect("the true one comes in");
}

#[tokio::test]
async fn an_admin_gets_the_archive_and_has_it_for_a_week() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let admin = &founded.admin;
    let ask = || admin.post("/api/v1/admin/exports", json!({}));
    let id = ask().await.expect(202).json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(ask().await.expect(409).code(), "export_running");
    let file = format!("/api/v1/admin/exports/{id}/archive");
    admin.get(&file).await.expect(404);
    let listed = || async { admin.get("/api/v1/admin/exports").await.expect(200).json()["items"][0].clone() };
    assert_eq!(listed().await["state"], "waiting");

    app.jobs.run_due().await.expect("run");
    let line = listed().await;
    assert_eq!((&line["state"], &line["asked_by"]), (&json!("done"), &json!("Ada")));
    assert_eq!(line["tables_done"], line["tables"]);
    let fetched = admin.request(Method::GET, &file).send().await.expect("an answer");
    assert_eq!(fetched.headers()["content-type"], "application/gzip");
    let bytes = fetched.bytes().await.expect("the archive");
    assert_eq!(line["bytes"], bytes.len());
    let database = TestDatabase::new();
    let manifest = imported(&database, &bytes).expect("imported");
    assert_eq!(
        (manifest.slug.as_str(), json!(manifest.rows())),
        ("harbour", line["rows"].clone())
    );
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(actions(&log)[..2], ["export.fetched", "export.asked"]);

    app.clock.advance(7 * 24 * 3_600_000);
    app.jobs.run_due().await.expect("run");
    let admin = app.anonymous(&founded.host);
    admin.log_in("ada@harbour.example", PASSWORD).await.expect(200);
    admin.get(&file).await.expect(404);
    let line = admin.get("/api/v1/admin/exports").await.expect(200).json();
    assert_eq!(line["items"][0]["state"], "expired");
    admin.post("/api/v1/admin/exports", json!({})).await.expect(202);
}

#[tokio::test]
async fn an_archive_that_cant_be_kept_says_so_and_is_tried_again() {
    let app = TestApp::start_with(|config| {
        config.files.directory = tempfile::tempdir().expect("a folder").keep();
    })
    .await;
    let founded = founded(&app).await;
    let folder = &app.app.config.files.directory;
    // Nothing can be made below a file.
    std::fs::write(folder.join("tenants"), "in the way").expect("written");
    founded.admin.post("/api/v1/admin/exports", json!({})).await.expect(202);
    let state = || async {
        let list = founded.admin.get("/api/v1/admin/exports").await.expect(200).json();
        let items = list["items"].as_array().expect("items").iter();
        items.map(|item| item["state"].clone()).collect::<Vec<_>>()
    };
    app.jobs.run_due().await.expect("run");
    assert_eq!(state().await, ["failed"]);
    // It stands in nobody's way, whatever becomes of it.
    app.clock.advance(1);
    founded.admin.post("/api/v1/admin/exports", json!({})).await.expect(202);
    app.jobs.run_due().await.expect("run");
    assert_eq!(state().await, ["failed", "failed"]);
    std::fs::remove_file(folder.join("tenants")).expect("removed");
    // They come one after the other: who meets the other one comes again.
    for _ in 0..2 {
        app.clock.advance(60_000);
        app.jobs.run_due().await.expect("run");
    }
    assert_eq!(state().await, ["done", "done"]);
    std::fs::remove_dir_all(folder).expect("removed");
}

/// Changes a file's text; with `honestly`, the manifest says what is there then.
fn replaced(files: &mut Files, which: usize, from: &str, to: &str, honestly: bool) {
    let text = String::from_utf8(files[which].1.clone()).expect("text");
    assert!(text.contains(from), "{from} isn't in {}", files[which].0);
    files[which].1 = text.replacen(from, to, 1).into_bytes();
    if !honestly {
        return;
    }
    let mut manifest: Value = serde_json::from_slice(&files[0].1).expect("a manifest");
    let entry = &mut manifest["tables"][which - 1];
    entry["bytes"] = json!(files[which].1.len());
    entry["sha256"] = json!(hex::encode(Sha256::digest(&files[which].1)));
    files[0].1 = serde_json::to_vec(&manifest).expect("JSON");
}
