//! Films: composed, seen, kept and deleted.

use super::{Pair, Price, Talk, kept, pair_where, recorded, states};
use crate::{
    calls::guests::{come, invited},
    consoles::{PlatformUser, admin_of_lumen},
    support::{LUMEN, Recorded, TestApp, TestUser, VELVET},
};
use diesel::connection::SimpleConnection as _;
use object_store::{ObjectStoreExt, path::Path};
use reqwest::{Method, header};
use serde_json::{Value, json};
use std::time::Duration;
use tallyroom::domain::platform::PlatformRole;
use tallyroom_media_protocol::RecordingProblem;

const DAY: i64 = 86_400_000;

fn place(take: impl std::fmt::Display, file: impl std::fmt::Display) -> Path {
    Path::from(format!("recordings/{take}/{file}.mp4"))
}

/// Writes what a node would have written.
async fn write(app: &TestApp, parts: &[Recorded], texts: &[&'static str]) {
    // As they are put behind each other.
    let mut parts = parts.to_vec();
    parts.sort_by_key(|part| part.peer);
    for (part, text) in parts.iter().zip(texts) {
        let file = place(part.take, part.peer);
        app.app.files.put(&file, (*text).into()).await.expect("a file");
    }
}

async fn is_there(app: &TestApp, file: &Path) -> bool {
    app.app.files.head(file).await.is_ok()
}

/// Does all that is due, until the recording is made or can't be.
pub async fn worked(app: &TestApp) -> String {
    for _ in 0..100 {
        while app.jobs.run_due().await.expect("the database") > 0 {}
        let state = states(app).pop().expect("a recording");
        if !state.starts_with("composing") {
            return state;
        }
        app.clock.advance(3_000);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it is never made");
}

/// A call that was recorded, and is over: its path of recordings, and the takes.
pub async fn over(mut talk: Talk<'_>, texts: &[&'static str]) -> (String, Vec<Recorded>) {
    recorded(&mut talk).await;
    let parts = talk.pair.node.recorded(talk.call);
    write(&talk.pair.app, &parts, texts).await;
    talk.talk(4_000).await;
    let path = format!("/api/v1/calls/{}/recordings", talk.call);
    talk.hang_up().await;
    (path, parts)
}

async fn only(user: &TestUser, path: &str) -> Value {
    let list = user.renewed().await.get(path).await.expect(200).json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
    list["items"][0].clone()
}

#[tokio::test]
async fn a_film_is_seen_by_those_who_were_in_the_call() {
    let pair = Pair::new(Price::default()).await;
    let (path, parts) = over(pair.live().await, &["first,", "second"]).await;
    assert_eq!(only(&pair.buyer, &path).await["state"], "composing");
    assert_eq!(worked(&pair.app).await, "ready call_over");
    let shown = only(&pair.buyer, &path).await;
    assert_eq!(
        (&shown["state"], &shown["bytes"], &shown["ending"]),
        (&"ready".into(), &12.into(), &"call_over".into())
    );
    let url = shown["url"].as_str().expect("an address").to_owned();
    for part in &parts {
        assert!(!is_there(&pair.app, &place(part.take, part.peer)).await, "parts go");
    }
    let buyer = pair.buyer.renewed().await;
    let whole = buyer.get(&url).await.expect(200);
    assert_eq!(
        (whole.text.as_str(), whole.header("accept-ranges")),
        ("first,second", "bytes")
    );
    assert_eq!(whole.header("content-type"), "video/mp4");
    assert!(whole.header("cache-control").starts_with("private"));
    assert!(whole.header("content-disposition").starts_with("inline"));
    let kept = buyer.get(&format!("{url}?download=true")).await.expect(200);
    assert!(kept.header("content-disposition").starts_with("attachment"));
    let ranged = async |range: &str| {
        let request = buyer.request(Method::GET, &url).header(header::RANGE, range);
        crate::support::Answer::of(request).await
    };
    let piece = ranged("bytes=6-8").await.expect(206);
    assert_eq!(
        (piece.text.as_str(), piece.header("content-range")),
        ("sec", "bytes 6-8/12")
    );
    assert_eq!(ranged("bytes=-6").await.expect(206).text, "second");
    assert_eq!(
        ranged("bytes=12-").await.expect(416).header("content-range"),
        "bytes */12"
    );
    pair.seller.renewed().await.get(&url).await.expect(200);
    pair.app.bearer(LUMEN, "Sam Stranger").await.get(&url).await.expect(404);
    pair.app
        .bearer(VELVET, "Eve Elsewhere")
        .await
        .get(&url)
        .await
        .expect(404);
    pair.app.anonymous(LUMEN).get(&url).await.expect(401);
    let bill = path.replace("/api/v1", "").replace("/recordings", "/bill");
    let page = buyer.get(&bill).await.expect(200).text;
    assert!(page.contains(&url) && page.contains("<video"), "the bill shows it");
    // Both are told.
    while pair.app.jobs.run_due().await.expect("the database") > 0 {}
    for person in [&pair.buyer, &pair.seller] {
        let mails = pair.app.mails_to(&person.email);
        assert!(mails.iter().any(|mail| mail.subject.contains("recording")), "{mails:?}");
    }
}

#[tokio::test]
async fn what_the_house_keeps_for_itself_its_staff_see_and_delete() {
    let pair = pair_where(r#"{"recording_for": "staff"}"#).await;
    let (path, _) = over(pair.live().await, &["one", "two"]).await;
    assert_eq!(worked(&pair.app).await, "ready call_over");
    let shown = only(&pair.seller, &path).await;
    let (id, url) = (shown["id"].as_str().expect("an id"), shown["url"].as_str());
    assert_eq!(url, None);
    let film = format!("/api/v1/recordings/{id}/film");
    pair.seller.renewed().await.get(&film).await.expect(404);
    let admin = admin_of_lumen(&pair.app).await;
    let list = admin
        .get("/api/v1/admin/recordings?state=ready")
        .await
        .expect(200)
        .json();
    assert_eq!((&list["total"], &list["items"][0]["id"]), (&1.into(), &id.into()));
    assert_eq!(list["items"][0]["consents"].as_array().map(Vec::len), Some(2));
    let storage = admin.get("/api/v1/admin/recordings/storage").await.expect(200).json();
    assert_eq!(storage["used_mb"], 1);
    let at_console = format!("/api/v1/admin/recordings/{id}");
    assert_eq!(
        admin.get(&format!("{at_console}/film")).await.expect(200).text,
        "onetwo"
    );
    admin.delete(&at_console).await.expect(204);
    assert_eq!(admin.delete(&at_console).await.expect(409).code(), "recording_gone");
    admin.get(&format!("{at_console}/film")).await.expect(404);
    while pair.app.jobs.run_due().await.expect("the database") > 0 {}
    assert!(!is_there(&pair.app, &place(id, "call")).await, "the file is gone");
    assert_eq!(only(&pair.seller, &path).await["state"], "deleted");
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    let actions: Vec<_> = log["items"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| &entry["action"])
        .collect();
    assert_eq!(actions[..2], ["recording.deleted", "recording.watched"]);
}

#[tokio::test]
async fn a_film_goes_when_its_time_is_over() {
    let pair = pair_where(r#"{"recording_days": 7}"#).await;
    let (path, _) = over(pair.live().await, &["one", "two"]).await;
    assert_eq!(worked(&pair.app).await, "ready call_over");
    let id = only(&pair.buyer, &path).await["id"].as_str().expect("an id").to_owned();
    pair.app.clock.advance(6 * DAY);
    while pair.app.jobs.run_due().await.expect("the database") > 0 {}
    assert!(is_there(&pair.app, &place(&id, "call")).await);
    pair.app.clock.advance(DAY);
    while pair.app.jobs.run_due().await.expect("the database") > 0 {}
    assert!(!is_there(&pair.app, &place(&id, "call")).await);
    assert_eq!(states(&pair.app), ["deleted call_over"]);
    let consents = kept(&pair.app, "SELECT answer AS said FROM recording_consents");
    assert_eq!(consents.len(), 2, "who agreed stays known");
}

#[tokio::test]
async fn composing_is_taken_up_again_after_a_restart() {
    let pair = Pair::new(Price::default()).await;
    let (path, parts) = over(pair.live().await, &["hangs", "two"]).await;
    pair.app.clock.advance(20_000);
    let cut_off = tokio::time::timeout(Duration::from_secs(3), async {
        while pair.app.jobs.run_due().await.expect("the database") > 0 {}
    });
    cut_off.await.expect_err("it hangs, and the process ends");
    let shown = only(&pair.buyer, &path).await;
    assert_eq!((&shown["state"], &shown["progress"]), (&"composing".into(), &40.into()));
    write(&pair.app, &parts, &["one", "two"]).await;
    // The lease of the one that died is over.
    pair.app.clock.advance(61_000);
    assert_eq!(worked(&pair.app).await, "ready call_over");
}

#[tokio::test]
async fn what_cant_be_made_fails_for_all_to_see() {
    let pair = Pair::new(Price::default()).await;
    // Of nobody anything came.
    let (path, _) = over(pair.live().await, &[]).await;
    assert_eq!(worked(&pair.app).await, "failed call_over");
    assert_eq!(only(&pair.buyer, &path).await["state"], "failed");
    // A file that can't be read may be read later.
    let pair = Pair::new(Price::default()).await;
    let (path, parts) = over(pair.live().await, &["breaks", "two"]).await;
    assert_eq!(worked(&pair.app).await, "failed call_over");
    write(&pair.app, &parts, &["one", "two"]).await;
    pair.app.clock.advance(6_000);
    while pair.app.jobs.run_due().await.expect("the database") > 0 {}
    assert_eq!(only(&pair.buyer, &path).await["state"], "ready");
}

#[tokio::test]
async fn what_a_dead_node_left_is_used() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    recorded(&mut talk).await;
    let parts = pair.node.recorded(talk.call);
    write(&pair.app, &parts, &["one", "two"]).await;
    talk.talk(4_000).await;
    // It never says that its files are complete.
    pair.node.kill();
    let path = format!("/api/v1/calls/{}/recordings", talk.call);
    talk.buyer.act("end").await.expect("ended");
    talk.bill().await;
    assert_eq!(worked(&pair.app).await, "ready call_over");
    let shown = only(&pair.buyer, &path).await;
    assert_eq!((&shown["bytes"], &shown["length_ms"]), (&6.into(), &4_000.into()));
}

#[tokio::test]
async fn a_full_disks_film_is_what_was_written_until_then() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    recorded(&mut talk).await;
    write(&pair.app, &pair.node.recorded(talk.call), &["one", "two"]).await;
    pair.node.fail_recording(talk.call, RecordingProblem::DiskFull);
    let app = &pair.app;
    super::until("it ends", || states(app) == ["composing disk_full"]).await;
    assert_eq!(worked(app).await, "ready disk_full");
    talk.talk(2_000).await;
    talk.hang_up().await;
}

#[tokio::test]
async fn whoever_is_forgotten_is_seen_no_more() {
    let pair = Pair::new(Price::default()).await;
    let (path, _) = over(pair.live().await, &["one", "two"]).await;
    assert_eq!(worked(&pair.app).await, "ready call_over");
    let id = only(&pair.seller, &path).await["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let buyer = pair.buyer.renewed().await.get("/api/v1/me").await.json();
    let admin = admin_of_lumen(&pair.app).await;
    let erase = format!("/api/v1/admin/users/{}/erase", buyer["id"].as_str().expect("an id"));
    admin.post(&erase, json!({})).await.expect(200);
    while pair.app.jobs.run_due().await.expect("the database") > 0 {}
    assert!(!is_there(&pair.app, &place(&id, "call")).await);
    assert_eq!(only(&pair.seller, &path).await["state"], "deleted");
}

#[tokio::test]
async fn staff_take_no_piece_of_a_film_unseen() {
    let pair = Pair::new(Price::default()).await;
    let (path, _) = over(pair.live().await, &["first,", "second"]).await;
    assert_eq!(worked(&pair.app).await, "ready call_over");
    let shown = only(&pair.buyer, &path).await;
    let admin = admin_of_lumen(&pair.app).await;
    let film = format!("/api/v1/admin/recordings/{}/film", shown["id"].as_str().expect("an id"));
    let watched = || {
        kept(
            &pair.app,
            "SELECT action AS said FROM audit_log WHERE action = 'recording.watched'",
        )
        .len()
    };
    let piece = async |film: &str, range: &str| {
        let request = admin.request(Method::GET, film).header(header::RANGE, range);
        crate::support::Answer::of(request).await.expect(206).text
    };
    assert_eq!(piece(&film, "bytes=1-").await, "irst,second");
    assert_eq!(watched(), 1, "the first access, whatever it asks for");
    piece(&film, "bytes=0-").await;
    assert_eq!(watched(), 1, "a player asks for many pieces");
    piece(&format!("{film}?download=true"), "bytes=6-").await;
    assert_eq!(watched(), 2, "taken away");
}

#[tokio::test]
async fn the_platforms_owner_watches_no_film_unseen_and_its_support_none() {
    let pair = Pair::new(Price::default()).await;
    let (path, _) = over(pair.live().await, &["first,", "second"]).await;
    assert_eq!(worked(&pair.app).await, "ready call_over");
    let id = only(&pair.buyer, &path).await["id"].as_str().expect("an id").to_owned();
    let owner = PlatformUser::signed_in(&pair.app, "olga@example.org", PlatformRole::Owner).await;
    let support = PlatformUser::signed_in(&pair.app, "support@example.org", PlatformRole::Support).await;
    let film = async |slug: &str| {
        let tenant = pair.app.scope(slug).await.tenant();
        format!("/api/platform/tenants/{tenant}/recordings/{id}/film")
    };
    support.browser.get(&film(LUMEN).await).await.expect(403);
    owner.browser.get(&film(VELVET).await).await.expect(404);
    assert_eq!(
        owner.browser.get(&film(LUMEN).await).await.expect(200).text,
        "first,second"
    );
    let admin = admin_of_lumen(&pair.app).await;
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    let watched = log["items"].as_array().expect("entries").iter();
    let watched: Vec<_> = watched.filter(|entry| entry["action"] == "recording.watched").collect();
    assert_eq!(watched.len(), 1, "{log}");
    assert_eq!(watched[0]["actor"]["kind"], "platform", "{log}");
}

#[tokio::test]
async fn what_couldnt_be_made_isnt_kept_for_ever() {
    let pair = pair_where(r#"{"recording_days": 7}"#).await;
    over(pair.live().await, &[]).await;
    assert_eq!(worked(&pair.app).await, "failed call_over");
    pair.app.clock.advance(7 * DAY);
    while pair.app.jobs.run_due().await.expect("the database") > 0 {}
    assert_eq!(states(&pair.app), ["deleted call_over"]);
}

#[tokio::test]
async fn a_recording_that_outlived_its_call_is_ended() {
    let pair = Pair::new(Price::default()).await;
    over(pair.live().await, &["one", "two"]).await;
    // As if the server had ended in between.
    let lost = "DELETE FROM jobs WHERE kind LIKE 'recording%';
        UPDATE recordings SET state = 'recording', ended_at = NULL, ending = NULL, retained_until = NULL";
    pair.app.database.superuser().batch_execute(lost).expect("lost");
    pair.app.clock.advance(5 * 60_000);
    while pair.app.jobs.run_due().await.expect("the database") > 0 {}
    assert_eq!(worked(&pair.app).await, "ready call_over");
}

#[tokio::test]
async fn a_third_person_is_forgotten_too_once_the_call_is_over() {
    let pair = Pair::new(Price::default()).await;
    let talk = pair.live().await;
    let (_, link) = invited(&pair.buyer, talk.call, json!({"role": "specialist"})).await;
    come(&pair, &link, "Gus Guest").await;
    let guest = kept(&pair.app, "SELECT user_id::text AS said FROM call_guests").remove(0);
    let erase = format!("/api/v1/admin/users/{guest}/erase");
    let admin = admin_of_lumen(&pair.app).await;
    assert_eq!(admin.post(&erase, json!({})).await.expect(409).code(), "in_call");
    let (path, _) = over(talk, &["one", "two"]).await;
    assert_eq!(worked(&pair.app).await, "ready call_over");
    admin.post(&erase, json!({})).await.expect(200);
    while pair.app.jobs.run_due().await.expect("the database") > 0 {}
    assert_eq!(only(&pair.buyer, &path).await["state"], "deleted");
}
