//! When sellers are there to be booked: written as people write times, kept by the clock on the wall, shown by the
//! reader's.

use super::start_selling;
use crate::support::{LUMEN, PASSWORD, TestApp, TestUser, VELVET};
use serde_json::{Value, json};

const HOURS: &str = "/api/v1/selling/hours";
const DAY: i64 = 86_400_000;

fn hours(changed: Value) -> Value {
    let mut hours = json!({"time_zone": "Europe/Berlin", "weekly": {"monday": "9-12:30, 14:00-18"}, "before_min": 5,
        "after_min": 15, "notice_min": 120});
    let fields = changed.as_object().expect("fields").clone();
    hours.as_object_mut().expect("fields").extend(fields);
    hours
}

/// A seller's page as somebody reads it, without its markup.
async fn page(reader: &TestUser, seller: &str) -> String {
    let html = reader.get(&format!("/sellers/{seller}")).await.expect(200).text;
    let from = html.find(r#"id="hours""#).expect("hours");
    let to = html[from..].find("</section>").expect("an end") + from;
    let mut text = String::new();
    let mut inside = true;
    for c in html[from..to].chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            _ if !inside => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn hours_are_kept_as_they_were_written() {
    let app = TestApp::start().await;
    let sela = app.user(LUMEN, "Sela").await;
    assert_eq!(sela.get(HOURS).await.expect(409).code(), "no_profile");
    assert_eq!(sela.put(HOURS, hours(json!({}))).await.expect(409).code(), "no_profile");
    let (seller, _) = start_selling(&sela, "Listens", 100).await;
    let fresh = sela.get(HOURS).await.expect(200).json();
    assert_eq!(
        (&fresh["time_zone"], &fresh["weekly"]["monday"]),
        (&json!("Europe/Berlin"), &json!(""))
    );
    assert!(
        !app.anonymous(LUMEN)
            .get(&format!("/sellers/{seller}"))
            .await
            .text
            .contains("id=\"hours\"")
    );

    // A day that is over is left out.
    let wanted = hours(json!({"exceptions": {"2027-01-14": "9-10", "2027-01-18": "", "2027-01-19": "22:00-24:00"}}));
    let kept = sela.put(HOURS, wanted).await.expect(200).json();
    let expected = json!({"time_zone": "Europe/Berlin",
        "weekly": {"monday": "09:00–12:30, 14:00–18:00", "tuesday": "", "wednesday": "", "thursday": "", "friday": "",
            "saturday": "", "sunday": ""},
        "exceptions": {"2027-01-18": "", "2027-01-19": "22:00–24:00"},
        "before_min": 5, "after_min": 15, "notice_min": 120});
    assert_eq!(kept, expected);
    // What is answered can be sent.
    assert_eq!(sela.put(HOURS, kept).await.expect(200).json(), expected);
    assert_eq!(sela.get(HOURS).await.expect(200).json(), expected);
    // Another's, and another tenant's, are their own.
    let max = app.user(VELVET, "Sela").await;
    start_selling(&max, "Talks", 100).await;
    assert_eq!(max.get(HOURS).await.expect(200).json()["weekly"]["monday"], "");
    assert_eq!(app.database.count("timetables"), 1);
}

#[tokio::test]
async fn what_cant_be_taken_is_said_beside_its_field_and_changes_nothing() {
    let app = TestApp::start().await;
    let sela = app.user(LUMEN, "Sela").await;
    start_selling(&sela, "Listens", 100).await;
    let before = sela.put(HOURS, hours(json!({}))).await.expect(200).json();
    let many = |count: usize| {
        (0..count)
            .map(|day| (day_after(day), json!("9-10")))
            .collect::<serde_json::Map<_, _>>()
    };
    let bad = [
        (json!({"time_zone": "Europe/Atlantis"}), "time_zone"),
        (json!({"time_zone": "+02:00"}), "time_zone"),
        (json!({"time_zone": ""}), "time_zone"),
        (json!({"weekly": {"tuesday": "9-12, 11:59-13"}}), "tuesday"),
        (json!({"weekly": {"sunday": "18-9"}}), "sunday"),
        (json!({"weekly": {"friday": "all day"}}), "friday"),
        (
            json!({"weekly": {"friday": "0-1,1-2,2-3,3-4,4-5,5-6,6-7,7-8,8-9"}}),
            "friday",
        ),
        (json!({"before_min": 241}), "before_min"),
        (json!({"after_min": 241}), "after_min"),
        (json!({"notice_min": 43_201}), "notice_min"),
        (json!({"exceptions": {"2027-02-01": "9-8"}}), "exceptions"),
        (json!({"exceptions": many(401)}), "exceptions"),
    ];
    for (changed, field) in bad {
        let refused = sela.put(HOURS, hours(changed.clone())).await.expect(422).json();
        assert_eq!(refused["error"]["field"], field, "{changed}");
    }
    for unreadable in [
        json!({"exceptions": {"2027-02-30": "9-10"}}),
        json!({"weekly": {"someday": "9-10"}}),
        json!({"more": 1}),
    ] {
        sela.put(HOURS, hours(unreadable)).await.expect(400);
    }
    assert_eq!(sela.get(HOURS).await.expect(200).json(), before);
    sela.put(HOURS, hours(json!({"exceptions": many(400)})))
        .await
        .expect(200);
}

/// So many days after the first of Feb 2027.
fn day_after(days: usize) -> String {
    let first: jiff::civil::Date = "2027-02-01".parse().expect("a date");
    (first + jiff::Span::new().days(i64::try_from(days).expect("few"))).to_string()
}

#[tokio::test]
async fn the_page_keeps_what_was_typed_and_puts_days_in_a_row_together() {
    let app = TestApp::start().await;
    let sela = app.user(LUMEN, "Sela").await;
    assert_eq!(sela.get("/sell/hours").await.expect(303).header("location"), "/sell");
    start_selling(&sela, "Listens", 100).await;
    let page = sela.get("/sell/hours").await.expect(200).text;
    assert!(page.contains(r#"<option selected>Europe/Berlin"#));
    let week = |monday: &'static str| {
        [
            ("action", "week"),
            ("time_zone", "America/New_York"),
            ("monday", monday),
        ]
    };
    let wrong = sela.form("/sell/hours", &week("9-12, 10-11")).await.expect(422).text;
    assert!(wrong.contains("Two of these times overlap.") && wrong.contains(r#"value="9-12, 10-11""#));
    assert!(wrong.contains(r#"<option selected>America/New_York"#));
    sela.form("/sell/hours", &week("9-12")).await.expect(303);
    let except = |from: &'static str, until: &'static str, hours: &'static str| {
        [("action", "except"), ("from", from), ("until", until), ("hours", hours)]
    };
    for (from, until, hours, wrong) in [
        ("2027-01-14", "", "", "This day is over."),
        ("2027-02-02", "2027-02-01", "", "The last day comes after the first."),
        ("2027-02-02", "2028-02-03", "", "Choose at most a year at once."),
        ("2027-02-02", "9999-12-31", "", "Choose at most a year at once."),
        ("tomorrow", "", "", "Choose a day."),
        ("2027-02-02", "later", "", "Choose a day."),
        ("2027-02-02", "", "noon", "Write times such as"),
    ] {
        let told = sela
            .form("/sell/hours", &except(from, until, hours))
            .await
            .expect(422)
            .text;
        assert!(
            told.contains(wrong) && told.contains(&format!("value=\"{from}\"")),
            "{from} {until}: {wrong}"
        );
    }
    sela.form("/sell/hours", &except("2027-02-01", "2027-02-05", ""))
        .await
        .expect(303);
    sela.form("/sell/hours", &except("2027-02-03", "", "10-11"))
        .await
        .expect(303);
    sela.form("/sell/hours", &except("2027-02-06", "", ""))
        .await
        .expect(303);
    let rows = |page: &str| page.matches(r#"value="drop""#).count();
    let page = sela.get("/sell/hours").await.expect(200).text;
    assert_eq!(rows(&page), 3);
    assert!(page.contains("Thu 4 Feb 2027 – Sat 6 Feb 2027"), "{page}");
    let drop = [("action", "drop"), ("from", "2027-02-04"), ("until", "2027-02-06")];
    sela.form("/sell/hours", &drop).await.expect(303);
    let kept = sela.get(HOURS).await.expect(200).json();
    assert_eq!(
        kept["exceptions"],
        json!({"2027-02-01": "", "2027-02-02": "", "2027-02-03": "10:00–11:00"})
    );
    assert_eq!(
        (&kept["time_zone"], &kept["weekly"]["monday"]),
        (&json!("America/New_York"), &json!("09:00–12:00"))
    );
    // A day off in the past is no longer anybody's business.
    app.clock.advance(20 * DAY);
    sela.log_in(&sela.email, PASSWORD).await.expect(200);
    sela.form("/sell/hours", &week("9-12")).await.expect(303);
    assert_eq!(sela.get(HOURS).await.expect(200).json()["exceptions"], json!({}));
}

#[tokio::test]
async fn readers_see_hours_by_their_own_clock_across_its_changes() {
    let app = TestApp::start().await;
    let sela = app.user(LUMEN, "Sela").await;
    let nina = app.user(LUMEN, "Nina").await;
    let (seller, _) = start_selling(&sela, "Listens", 100).await;
    let daily = json!({"monday": "15-17", "tuesday": "15-17", "wednesday": "15-17", "thursday": "15-17",
        "friday": "15-17", "saturday": "", "sunday": "15-17, 23-24"});
    let wanted = hours(json!({"weekly": daily, "exceptions": {"2027-03-12": ""}}));
    sela.put(HOURS, wanted).await.expect(200);
    // Wednesday, 10 Mar 2027, 12:00 UTC: New York changes its clocks on the 14th, Berlin two weeks later.
    app.clock.advance(54 * DAY);
    for user in [&sela, &nina] {
        user.log_in(&user.email, PASSWORD).await.expect(200);
    }
    let own = page(&sela, &seller).await;
    assert_eq!(
        own,
        "Hours The next days. It is Wed 13:00, Berlin now. Wed 10 Mar 2027 15:00–17:00 Thu 11 Mar 2027 15:00–17:00 \
         Sun 14 Mar 2027 15:00–17:00 23:00–24:00 Mon 15 Mar 2027 15:00–17:00 Tue 16 Mar 2027 15:00–17:00"
    );
    nina.patch("/api/v1/me", json!({"time_zone": "America/New_York"}))
        .await
        .expect(200);
    let elsewhere = page(&nina, &seller).await;
    assert_eq!(
        elsewhere,
        "Hours The next days by this clock: Wed 07:00, New York. In brackets by Sela&#x27;s: Wed 13:00, Berlin. Wed 10 Mar 2027 09:00–11:00 (15:00–17:00) Thu 11 Mar 2027 09:00–11:00 \
         (15:00–17:00) Sun 14 Mar 2027 10:00–12:00 (15:00–17:00) 18:00–19:00 (23:00–24:00) Mon 15 Mar 2027 \
         10:00–12:00 (15:00–17:00) Tue 16 Mar 2027 10:00–12:00 (15:00–17:00)"
    );
    // Another name for the same clock is no other clock.
    nina.patch("/api/v1/me", json!({"time_zone": "Europe/Vienna"}))
        .await
        .expect(200);
    let beside = page(&nina, &seller).await;
    assert_eq!(beside, own.replace("Berlin", "Vienna"));
    // In the middle of an hour that is open, the rest of it.
    app.clock.advance(3 * 3_600_000);
    let now = page(&sela, &seller).await;
    assert!(now.contains("Wed 10 Mar 2027 16:00–17:00"), "{now}");
    sela.put(HOURS, hours(json!({"weekly": {}}))).await.expect(200);
    assert!(page(&nina, &seller).await.ends_with("No hours in the next days."));
    // Sunday, 31 October 2027, 00:30 in Berlin: the hour from two to three is there twice.
    app.clock.advance(234 * DAY + 7 * 3_600_000 + 30 * 60_000);
    sela.log_in(&sela.email, PASSWORD).await.expect(200);
    sela.put(HOURS, hours(json!({"weekly": {"sunday": "2:30-3:15"}})))
        .await
        .expect(200);
    let twice = page(&sela, &seller).await;
    assert!(twice.ends_with("Sun 31 Oct 2027 02:30–03:00 02:30–03:15"), "{twice}");
}
