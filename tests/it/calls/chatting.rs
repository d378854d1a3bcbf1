//! What is said in a call: once, to both, with files, read, and mailed to oneself.

use super::{
    Caller, Pair, Price, Talk,
    guests::{come, invited},
};
use crate::support::{Answer, LUMEN, TestUser};
use image::{DynamicImage, ImageFormat};
use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};
use std::io::Cursor;
use tallyroom_media_protocol::signaling::{ChatLine, ReadMark, ServerMessage};
use uuid::Uuid;

async fn say(caller: &mut Caller, id: Uuid, text: &str) -> Result<Value, String> {
    let epoch = caller.epoch;
    caller
        .ask(json!({ "type": "chat", "epoch": epoch, "line": id, "text": text }))
        .await
}

async fn read(caller: &mut Caller, up_to: Uuid) -> Result<Value, String> {
    let epoch = caller.epoch;
    caller
        .ask(json!({ "type": "read", "epoch": epoch, "up_to": up_to }))
        .await
}

async fn line(caller: &mut Caller) -> ChatLine {
    let heard = caller.wait("a line", |message| match message {
        ServerMessage::Chat { line } => Some(line.clone()),
        _ => None,
    });
    heard.await
}

async fn seen(caller: &mut Caller) -> ReadMark {
    let heard = caller.wait("a mark", |message| match message {
        ServerMessage::Read { mark } => Some(*mark),
        _ => None,
    });
    heard.await
}

/// Sends a file to the call's chat, as the room's page does.
pub(super) async fn send(user: &TestUser, call: Uuid, name: &str, body: &[u8]) -> Answer {
    let head = format!("--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    let body = [head.as_bytes(), body, b"\r\n--edge--\r\n"].concat();
    let request = user
        .request(Method::POST, &format!("/api/v1/calls/{call}/files"))
        .body(body);
    Answer::of(request.header(CONTENT_TYPE, "multipart/form-data; boundary=edge")).await
}

/// A photo whose camera wrote down where it was taken.
fn photo() -> Vec<u8> {
    let mut body = Cursor::new(Vec::new());
    let picture = DynamicImage::new_rgb8(2_000, 1_000);
    picture.write_to(&mut body, ImageFormat::Jpeg).expect("a photo");
    let note = b"Exif\0\0 taken at 48.137,11.575";
    let length = u16::try_from(note.len() + 2).expect("short").to_be_bytes();
    let plain = body.into_inner();
    [&plain[..2], b"\xff\xe1", &length, note, &plain[2..]].concat()
}

#[tokio::test]
async fn a_line_that_is_sent_again_is_said_once() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let id = Uuid::new_v4();
    for _ in 0..3 {
        say(&mut talk.buyer, id, "Good day").await.expect("said");
    }
    assert_eq!(line(&mut talk.seller).await.id, id);
    // A lost answer, a new socket, and said again: it is there already.
    let mut again = Caller::open(&pair.app, &pair.buyer).await;
    let joined = again.join(talk.call).await.expect("joined");
    assert_eq!(joined.chat.iter().map(|line| line.id).collect::<Vec<_>>(), [id]);
    say(&mut again, id, "Good day").await.expect("said");
    say(&mut again, Uuid::new_v4(), "https://example.org/ and on")
        .await
        .expect("said");
    assert_eq!(line(&mut talk.seller).await.text, "https://example.org/ and on");
    // Nobody says something else, or in somebody else's name, under an id that was used.
    assert_eq!(
        say(&mut again, id, "Good night").await.err().as_deref(),
        Some("invalid")
    );
    assert_eq!(
        say(&mut talk.seller, id, "Good day").await.err().as_deref(),
        Some("invalid")
    );
    assert!(
        !talk
            .seller
            .has_heard(|message| matches!(message, ServerMessage::Chat { .. }))
    );
}

#[tokio::test]
async fn each_sees_how_far_the_other_has_read() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let (first, second) = (Uuid::new_v4(), Uuid::new_v4());
    say(&mut talk.buyer, first, "One").await.expect("said");
    pair.app.clock.advance(1_000);
    say(&mut talk.buyer, second, "Two").await.expect("said");
    line(&mut talk.seller).await;
    let last = line(&mut talk.seller).await;
    pair.app.clock.advance(1_000);
    read(&mut talk.seller, second).await.expect("read");
    let mark = seen(&mut talk.buyer).await;
    assert_eq!((mark.up_to_ms, mark.at_ms), (last.at_ms, last.at_ms + 1_000));
    // It never goes back, and it is there after a new join.
    for up_to in [first, second] {
        read(&mut talk.seller, up_to).await.expect("read");
    }
    let mut again = Caller::open(&pair.app, &pair.buyer).await;
    assert_eq!(again.join(talk.call).await.expect("joined").read, Some(mark));
    assert!(!again.has_heard(|message| matches!(message, ServerMessage::Read { .. })));
    assert_eq!(
        read(&mut talk.seller, Uuid::new_v4()).await.err().as_deref(),
        Some("not_found")
    );
    let epoch = talk.seller.epoch + 1;
    let stale = talk
        .seller
        .ask(json!({ "type": "read", "epoch": epoch, "up_to": first }));
    assert_eq!(stale.await.err().as_deref(), Some("stale_epoch"));
}

