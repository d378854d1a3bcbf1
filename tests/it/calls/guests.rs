//! Third persons: asked in by a link, let in, heard on a channel, shown out; they see no money and touch no meter.

use super::{Caller, LUMEN, Pair, Price, TestUser};
use serde_json::{Value, json};
use tallyroom_media_protocol::signaling::{CallPhase, PersonView, RoomRole, ServerMessage};
use uuid::Uuid;

#[tokio::test]
async fn a_guest_reads_only_what_was_said_since_they_came_and_is_known_by_their_own_name() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let call = talk.call;
    let epoch = talk.buyer.epoch;
    let before = json!({"type": "chat", "epoch": epoch, "text": "Between us two"});
    talk.buyer.ask(before).await.expect("said");
    talk.talk(2_000).await;
    let (_, path) = invited(&pair.buyer, call, json!({"role": "interpreter", "languages": ["de"]})).await;
    let user = come(&pair, &path, "Ira Interpreter").await;
    let mut page = Caller::open(&pair.app, &user).await;
    let joined = page.join(call).await.expect("let in");
    assert_eq!(joined.chat, Vec::new());
    let words = json!({"type": "chat", "epoch": page.epoch, "text": "I agree to nothing"});
    page.ask(words).await.expect("said");
    assert_eq!(page.ask(json!({"type": "check"})).await, Err("forbidden".to_owned()));
    talk.hang_up().await;
    // In the inbox it is theirs, not the other's.
    let seller = pair.seller.renewed().await;
    let conversations = seller.get("/api/v1/conversations").await.expect(200).json();
    let id = conversations["items"][0]["id"].as_str().expect("one").to_owned();
    let messages = seller
        .get(&format!("/api/v1/conversations/{id}"))
        .await
        .expect(200)
        .json();
    let items = messages["messages"].as_array().expect("messages").clone();
    let named = |text: &str| {
        items
            .iter()
            .find(|item| item["text"] == text)
            .map(|item| item["guest"].clone())
    };
    assert_eq!(named("I agree to nothing"), Some(json!("Ira Interpreter")));
    assert_eq!(named("Between us two"), Some(Value::Null));
}

#[tokio::test]
async fn nobody_registers_as_a_guest_and_whoever_was_shown_out_may_be_asked_again() {
    let pair = Pair::new(Price::default()).await;
    let talk = pair.live().await;
    let call = talk.call;
    let registration = crate::support::registration("0198@guest.invalid", "Forged");
    let visitor = pair.app.anonymous(LUMEN);
    visitor.post("/api/v1/register", registration).await.expect(422);
    let known = pair.app.bearer(LUMEN, "Kit Known").await;
    for _ in 0..2 {
        let (place, path) = invited(&pair.buyer, call, json!({"role": "specialist"})).await;
        known.form(&path, &[]).await.expect(303);
        let mut page = Caller::open(&pair.app, &known).await;
        page.join(call).await.expect("let in");
        let id = place["id"].as_str().expect("an id");
        pair.buyer
            .delete(&format!("/api/v1/calls/{call}/guests/{id}"))
            .await
            .expect(204);
        let out = |message: &ServerMessage| matches!(message, ServerMessage::ShownOut).then_some(());
        page.wait("being shown out", out).await;
        // Their own account stays open.
        known.get("/api/v1/me").await.expect(200);
    }
}

/// Asks somebody in; gives the place and the link's path.
pub(super) async fn invited(by: &TestUser, call: Uuid, what: Value) -> (Value, String) {
    let place = by
        .post(&format!("/api/v1/calls/{call}/guests"), what)
        .await
        .expect(201)
        .json();
    let link = place["link"].as_str().expect("a link").to_owned();
    let path = link.split_once("/guest/").map(|(_, token)| format!("/guest/{token}"));
    (place, path.expect("a guest's link"))
}

/// Comes by the link under a name; gives the guest as a program.
pub(super) async fn come(pair: &Pair, path: &str, name: &str) -> TestUser {
    let visitor = pair.app.anonymous(LUMEN);
    visitor.get(path).await.expect(200);
    let came = visitor.form(path, &[("name", name)]).await.expect(303);
    let token = came.cookie("session").expect("a session");
    TestUser::with_token(LUMEN, pair.app.address, &token)
}

