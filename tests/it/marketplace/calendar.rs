//! A seller's own calendar: what is in it, and hours of single days.

use super::{ask, bookable, bookable_for, start_selling};
use crate::{
    calls::{Pair, Price},
    support::{LUMEN, TestApp, TestUser},
};
use serde_json::{Value, json};

const CALENDAR: &str = "/api/v1/selling/calendar";
const MONDAY: &str = "2027-01-18T09:00:00Z";

/// The calendar of the week from Monday, 18 January 2027.
async fn week(seller: &TestUser) -> Value {
    let path = format!("{CALENDAR}?from=2027-01-18&days=7");
    seller.get(&path).await.expect(200).json()
}

/// What the talks are and when they begin on the seller's wall.
fn talks(calendar: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let talks = calendar["talks"].as_array().expect("talks").iter();
    talks
        .map(|talk| (text(&talk["state"]), text(&talk["local_start"])))
        .collect()
}

fn one(state: &str, start: &str) -> Vec<(String, String)> {
    vec![(state.to_owned(), start.to_owned())]
}

#[tokio::test]
async fn it_shows_hours_and_talks_by_the_clock_of_the_hours() {
    let pair = Pair::new(Price::default()).await;
    let service = bookable_for(&pair.seller, "pay_after_accept", 2).await;
    let empty = week(&pair.seller).await;
    assert_eq!(
        (&empty["time_zone"], &empty["offset"], &empty["talks"]),
        (&json!("Europe/Berlin"), &json!("+01:00"), &json!([]))
    );
    let day = |date: &str, hours: Value| json!({"date": date, "hours": hours, "own": false});
    assert_eq!(empty["days"][0], day("2027-01-18", json!([[540, 1020]])));
    assert_eq!(empty["days"][6], day("2027-01-24", json!([])));

    let order = ask(&pair.buyer, &service, MONDAY).await;
    let id = order["id"].as_str().expect("an id");
    let at = "2027-01-18T10:00:00";
    assert_eq!(talks(&week(&pair.seller).await), one("asked", at));
    let act = |verb: &'static str| format!("/api/v1/bookings/{id}/{verb}");
    pair.seller.post(&act("accept"), json!({"round": 1})).await.expect(200);
    assert_eq!(talks(&week(&pair.seller).await), one("unpaid", at));
    pair.buyer.post(&act("pay"), json!({})).await.expect(200);
    let booked = week(&pair.seller).await;
    assert_eq!(talks(&booked), one("booked", at));
    let talk = &booked["talks"][0];
    assert_eq!(
        (&talk["id"], &talk["with"], &talk["title"], &talk["local_end"]),
        (
            &json!(id),
            &json!("Bea Buyer"),
            &json!("Advice"),
            &json!("2027-01-18T10:02:00")
        )
    );
    // Another time that is offered stands there beside the agreed one.
    let later = json!({"start": "2027-01-19T09:00:00Z"});
    pair.seller.post(&act("propose"), later).await.expect(200);
    let both = talks(&week(&pair.seller).await);
    assert_eq!(both, [one("booked", at), one("asked", "2027-01-19T10:00:00")].concat());
    pair.seller.post(&act("decline"), json!({"round": 2})).await.expect(200);

    // Nobody else sees it, nor what isn't in the days that are asked for.
    let eve = pair.app.bearer(LUMEN, "Eve").await;
    assert_eq!(eve.get(CALENDAR).await.expect(409).code(), "no_profile");
    start_selling(&eve, "Sells", 100).await;
    assert_eq!(week(&eve).await["talks"], json!([]));
    let next = format!("{CALENDAR}?from=2027-01-19&days=62");
    assert_eq!(pair.seller.get(&next).await.expect(200).json()["talks"], json!([]));

    // What has been stays there.
    let mut talk = pair.launched(id).await;
    talk.talk(120_000).await;
    talk.bill().await;
    let seller = pair.seller.renewed().await;
    assert_eq!(talks(&week(&seller).await), one("over", at));
}

