//! A look taken from one marketplace to another as one file, and files that are none.

use super::{actions, admin_at, founded};
use crate::support::{Answer, LUMEN, TestApp, TestUser};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::{Read, Write};
use tar::{Archive, Builder, EntryType, Header};

const ARCHIVE: &str = "/api/v1/admin/branding/archive";
const HERO: &str = "<h1>{{t \"home.title\"}}</h1>";

type Files = Vec<(String, Vec<u8>)>;

async fn fetched(user: &TestUser) -> Vec<u8> {
    let answer = user.request(Method::GET, ARCHIVE).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/gzip");
    answer.bytes().await.expect("a file").to_vec()
}

async fn bring(user: &TestUser, file: Vec<u8>) -> Answer {
    Answer::of(user.request(Method::PUT, ARCHIVE).body(file)).await
}

fn unpacked(archive: &[u8]) -> Files {
    let mut archive = Archive::new(GzDecoder::new(archive));
    let entries = archive.entries().expect("entries");
    let read = entries.map(|entry| {
        let mut entry = entry.expect("an entry");
        let mut body = Vec::new();
        entry.read_to_end(&mut body).expect("a body");
        (String::from_utf8_lossy(&entry.path_bytes()).into_owned(), body)
    });
    read.collect()
}

fn header(path: &str, size: u64) -> Header {
    let mut header = Header::new_ustar();
    // Written as it is: the crate's own way refuses paths that lead elsewhere.
    header.as_ustar_mut().expect("ustar").name[..path.len()].copy_from_slice(path.as_bytes());
    header.set_size(size);
    header.set_mode(0o600);
    header.set_cksum();
    header
}

fn packed(files: &Files) -> Vec<u8> {
    let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, body) in files {
        tar.append(&header(path, body.len() as u64), body.as_slice())
            .expect("appended");
    }
    tar.into_inner().expect("a tar").finish().expect("a file")
}

/// A look's archive with these files, and a manifest that says so.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let listed: Vec<Value> = files
        .iter()
        .map(|(path, body)| json!({"path": path, "bytes": body.len(), "sha256": hex::encode(Sha256::digest(body))}))
        .collect();
    let look = json!({"brand": "#0b7285", "scheme": "dark", "radius": "soft", "font": null, "page_title": "Brought"});
    let manifest = json!({"format": 1, "look": look, "files": listed});
    let mut all = vec![("manifest.json".to_owned(), manifest.to_string().into_bytes())];
    all.extend(files.iter().map(|(path, body)| ((*path).to_owned(), body.to_vec())));
    packed(&all)
}

#[tokio::test]
async fn a_look_comes_whole_to_another_marketplace() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let (from, to) = (&founded.admin, admin_at(&app, &founded.owner, LUMEN).await);
    let look =
        json!({"brand": "#b02a5b", "scheme": "light", "radius": "round", "font": "figtree", "page_title": "Harbour"});
    from.put("/api/v1/admin/branding", look).await.expect(200);
    let put = async |path: &str, body: &'static str| Answer::of(from.request(Method::PUT, path).body(body)).await;
    put("/api/v1/admin/branding/css", ".btn { letter-spacing: 1px }")
        .await
        .expect(200);
    put("/api/v1/admin/branding/template?name=parts/hero", HERO)
        .await
        .expect(200);
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><path d=\"M0 0h9v9z\"/></svg>";
    put("/api/v1/admin/branding/pictures/logo", svg).await.expect(200);
    let word = json!({"language": "en", "key": "home.title", "value": "Knots, live"});
    from.put("/api/v1/admin/words", word).await.expect(204);

    let taken = fetched(from).await;
    let names: Vec<String> = unpacked(&taken).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "manifest.json",
            "pictures/logo",
            "style.css",
            "words.json",
            "templates/parts/hero.hbs"
        ]
    );
    let before = to.get("/api/v1/admin/branding").await.expect(200).json();
    let brought = bring(&to, taken.clone()).await.expect(200).json();
    assert_eq!(
        (&brought["brand"], &brought["font"]),
        (&json!("#b02a5b"), &json!("figtree"))
    );
    assert_eq!(
        (&brought["page_title"], &brought["pictures"]["logo"]["own"]),
        (&json!("Harbour"), &json!(true))
    );
    assert!(
        app.anonymous(LUMEN)
            .get("/")
            .await
            .expect(200)
            .text
            .contains("<h1>Knots, live</h1>")
    );
    assert_eq!(
        unpacked(&fetched(&to).await),
        unpacked(&taken),
        "what comes out is what went in"
    );
    let log = to.get("/api/v1/admin/audit").await.expect(200).json();
    let mut written = actions(&log)[..2].to_vec();
    written.sort_unstable();
    assert_eq!(written, ["branding.published", "words.changed"]);
    // The look before it is a version to go back to.
    let version = brought["versions"][1]["id"].as_str().expect("a version");
    let back = to
        .post(&format!("/api/v1/admin/branding/revert/{version}"), json!({}))
        .await;
    assert_eq!(back.expect(200).json()["brand"], before["brand"]);
}