fn people(message: &ServerMessage) -> Option<Vec<PersonView>> {
    match message {
        ServerMessage::People { people } => Some(people.clone()),
        _ => None,
    }
}

async fn until_people(caller: &mut Caller, what: &str, wanted: impl Fn(&[PersonView]) -> bool) -> Vec<PersonView> {
    caller
        .wait(what, |message| people(message).filter(|people| wanted(people)))
        .await
}

fn guest(people: &[PersonView]) -> Option<&PersonView> {
    people.iter().find(|person| person.role.is_guest())
}

#[tokio::test]
async fn whom_the_buyer_asks_comes_in_talks_and_sees_no_money() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let (_, path) = invited(&pair.buyer, talk.call, json!({"role": "specialist"})).await;
    let visitor = pair.app.anonymous(LUMEN);
    let unnamed = visitor.form(&path, &[("name", " ")]).await.expect(422);
    assert!(unnamed.text.contains("name of 1 to 60"), "{}", unnamed.text);
    let guest_user = come(&pair, &path, "Gus Guest").await;

    let mut page = Caller::open(&pair.app, &guest_user).await;
    let joined = page.join(talk.call).await.expect("let in");
    assert_eq!(joined.call.role, RoomRole::Specialist);
    assert_eq!((joined.call.rate_minor, joined.call.charged_minor), (0, 0));
    assert_eq!((joined.call.remaining_ms, joined.call.available_minor), (None, None));
    assert_eq!(joined.people.len(), 3);
    let seen = until_people(&mut talk.seller, "the guest", |people| {
        guest(people).is_some_and(|g| g.peer.is_some())
    });
    assert_eq!(guest(&seen.await).expect("there").name, "Gus Guest");

    // What they send reaches both; what they say is the call's, and the others' producers were told.
    let send = json!({"type": "produce", "epoch": page.epoch, "transport": "t", "kind": "audio", "rtp": {}});
    page.ask(send).await.expect("sends");
    let from_guest = |message: &ServerMessage| match message {
        ServerMessage::Producer { producer } => Some(producer.peer),
        _ => None,
    };
    assert_eq!(talk.buyer.wait("their sound", from_guest).await, page.peer);
    assert_eq!(talk.seller.wait("their sound", from_guest).await, page.peer);
    page.ask(json!({"type": "chat", "epoch": page.epoch, "text": "Good day"}))
        .await
        .expect("said");
    let line = |message: &ServerMessage| match message {
        ServerMessage::Chat { line } => Some(line.clone()),
        _ => None,
    };
    let said = talk.buyer.wait("what they said", line).await;
    assert_eq!((said.from, said.name.as_str()), (RoomRole::Specialist, "Gus Guest"));
    let mut again = Caller::open(&pair.app, &pair.seller).await;
    let back = again.join(talk.call).await.expect("joined anew");
    assert_eq!(back.chat.last().expect("kept").from, RoomRole::Specialist);
    talk.seller = again;

    // They end nothing, start nothing, and pay nothing; the two are charged as ever.
    assert_eq!(page.act("connect").await, Err("forbidden".to_owned()));
    page.act("end").await.expect("left");
    until_people(&mut talk.buyer, "the guest gone", |people| {
        guest(people).is_some_and(|g| g.peer.is_none())
    })
    .await;
    talk.talk(30_000).await;
    let bill = talk.hang_up().await;
    assert_eq!(bill["charged_minor"], 120, "{bill}");
    let ended = Caller::open(&pair.app, &guest_user).await.join(Uuid::nil()).await;
    assert_eq!(ended.expect_err("over"), "call_over");
    pair.audit().await;
}