#[tokio::test]
async fn a_file_comes_to_both_and_stays_in_the_inbox() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let sent = send(&pair.buyer, talk.call, "../../Holiday.png", &photo())
        .await
        .expect(201)
        .json();
    let came = line(&mut talk.seller).await;
    assert_eq!((sent, line(&mut talk.buyer).await.id), (json!(came), came.id));
    let file = came.file.expect("a file");
    assert_eq!(
        (file.name.as_str(), file.media_type.as_str()),
        ("Holiday.jpg", "image/jpeg"),
        "known by what is in it"
    );
    let image = file.image.expect("a picture");
    assert_eq!((image.width, image.height), (1_024, 512));
    let preview = pair
        .seller
        .request(Method::GET, &image.url)
        .send()
        .await
        .expect("an answer");
    assert_eq!(preview.headers()[CONTENT_TYPE], "image/jpeg");
    let preview = preview.bytes().await.expect("a picture");
    assert!(preview.starts_with(b"\xff\xd8") && !preview.windows(4).any(|part| part == b"Exif"));
    // It is theirs alone, and it is in what they write to each other.
    let stranger = pair.app.bearer(LUMEN, "Sam Stranger").await;
    for address in [&image.url, &file.url.expect("an address")] {
        stranger.get(address).await.expect(404);
    }
    let pdf = send(&pair.seller, talk.call, "Plan.pdf", b"%PDF-1.7\nA plan\n%%EOF")
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&pdf["file"]["name"], &pdf["file"]["image"]),
        (&json!("Plan.pdf"), &Value::Null)
    );
    let all = pair.buyer.get("/api/v1/conversations").await.expect(200).json();
    assert_eq!(all["items"][0]["last"]["file"]["name"], "Plan.pdf");
    let mut again = Caller::open(&pair.app, &pair.buyer).await;
    let joined = again.join(talk.call).await.expect("joined");
    assert_eq!(joined.chat.iter().filter(|line| line.file.is_some()).count(), 2);
    talk.buyer = again;
    talk.talk(2_000).await;
    talk.hang_up().await;
}

#[tokio::test]
async fn what_is_no_file_for_a_chat_is_refused_and_says_why() {
    let pair = Pair::new(Price::default()).await;
    let talk = pair.live().await;
    let large = [b"%PDF-1.7\n".as_slice(), &vec![b'x'; 6 * 1024 * 1024]].concat();
    for (name, body, says) in [
        ("a.pdf", &b""[..], "kind of file"),
        ("holiday.jpg", b"MZ\x90\0\x03", "kind of file"),
        ("page.txt", b"<script>alert(1)</script>", "kind of file"),
        ("a.pdf", b"%PDF-1.7 << /S /JavaScript >>", "program"),
        ("a.gif", b"GIF89a <script>", "program"),
        ("big.pdf", &large, "At most"),
    ] {
        let answer = send(&pair.buyer, talk.call, name, body).await.expect(422);
        assert!(answer.text.contains(says), "{name}: {}", answer.text);
    }
    let nothing = pair
        .buyer
        .post(&format!("/api/v1/calls/{}/files", talk.call), json!({}))
        .await;
    nothing.expect(422);
    let stranger = pair.app.bearer(LUMEN, "Sam Stranger").await;
    send(&stranger, talk.call, "a.pdf", b"%PDF-1.7").await.expect(404);
    let call = talk.call;
    talk.hang_up().await;
    assert_eq!(
        send(&pair.buyer, call, "a.pdf", b"%PDF-1.7").await.expect(409).code(),
        "call_over"
    );
}

#[tokio::test]
async fn whoever_writes_ten_thousand_lines_is_shut_out_and_the_other_notices_nothing() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let epoch = talk.buyer.epoch;
    for id in 0..10_000_u32 {
        let line = json!({ "id": 1_000 + id, "type": "chat", "epoch": epoch, "text": "spam" });
        talk.buyer.send(&line.to_string()).await;
    }
    assert!(talk.buyer.closed().await.expect("a reason").contains("too many"));
    say(&mut talk.seller, Uuid::new_v4(), "Still here").await.expect("said");
    // They come back, and see the last of it.
    let mut again = Caller::open(&pair.app, &pair.buyer).await;
    let joined = again.join(talk.call).await.expect("joined");
    assert_eq!(joined.chat.last().map(|line| line.text.as_str()), Some("Still here"));
    let count = pair.app.database.count("messages WHERE body = 'spam'");
    assert!(count <= 200, "{count} of them were kept");
    say(&mut again, Uuid::new_v4(), "Sorry").await.expect("said");
}