#[tokio::test]
async fn what_is_no_look_is_refused_and_nothing_is_half_done() {
    let app = TestApp::start().await;
    let founded = founded(&app).await;
    let admin = &founded.admin;
    let before = admin.get("/api/v1/admin/branding").await.expect(200).json();
    let words = |key: &str, value: &str| json!([{"language": "en", "key": key, "value": value}]).to_string();
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![0; 200 << 20]).expect("zeros");
    let mut endless = Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
    let large = vec![b'a'; 30 << 20];
    endless
        .append(&header("style.css", large.len() as u64), large.as_slice())
        .expect("appended");
    let mut link = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let mut to_passwords = header("manifest.json", 0);
    to_passwords.set_entry_type(EntryType::Symlink);
    to_passwords.set_link_name("/etc/passwd").expect("a link");
    to_passwords.set_cksum();
    link.append(&to_passwords, std::io::empty()).expect("appended");
    let twice: Files = {
        let mut files = unpacked(&archive(&[("style.css", b"a{}")]));
        files.push(files[1].clone());
        files
    };
    let other: Files = {
        let mut files = unpacked(&archive(&[("style.css", b"a{}")]));
        files[1].1 = b"b{}".to_vec();
        files
    };
    let names: Vec<String> = (0..100).map(|number| format!("templates/a{number}.hbs")).collect();
    let long = vec![b'a'; 256 << 10];
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), long.as_slice())).collect();
    for (sent, told) in [
        (b"no archive at all".to_vec(), "isn't the archive of a look"),
        (Vec::new(), "isn't the archive of a look"),
        (bomb.finish().expect("a bomb"), "There is nothing in this file"),
        (archive(&many), "more than 24 MB"),
        (
            endless.into_inner().expect("a tar").finish().expect("a file"),
            "too large",
        ),
        (
            link.into_inner().expect("a tar").finish().expect("a file"),
            "no file of a look",
        ),
        (vec![0; (8 << 20) + 1], "8192 KB"),
        (
            packed(&vec![("style.css".to_owned(), b"a{}".to_vec())]),
            "manifest isn't the first",
        ),
        (
            packed(&vec![("manifest.json".to_owned(), b"{}".to_vec())]),
            "manifest can't be read",
        ),
        (packed(&twice), "style.css twice"),
        (packed(&other), "isn't as the manifest says"),
        (
            archive(&[("../style.css", b"a{}")]),
            "“../style.css” is no file of a look",
        ),
        (archive(&[("/etc/passwd", b"a")]), "is no file of a look"),
        (archive(&[("templates/../../x.hbs", b"a")]), "is no file of a look"),
        (archive(&[("templates/nothing.hbs", b"a")]), "no template of this name"),
        (archive(&[("templates/login.hbs", b"a")]), "no template of this name"),
        (archive(&[("templates/home.hbs", b"{{#if}}")]), "home"),
        (
            archive(&[("templates/home.hbs", b"<script>alert(1)</script>")]),
            "act by itself",
        ),
        (archive(&[("style.css", b"@import url(//evil.example);")]), "@import"),
        (archive(&[("style.css", b"\xff")]), "isn't text"),
        (archive(&[("pictures/logo", b"<svg><script/></svg>")]), "SVG"),
        (archive(&[("pictures/favicon", b"GIF89a")]), "damaged"),
        (
            archive(&[("words.json", words("no.such", "x").as_bytes())]),
            "no text “no.such”",
        ),
        (
            archive(&[("words.json", words("home.title", "{secret}").as_bytes())]),
            "Nothing is filled in for {secret}",
        ),
        (
            archive(&[("words.json", words("home.title", "").as_bytes())]),
            "1 to 2,000 characters",
        ),
        (archive(&[("words.json", b"{}")]), "words.json can't be read"),
    ] {
        let refused = bring(admin, sent).await;
        let message = refused.json()["error"]["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(
            refused.status == 422 && message.contains(told),
            "{told}: {} {message}",
            refused.status
        );
    }
    let after = admin.get("/api/v1/admin/branding").await.expect(200).json();
    assert_eq!(after, before, "nothing of it was taken");
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert!(!actions(&log).contains(&"branding.published") && !actions(&log).contains(&"words.changed"));
}
