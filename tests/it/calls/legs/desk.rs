//! A representative's desk: free words first, then the paid call that they suggest, and in it somebody who is brought in with the buyer's yes.

use super::*;
use crate::consoles::admin_of_lumen;

#[tokio::test]
async fn from_a_message_to_a_call_with_a_provider_both_billed_exactly() {
    // Who pays is the market's to set, in its console.
    let app = TestApp::start().await;
    let admin = admin_of_lumen(&app).await;
    let settings = "/api/v1/admin/settings";
    let rule = |rule: &str| json!({ "policy": { "third_person": rule } });
    admin.patch(settings, rule("somebody")).await.expect(400);
    let set = admin.patch(settings, rule("buyer_pays")).await.expect(200).json();
    assert_eq!(set["policy"]["third_person"], "buyer_pays");
    let price = Price {
        credit_minor: 3_000,
        ..Price::default()
    };
    let pair = Pair::at(app, price).await;
    let mut provider = Provider::new(&pair).await;
    // The buyer writes first, free of charge, and the representative answers.
    let seller = pair.seller.get("/api/v1/me").await.expect(200).json();
    let seller = seller["id"].as_str().expect("an id");
    let written = pair
        .buyer
        .post(
            &format!("/api/v1/sellers/{seller}/messages"),
            json!({ "text": "Can you help me talk to somebody in German?" }),
        )
        .await;
    let conversation = written.expect(201).json()["id"].as_str().expect("an id").to_owned();
    let answer = format!("/api/v1/conversations/{conversation}/messages");
    pair.seller
        .post(
            &answer,
            json!({ "text": "Gladly. Ring me, and I bring an interpreter in." }),
        )
        .await
        .expect(201);
    // The representative suggests the paid call; what it costs stands there, and the buyer rings.
    let suggest = format!("/api/v1/conversations/{conversation}/suggestions");
    pair.seller
        .post(&suggest, json!({ "service_id": pair.service }))
        .await
        .expect(204);
    let read = pair.buyer.get(&format!("/api/v1/conversations/{conversation}")).await;
    let read = read.expect(200).json();
    let messages = read["messages"].as_array().expect("messages");
    let suggestion = messages.iter().find_map(|message| message["suggestion"].as_object());
    let suggestion = suggestion.expect("one");
    assert_eq!(suggestion["service_id"], json!(pair.service));
    assert_eq!(suggestion["rate_minor"], 120);
    let wallet = pair.buyer.get("/api/v1/wallet").await.expect(200).json();
    assert_eq!(wallet["balance_minor"], 3_000, "words are free");

    let mut talk = pair.live().await;
    talk.talk(10_000).await;
    let legs = format!("/api/v1/calls/{}/legs", talk.call);
    // What the representative asks for rings nobody: the buyer is asked.
    pair.seller.post(&legs, provider.wanted()).await.expect(202);
    let asked = |message: &ServerMessage| match message {
        ServerMessage::LegProposed { proposed } => Some(proposed.clone()),
        _ => None,
    };
    let proposed = talk.buyer.wait("the question", asked).await.expect("one");
    assert_eq!(
        (proposed.name.as_str(), proposed.rate_minor, proposed.asked_by.as_str()),
        ("Ira Interpreter", RATE, "Sol Seller")
    );
    // A no is told, and nothing has begun.
    pair.buyer.post(&format!("{legs}/decline"), json!({})).await.expect(204);
    let declined = |message: &ServerMessage| matches!(message, ServerMessage::LegDeclined { .. }).then_some(());
    talk.seller.wait("the no", declined).await;
    let rings = |message: &ServerMessage| matches!(message, ServerMessage::Ring { .. });
    assert!(!provider.page.has_heard(rings));
    // Asked again; the buyer's page opens anew, finds the question, and says yes.
    pair.seller.post(&legs, provider.wanted()).await.expect(202);
    let mut again = Caller::open(&pair.app, &pair.buyer).await;
    let back = again.join(talk.call).await.expect("joined anew");
    assert_eq!(back.proposed.map(|asked| asked.service), Some(provider.service));
    talk.buyer = again;
    talk.flow(true, true).await;

    let mut three = joined(talk, provider).await;
    let gone = |message: &ServerMessage| matches!(message, ServerMessage::LegProposed { proposed: None }).then_some(());
    three.talk.buyer.wait("the question answered", gone).await;
    three.talk(70_000, true).await;
    let (leg, call) = (three.leg, three.talk.call);
    provider = three.provider;
    let whole = end(three.talk, leg).await;
    assert_eq!(
        (&whole["billable_ms"], &whole["charged_minor"]),
        (&json!(80_000), &json!(240))
    );
    let theirs = bill(&provider.user, leg).await;
    assert_eq!(
        (&theirs["billable_ms"], &theirs["charged_minor"]),
        (&json!(70_000), &json!(180))
    );
    let earned = |bill: &Value| bill["seller_minor"].as_i64();
    assert_eq!((earned(&whole), earned(&theirs)), (Some(192), Some(144)));
    // History: two calls, one inside the other.
    let listed = pair.buyer.renewed().await.get("/api/v1/calls").await.expect(200).json();
    let of = |id: Uuid| {
        let items = listed["items"].as_array().expect("items");
        items.iter().find(|item| item["id"] == json!(id)).cloned()
    };
    assert_eq!(of(leg).expect("listed")["in_call"], json!(call));
    assert_eq!(of(call).expect("listed")["in_call"], Value::Null);
    let listed = admin.get("/api/v1/admin/calls?state=ended").await.expect(200).json();
    let line = |id: Uuid| {
        let items = listed["items"].as_array().expect("items");
        items
            .iter()
            .find(|item| item["id"] == json!(id))
            .cloned()
            .expect("listed")
    };
    assert_eq!(line(call)["legs"][0]["id"], json!(leg));
    assert_eq!(line(call)["legs"][0]["charged_minor"], 180);
    assert_eq!(
        (&line(leg)["in_call"]["id"], &line(leg)["in_call"]["seller"]),
        (&json!(call), &json!("Sol Seller"))
    );
    pair.audit().await;
}