#[tokio::test]
async fn without_scripts_the_week_is_a_list_that_leads_to_the_orders() {
    let pair = Pair::new(Price::default()).await;
    let service = bookable(&pair.seller, "pay_after_accept").await;
    let order = ask(&pair.buyer, &service, MONDAY).await;
    let link = format!("/conferences/{}", order["id"].as_str().expect("an id"));
    let page = pair.seller.get("/sell/calendar?week=2027-01-20").await.expect(200).text;
    assert!(page.contains(&link) && page.contains("10:00–11:00") && page.contains("09:00–17:00"));
    assert!(page.contains("Berlin"));
    let (earlier, later) = ("?week&#x3D;2027-01-11", "?week&#x3D;2027-01-25");
    assert!(page.contains(earlier) && page.contains(later), "{page}");
    // Whatever week is asked for, there is one.
    for week in ["", "?week=soon", "?week=9999-12-31", "?week=-9999-01-01"] {
        let page = pair.seller.get(&format!("/sell/calendar{week}")).await.expect(200).text;
        assert!(!page.contains(&link), "{week}");
    }
    let eve = pair.app.user(LUMEN, "Eve").await;
    assert_eq!(eve.get("/sell/calendar").await.expect(303).header("location"), "/sell");
}

#[tokio::test]
async fn days_are_asked_for_within_bounds() {
    let app = TestApp::start().await;
    let sela = app.user(LUMEN, "Sela").await;
    start_selling(&sela, "Listens", 100).await;
    for (query, field) in [
        ("days=0", "days"),
        ("days=63", "days"),
        ("from=9999-12-31", "from"),
        ("from=-009999-01-01", "from"),
    ] {
        let refused = sela.get(&format!("{CALENDAR}?{query}")).await.expect(422).json();
        assert_eq!(refused["error"]["field"], field, "{query}");
    }
    for unreadable in ["days=-1", "days=x", "from=2027-02-30", "from=today", "more=1"] {
        sela.get(&format!("{CALENDAR}?{unreadable}")).await.expect(400);
    }
    assert_eq!(
        sela.get(&format!("{CALENDAR}?days=62")).await.expect(200).json()["days"]
            .as_array()
            .map(Vec::len),
        Some(62)
    );
}

#[tokio::test]
async fn one_day_gets_hours_of_its_own_and_loses_them_again() {
    let pair = Pair::new(Price::default()).await;
    let service = bookable(&pair.seller, "pay_after_accept").await;
    let day = "/api/v1/selling/hours/2027-01-18";
    let kept = pair
        .seller
        .put(day, json!({"hours": "20-21:30"}))
        .await
        .expect(200)
        .json();
    assert_eq!(kept["exceptions"], json!({"2027-01-18": "20:00–21:30"}));
    let calendar = week(&pair.seller).await;
    assert_eq!(
        calendar["days"][0],
        json!({"date": "2027-01-18", "hours": [[1200, 1290]], "own": true})
    );
    // Buyers are offered what was changed.
    let times = |first: &'static str| {
        let path = format!(
            "/api/v1/services/{}/times?from=2027-01-17T23:00:00Z&days=1",
            service.as_str().expect("an id")
        );
        let buyer = pair.buyer.clone();
        async move {
            let told = buyer.get(&path).await.expect(200).json();
            assert_eq!(told["starts"][0], first);
        }
    };
    times("2027-01-18T19:00:00Z").await;
    for (hours, code) in [("21-20", 422), ("soon", 422), ("1-2,1:30-3", 422)] {
        pair.seller.put(day, json!({"hours": hours})).await.expect(code);
    }
    let over = pair
        .seller
        .put("/api/v1/selling/hours/2027-01-14", json!({"hours": ""}))
        .await
        .expect(422);
    assert_eq!(over.json()["error"]["message"], "This day is over.");
    pair.seller
        .put("/api/v1/selling/hours/2027-02-30", json!({"hours": ""}))
        .await
        .expect(404);
    let dropped = pair.seller.delete(day).await.expect(200).json();
    assert_eq!(dropped["exceptions"], json!({}));
    times("2027-01-18T08:00:00Z").await;
}