#[tokio::test]
async fn whom_the_seller_asks_waits_until_the_buyer_says_yes() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let call = talk.call;
    let (place, path) = invited(&pair.seller, call, json!({"role": "representative"})).await;
    assert_eq!(place["admitted"], false);
    let user = come(&pair, &path, "Rea Rep").await;
    let mut page = Caller::open(&pair.app, &user).await;
    assert_eq!(page.join(call).await.expect_err("waits"), "not_admitted");
    let knocks = until_people(&mut talk.buyer, "the knock", |people| {
        guest(people).is_some_and(|g| g.waiting)
    });
    let id = guest(&knocks.await).and_then(|guest| guest.guest).expect("a place");
    let admit = format!("/api/v1/calls/{call}/guests/{id}/admit");
    pair.seller.post(&admit, json!({})).await.expect(403);
    user.post(&admit, json!({})).await.expect(401);
    pair.buyer.post(&admit, json!({})).await.expect(204);
    pair.buyer.post(&admit, json!({})).await.expect(404);
    page.join(call).await.expect("let in");

    // The buyer shows them out: their page is told, what they sent is gone, and they can't come again.
    let place = format!("/api/v1/calls/{call}/guests/{id}");
    pair.buyer.delete(&place).await.expect(204);
    pair.buyer.delete(&place).await.expect(404);
    let out = |message: &ServerMessage| matches!(message, ServerMessage::ShownOut).then_some(());
    page.wait("being shown out", out).await;
    until_people(&mut talk.seller, "two again", |people| people.len() == 2).await;
    assert_eq!(page.join(call).await.expect_err("out"), "not_found");
    user.get(&format!("/calls/{call}")).await.expect(401);
}

#[tokio::test]
async fn an_interpreter_speaks_only_on_channels_they_were_asked_for() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let call = talk.call;
    let guests = format!("/api/v1/calls/{call}/guests");
    for languages in [json!([]), json!(["xx"]), json!(["de", "en", "fr", "es"])] {
        let wanted = json!({"role": "interpreter", "languages": languages});
        let refused = pair.buyer.post(&guests, wanted).await.expect(422);
        assert_eq!(refused.json()["error"]["field"], "languages");
    }
    let (_, path) = invited(
        &pair.buyer,
        call,
        json!({"role": "interpreter", "languages": ["de", "en"]}),
    )
    .await;
    // Two more languages would be four.
    let more = json!({"role": "interpreter", "languages": ["fr", "es"]});
    pair.buyer.post(&guests, more).await.expect(422);
    let user = come(&pair, &path, "Ira Interpreter").await;
    let mut page = Caller::open(&pair.app, &user).await;
    page.join(call).await.expect("let in");
    let epoch = page.epoch;
    let speak = |language: Value| json!({"type": "speak", "epoch": epoch, "language": language});
    page.ask(speak(json!("de"))).await.expect("speaks");
    let heard = until_people(&mut talk.seller, "German", |people| {
        guest(people).is_some_and(|g| g.speaks.is_some())
    });
    assert_eq!(guest(&heard.await).and_then(|g| g.speaks.as_deref()), Some("de"));
    assert_eq!(page.ask(speak(json!("fr"))).await, Err("invalid".to_owned()));
    page.ask(speak(Value::Null)).await.expect("for all again");
    let own = json!({"type": "speak", "epoch": talk.buyer.epoch, "language": "de"});
    assert_eq!(talk.buyer.ask(own).await, Err("forbidden".to_owned()));
    let stale = json!({"type": "speak", "epoch": epoch + 1, "language": "de"});
    assert_eq!(page.ask(stale).await, Err("stale_epoch".to_owned()));
}