async fn mail(talk: &Talk<'_>, user: &TestUser) -> Answer {
    user.post(&format!("/api/v1/calls/{}/chat/mail", talk.call), json!({}))
        .await
}

#[tokio::test]
async fn a_chat_is_mailed_to_whoever_asks_with_all_that_was_said() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    assert_eq!(mail(&talk, &pair.buyer).await.expect(409).code(), "nothing_said");
    say(&mut talk.buyer, Uuid::new_v4(), "Is <b>this</b> in it?")
        .await
        .expect("said");
    pair.app.clock.advance(2_000);
    say(&mut talk.seller, Uuid::new_v4(), "It is.\nAll of it.")
        .await
        .expect("said");
    send(&pair.seller, talk.call, "Plan.pdf", b"%PDF-1.7\nA plan")
        .await
        .expect(201);
    for _ in 0..3 {
        mail(&talk, &pair.buyer).await.expect(202);
    }
    assert_eq!(mail(&talk, &pair.buyer).await.expect(409).code(), "mailed_often");
    mail(&talk, &pair.seller).await.expect(202);
    let stranger = pair.app.bearer(LUMEN, "Sam Stranger").await;
    mail(&talk, &stranger).await.expect(404);
    while pair.app.jobs.run_due().await.expect("the database") > 0 {}
    let about = |user: &TestUser, subject: &str| {
        let mut mails = pair.app.mails_to(&user.email);
        mails.retain(|mail| mail.subject == subject);
        mails
    };
    let asked_by_seller = about(&pair.seller, "What you and Bea Buyer wrote");
    assert_eq!(asked_by_seller.len(), 1);
    let about = about(&pair.buyer, "What you and Sol Seller wrote");
    assert_eq!(about.len(), 3);
    let text = &about[0].text;
    for words in [
        "Bea Buyer: Is <b>this</b> in it?",
        "Sol Seller: It is.",
        "All of it.",
        "Plan.pdf",
        "/conversations/",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("/api/"), "links are for people: {text}");
}

#[tokio::test]
async fn a_guest_sends_files_as_the_two_do_and_only_while_they_are_in() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let (place, path) = invited(&pair.buyer, talk.call, json!({"role": "specialist"})).await;
    let user = come(&pair, &path, "Gil Guest").await;
    // Neither whoever isn't there, nor before they are let in.
    send(&pair.app.anonymous(LUMEN), talk.call, "a.jpg", &photo())
        .await
        .expect(401);
    let stranger = pair.app.bearer(LUMEN, "Sam Stranger").await;
    send(&stranger, talk.call, "a.jpg", &photo()).await.expect(404);
    let mut page = Caller::open(&pair.app, &user).await;
    page.join(talk.call).await.expect("let in");
    let sent = send(&user, talk.call, "../Plan.jpg", &photo()).await.expect(201).json();
    assert_eq!(
        (&sent["name"], &sent["file"]["name"], &sent["file"]["url"]),
        (&json!("Gil Guest"), &json!("Plan.jpg"), &Value::Null)
    );
    let refused = send(&user, talk.call, "page.txt", b"<script>alert(1)</script>").await;
    assert!(refused.expect(422).text.contains("kind of file"));
    let came = |message: &ServerMessage| match message {
        ServerMessage::Chat { line } => line.file.clone().map(|file| (line.name.clone(), file)),
        _ => None,
    };
    let (name, file) = talk.seller.wait("the file", came).await;
    assert_eq!(name, "Gil Guest");
    let address = file.url.expect("an address");
    pair.seller.get(&address).await.expect(200);
    pair.buyer.get(&file.image.expect("a picture").url).await.expect(200);
    user.get(&address).await.expect(401);
    assert_eq!(page.wait("their own", came).await.1.url, None);
    // What stands in the inbox says whose it is.
    let all = pair.buyer.get("/api/v1/conversations").await.expect(200).json();
    let id = all["items"][0]["id"].as_str().expect("an id");
    let said = pair.buyer.get(&format!("/conversations/{id}")).await.expect(200).text;
    assert!(said.contains("Gil Guest"), "{said}");
    // Twenty a day, each.
    for nth in 1..20 {
        send(&user, talk.call, &format!("{nth}.txt"), b"words")
            .await
            .expect(201);
    }
    let many = send(&user, talk.call, "more.txt", b"words").await.expect(409);
    assert_eq!(many.code(), "too_many_files");
    send(&pair.buyer, talk.call, "own.txt", b"words").await.expect(201);
    // Shown out, they send no more.
    let id = place["id"].as_str().expect("an id");
    let place = format!("/api/v1/calls/{}/guests/{id}", talk.call);
    pair.buyer.delete(&place).await.expect(204);
    let late = send(&user, talk.call, "late.txt", b"words").await;
    assert!([401, 404].contains(&late.status.as_u16()), "{}", late.text);
    talk.hang_up().await;
}