/// A page without its markup.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => {
                inside = true;
                text.push(' ');
            }
            '>' => inside = false,
            _ if !inside => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_profile_shows_the_next_free_times_by_the_readers_clock() {
    let pair = Pair::new(Price::default()).await;
    let seller = pair.seller.get("/api/v1/me").await.expect(200).json()["id"].clone();
    let page = format!("/sellers/{}", seller.as_str().expect("an id"));
    let free = |html: &str| html.contains(r#"id="free""#);
    assert!(
        !free(&pair.buyer.get(&page).await.expect(200).text),
        "nothing can be booked"
    );
    let service = bookable(&pair.seller, "pay_after_accept").await;
    ask(&pair.buyer, &service, MONDAY).await;
    let html = pair.app.anonymous(LUMEN).get(&page).await.expect(200).text;
    let from = html.find(r#"id="free""#).expect("free times");
    let part = text_of(&html[from..html[from..].find("</section>").expect("an end") + from]);
    // It is Friday, 13:00 in Berlin; on Monday ten o'clock was asked for.
    assert!(
        part.contains("Fri 15 Jan 2027 13:15 13:30 13:45 14:00 14:15 14:30 More"),
        "{part}"
    );
    assert!(part.contains("Mon 18 Jan 2027 09:00 11:00 11:15"), "{part}");
    let link = format!("/book/{}?start", service.as_str().expect("an id"));
    assert!(html.contains(&link));
    let book = format!("{link}=2027-01-18T10:00:00Z");
    let chosen = pair.buyer.get(&book).await.expect(200).text;
    assert!(chosen.contains(r#"value="2027-01-18T10:00:00Z" required checked"#));
}

#[tokio::test]
async fn booking_pages_lead_on_to_the_end_of_the_horizon() {
    let pair = Pair::new(Price::default()).await;
    let service = bookable(&pair.seller, "pay_after_accept").await;
    let id = service.as_str().expect("an id").to_owned();
    let booking = json!({"agreement": "pay_after_accept", "length_min": 60, "horizon_days": 40});
    let wider = json!({"title": "Advice", "rate_minor": 100, "booking": booking});
    pair.seller
        .put(&format!("/api/v1/selling/services/{id}"), wider)
        .await
        .expect(200);
    let visitor = pair.app.anonymous(LUMEN);
    let link = |html: &str, word: &str| -> Option<String> {
        let until = html.find(word)?;
        let from = html[..until].rfind("href=\"")? + 6;
        let path: String = html[from..].chars().take_while(|c| *c != '"').collect();
        Some(path.replace("&#x3D;", "=").replace("&amp;", "&"))
    };
    let mut path = format!("/book/{id}");
    let (mut pages, mut seen) = (Vec::new(), Vec::new());
    loop {
        let html = visitor.get(&path).await.expect(200).text;
        let starts = html.split(r#"name="start" value=""#).skip(1);
        seen.extend(starts.map(|rest| rest.split('"').next().expect("a time").to_owned()));
        pages.push(path.clone());
        match link(&html, "Later times") {
            Some(next) => path = next,
            None => break,
        }
    }
    assert_eq!(pages.len(), 3, "{pages:?}");
    // Nothing twice, nothing left out: what the API tells, asked for bit by bit.
    let mut told = Vec::new();
    for from in ["2027-01-15T12:00:00Z", "2027-02-05T12:00:00Z"] {
        let path = format!("/api/v1/services/{id}/times?from={from}&days=21");
        let times = visitor.get(&path).await.expect(200).json();
        let times = times["starts"].as_array().expect("times").clone();
        told.extend(times.into_iter().map(|time| time.as_str().expect("a time").to_owned()));
    }
    assert_eq!(seen, told);
    let third = visitor.get(&pages[2]).await.expect(200).text;
    assert_eq!(link(&third, "Earlier times").as_ref(), pages.get(1));
    let second = visitor.get(&pages[1]).await.expect(200).text;
    assert_eq!(link(&second, "Earlier times"), Some(format!("/book/{id}?")));
    // Whatever day is asked for, there is a page.
    for day in ["soon", "2020-01-01", "9999-12-31", "2027-02-30"] {
        visitor.get(&format!("/book/{id}?from={day}")).await.expect(200);
    }
}