#[tokio::test]
async fn whoever_writes_along_is_read_by_all_in_their_channels_language() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let (_, path) = invited(
        &pair.buyer,
        talk.call,
        json!({"role": "interpreter", "languages": ["de"]}),
    )
    .await;
    let user = come(&pair, &path, "Ira Interpreter").await;
    let mut page = Caller::open(&pair.app, &user).await;
    page.join(talk.call).await.expect("let in");
    let caption = |epoch: u64, text: &str| json!({"type": "caption", "epoch": epoch, "text": text});
    let written = |message: &ServerMessage| match message {
        ServerMessage::Caption { language, text, .. } => Some((language.clone(), text.clone())),
        _ => None,
    };
    let epoch = page.epoch;
    page.ask(caption(epoch, "  To \n all ")).await.expect("written");
    for caller in [&mut talk.buyer, &mut talk.seller, &mut page] {
        assert_eq!(caller.wait("the line", written).await, (None, "To all".to_owned()));
    }
    let speak = json!({"type": "speak", "epoch": epoch, "language": "de"});
    page.ask(speak).await.expect("speaks");
    page.ask(caption(epoch, "An alle")).await.expect("written");
    let heard = talk.seller.wait("the line", written).await;
    assert_eq!(heard, (Some("de".to_owned()), "An alle".to_owned()));
    let own = talk.buyer.epoch;
    talk.buyer.ask(caption(own, &"x".repeat(200))).await.expect("written");
    for (epoch, text, refused) in [
        (own, "x".repeat(201), "invalid"),
        (own, " \n ".to_owned(), "invalid"),
        (own + 1, "late".to_owned(), "stale_epoch"),
    ] {
        assert_eq!(talk.buyer.ask(caption(epoch, &text)).await, Err(refused.to_owned()));
    }
}

#[tokio::test]
async fn a_link_is_for_one_person_one_call_and_one_day() {
    let pair = Pair::new(Price::default()).await;
    let talk = pair.live().await;
    let call = talk.call;
    let guests = format!("/api/v1/calls/{call}/guests");
    let (_, path) = invited(&pair.buyer, call, json!({"role": "specialist"})).await;
    let user = come(&pair, &path, "First").await;
    // Used, unknown, another tenant's, one's own.
    let visitor = pair.app.anonymous(LUMEN);
    visitor.form(&path, &[("name", "Second")]).await.expect(404);
    visitor.get("/guest/nonsense").await.expect(404);
    let (_, fresh) = invited(&pair.buyer, call, json!({"role": "specialist"})).await;
    pair.app
        .anonymous(super::super::support::VELVET)
        .get(&fresh)
        .await
        .expect(404);
    pair.seller.form(&fresh, &[]).await.expect(409);
    // Somebody with an account comes as who they are.
    let known = pair.app.bearer(LUMEN, "Kit Known").await;
    known.form(&fresh, &[]).await.expect(303);
    let mut page = Caller::open(&pair.app, &known).await;
    let joined = page.join(call).await.expect("let in");
    assert!(joined.people.iter().any(|person| person.name == "Kit Known"));
    // A guest is in the call, and nowhere else.
    for (path, body) in [
        ("/api/v1/calls", json!({"service_id": pair.service})),
        ("/api/v1/wallet/top-ups", json!({"amount_minor": 1000})),
        (guests.as_str(), json!({"role": "specialist"})),
    ] {
        user.post(path, body).await.expect(401);
    }
    for path in ["/api/v1/me", "/api/v1/calls", &format!("/api/v1/calls/{call}/bill")] {
        user.get(path).await.expect(401);
    }
    let view = user.get(&format!("/api/v1/calls/{call}")).await.expect(200).json();
    assert_eq!((&view["role"], &view["rate_minor"]), (&json!("specialist"), &json!(0)));
    // No more than may be, and links that nobody used run out.
    let mut made = 2;
    while pair
        .buyer
        .post(&guests, json!({"role": "specialist"}))
        .await
        .status
        .as_u16()
        == 201
    {
        made += 1;
        assert!(made < 10, "without an end");
    }
    assert_eq!(made, 4);
    let listed = pair.seller.get(&guests).await.expect(200).json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(4));
    assert!(listed["items"][0]["link"].is_null(), "told only once");
}

#[tokio::test]
async fn a_guest_hears_when_the_call_ends() {
    let pair = Pair::new(Price::default()).await;
    let talk = pair.live().await;
    let (_, path) = invited(&pair.buyer, talk.call, json!({"role": "specialist"})).await;
    let user = come(&pair, &path, "Gus Guest").await;
    let mut page = Caller::open(&pair.app, &user).await;
    page.join(talk.call).await.expect("let in");
    let call = talk.call;
    talk.hang_up().await;
    let view = page.phase(CallPhase::Ended).await;
    assert_eq!((view.charged_minor, view.role), (0, RoomRole::Specialist));
    page.join(call).await.expect_err("over");
    let visitor = pair.app.anonymous(LUMEN);
    visitor.get(&path).await.expect(404);
}
