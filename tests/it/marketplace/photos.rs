//! Sellers' faces: taken for what is in them, shown to everybody, gone when they are taken back.

use super::start_selling;
use crate::support::{Answer, LUMEN, PNG, TestApp, TestUser, VELVET};
use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::Value;

const PHOTO: &str = "/api/v1/selling/photo";

async fn send(user: &TestUser, body: &[u8]) -> Answer {
    Answer::of(user.request(Method::PUT, PHOTO).body(body.to_vec())).await
}

/// As a browser's form sends a file, in a part of that name.
async fn send_form(user: &TestUser, name: &str, body: &[u8]) -> Answer {
    let head = format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"../me.php\"\r\n\r\n");
    let body = [head.as_bytes(), body, b"\r\n--edge--\r\n"].concat();
    let request = user.request(Method::POST, "/sell/photo").body(body);
    Answer::of(request.header(CONTENT_TYPE, "multipart/form-data; boundary=edge")).await
}

/// The photo's address as others see it.
async fn shown(visitor: &TestUser, seller: &str) -> Option<String> {
    let page = visitor
        .get(&format!("/api/v1/sellers/{seller}"))
        .await
        .expect(200)
        .json();
    page["photo_url"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn a_face_is_shown_anew_and_taken_back() {
    let app = TestApp::start().await;
    let sela = app.user(LUMEN, "Sela").await;
    let visitor = app.anonymous(LUMEN);
    // Nothing is read of whoever doesn't sell.
    assert_eq!(send(&sela, b"no picture").await.expect(409).code(), "no_profile");
    let (seller, _) = start_selling(&sela, "Listens", 100).await;
    visitor.get("/").await.expect(200);
    let hidden = [&PNG[..], b"<script>alert(1)</script>"].concat();
    send(&sela, &hidden).await.expect(204);
    let address = shown(&visitor, &seller).await.expect("an address");
    let served = visitor.get(&address).await.expect(200);
    assert_eq!(served.header("content-type"), "image/jpeg");
    assert!(!served.text.contains("script"));
    let home = visitor.get("/").await.expect(200).text;
    assert!(home.contains(&format!("src=\"{address}\"")), "{home}");
    app.anonymous(VELVET).get(&address).await.expect(404);

    sela.delete(PHOTO).await.expect(204);
    assert_eq!(shown(&visitor, &seller).await, None);
    visitor.get(&address).await.expect(404);
    let home = visitor.get("/").await.expect(200).text;
    assert!(!home.contains(&address), "{home}");
}

#[tokio::test]
async fn a_form_says_beside_the_field_what_is_no_photo() {
    let app = TestApp::start().await;
    let sela = app.user(LUMEN, "Sela").await;
    let (seller, _) = start_selling(&sela, "Listens", 100).await;
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    for (name, body, told) in [
        ("picture", &svg[..], "This is no PNG, JPEG, WebP or GIF picture."),
        ("picture", b"", "This is no PNG, JPEG, WebP or GIF picture."),
        ("other", &PNG, "Choose a file first."),
        ("picture", &[b'x'; 3 * 1024 * 1024], "At most 2048 KB can be taken."),
    ] {
        let page = send_form(&sela, name, body).await.expect(422);
        assert!(page.text.contains(told), "{told}: {}", page.text);
    }
    assert_eq!(shown(&sela, &seller).await, None, "nothing was half done");
    send_form(&sela, "picture", &PNG).await.expect(303);
    assert!(shown(&sela, &seller).await.is_some());
    sela.form("/sell", &[("action", "drop_photo")]).await.expect(303);
    assert_eq!(shown(&sela, &seller).await, None);
}

#[tokio::test]
async fn an_erased_person_has_no_face() {
    let app = TestApp::start().await;
    let founded = crate::consoles::founded(&app).await;
    let sela = app.user(&founded.host, "Sela").await;
    let (seller, _) = start_selling(&sela, "Listens", 100).await;
    send(&sela, &PNG).await.expect(204);
    let address = shown(&sela, &seller).await.expect("an address");
    let erase = format!("/api/v1/admin/users/{seller}/erase");
    founded
        .admin
        .post(&erase, Value::Object(Default::default()))
        .await
        .expect(200);
    app.anonymous(&founded.host).get(&address).await.expect(404);
}
