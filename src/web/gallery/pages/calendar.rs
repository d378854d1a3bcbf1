//! A seller's calendar.

use crate::{
    web::gallery::{Gallery, cast::now},
    web::pages::views::*,
};
use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use serde_json::{Value, json};
use uuid::Uuid;

/// What a calendar's script is told of the week.
pub fn calendar_answer() -> anyhow::Result<String> {
    let monday = monday();
    let hours = |nth: i64| match nth {
        0..5 => json!([[540, 750], [840, 1080]]),
        _ => json!([]),
    };
    let days: Vec<Value> = (0..7)
        .map(|nth| json!({"date": monday + nth.days(), "hours": hours(nth), "own": nth == 3}))
        .collect();
    let talk = |day: i64, hour: i8, state: &str| {
        json!({"id": Uuid::nil(), "title": "Strategy for your studies", "with": "Bruno Buyer", "state": state,
            "local_start": (monday + day.days()).at(hour, 0, 0, 0), "local_end": (monday + day.days()).at(hour + 1, 0, 0, 0)})
    };
    let talks = [
        talk(0, 9, "over"),
        talk(1, 10, "booked"),
        talk(2, 14, "asked"),
        talk(2, 9, "booked"),
        talk(4, 16, "unpaid"),
    ];
    let at = |hour: i8| (monday + 3.days()).at(hour, 30, 0, 0);
    let busy = [json!({"local_start": at(12), "local_end": at(14)})];
    let answer = json!({"time_zone": "Europe/Berlin", "offset": "+01:00", "days": days, "talks": talks, "busy": busy});
    Ok(serde_json::to_string(&answer)?)
}

/// The first day of the week that is looked at.
fn monday() -> Date {
    let today = now().to_zoned(TimeZone::UTC).date();
    today - i64::from(today.weekday().to_monday_zero_offset()).days()
}

/// A week with talks in all states, and one without any.
pub fn calendar(g: &Gallery<'_>) -> anyhow::Result<()> {
    let monday = monday();
    let page = CalendarPage {
        time_zone: "Europe/Berlin".to_owned(),
        now: now(),
        offset: "+01:00".to_owned(),
        today: monday + 2.days(),
        from: monday,
        days: days(monday, |day| if day < 5 { "09:00–12:30, 14:00–18:00" } else { "" }),
        earlier_url: Some("/sell/calendar?week=2026-11-16".to_owned()),
        later_url: Some("/sell/calendar?week=2026-11-30".to_owned()),
        elsewhere: None,
        address: Field::default(),
    };
    let mut full = page.clone();
    for (nth, (day, state)) in [(0, "over"), (2, "booked"), (2, "asked"), (4, "unpaid")]
        .into_iter()
        .enumerate()
    {
        let start = monday.at(9, 0, 0, 0).to_zoned(TimeZone::UTC).map(|at| at.timestamp())?;
        let start = start + (24 * i64::try_from(day)? + i64::try_from(nth)?).hours();
        full.days[day].talks.push(CalendarTalk {
            id: Uuid::from_u128(nth as u128),
            start,
            end: start + 1.hours(),
            title: g.cast.services[nth % 2].0.to_owned(),
            other: g.cast.person(nth + 1),
            state,
        });
    }
    full.days[3].busy.push("12:30–14:15".to_owned());
    full.elsewhere = Some(Elsewhere {
        host: "calendar.example.org".to_owned(),
        read_at: Some(now() - 10.minutes()),
        failing_since: None,
        trouble: None,
        lost: false,
        left_out: 2,
    });
    g.page("calendar", &full, &g.seller("/sell/calendar"))?;
    let mut failing = full.clone();
    failing.elsewhere = Some(Elsewhere {
        host: "calendar.example.org".to_owned(),
        read_at: Some(now() - 50.hours()),
        failing_since: Some(now() - 30.hours()),
        trouble: Some("gone"),
        lost: false,
        left_out: 0,
    });
    g.page("calendar-failing", &failing, &g.seller("/sell/calendar"))?;
    let mut lost = failing.clone();
    lost.elsewhere = failing.elsewhere.map(|elsewhere| Elsewhere {
        lost: true,
        ..elsewhere
    });
    g.page("calendar-lost", &lost, &g.seller("/sell/calendar"))?;
    let mut wrong = page.clone();
    wrong.address =
        Field::of("http://127.0.0.1/").wrong(Message::new("Only addresses that begin with https are read."));
    g.page("calendar-wrong", &wrong, &g.seller("/sell/calendar"))?;
    let free = CalendarPage {
        days: days(monday, |_| ""),
        ..page
    };
    g.page("calendar-empty", &free, &g.seller("/sell/calendar"))?;
    let none = FeedPage {
        made_at: None,
        address: None,
    };
    let path = "/account/calendar";
    g.page("feed-none", &none, &g.buyer(path))?;
    let made = FeedPage {
        made_at: Some(now() - 30.hours()),
        address: None,
    };
    g.page("feed", &made, &g.buyer(path))?;
    let told = FeedPage {
        address: Some(format!(
            "http://lumen.localhost:8080/calendar.ics?token={}",
            "rT4x".repeat(10)
        )),
        ..made
    };
    g.page("feed-made", &told, &g.buyer(path))
}

fn days(monday: Date, hours: fn(i64) -> &'static str) -> Vec<CalendarDay> {
    let day = |nth: i64| CalendarDay {
        day: monday + nth.days(),
        hours: hours(nth).to_owned(),
        talks: Vec::new(),
        busy: Vec::new(),
    };
    (0..7).map(day).collect()
}
