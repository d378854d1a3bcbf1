//! The consoles' program: at the platform's host for whoever comes, at a tenant's for its staff.

use super::{PLATFORM, founded};
use crate::support::TestApp;
use std::{env::temp_dir, fs, process};

#[tokio::test]
async fn the_program_is_served_to_those_it_is_for() {
    let folder = temp_dir().join(format!("tallyroom-console-{}", process::id()));
    fs::create_dir_all(folder.join("assets")).expect("a folder");
    for (name, text) in [
        (
            "index.html",
            "<title>Console</title><meta name=\"face\" content=\"\" />",
        ),
        ("scheme.js", "1"),
        ("assets/index-0a1b.js", "2"),
    ] {
        fs::write(folder.join(name), text).expect("a file");
    }
    let built = folder.clone();
    let app = TestApp::start_with(move |config| config.console.directory = built).await;
    let founded = founded(&app).await;
    let buyer = app.user(&founded.host, "Bob").await;
    let visitors = [app.anonymous(PLATFORM), app.anonymous(&founded.host)];

    for path in ["/admin", "/admin/", "/admin/tenants/7"] {
        for (reader, face) in [(&visitors[0], "platform"), (&founded.admin, "tenant")] {
            let page = reader.get(path).await.expect(200);
            assert!(
                page.text.contains(&format!("name=\"face\" content=\"{face}\"")),
                "{}",
                page.text
            );
            assert!(page.text.contains("Console") && page.header("cache-control") == "no-cache");
            assert!(page.header("content-security-policy").contains("script-src 'self'"));
        }
        let login = visitors[1].get(path).await.expect(303);
        assert!(login.header("location").starts_with("/login?next=%2Fadmin"));
        buyer.get(path).await.expect(404);
    }
    for visitor in &visitors {
        visitor.get("/admin/scheme.js").await.expect(200);
        let asset = visitor.get("/admin/assets/index-0a1b.js").await.expect(200);
        assert!(asset.header("cache-control").contains("immutable"));
        visitor.get("/admin/assets/..%2Findex.html").await.expect(400);
    }
    fs::remove_dir_all(&folder).expect("removed");
}

#[tokio::test]
async fn without_a_build_it_says_how_to_make_one() {
    let app = TestApp::start_with(|config| config.console.directory = "/nowhere".into()).await;
    let page = app.anonymous(PLATFORM).get("/admin").await.expect(503);
    assert!(page.text.contains("npm --prefix admin_ui"), "{}", page.text);
}
