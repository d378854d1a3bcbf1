//! What stands in a calendar, well and badly.

use super::{Desk, bookable, event, spans, start_selling};
use crate::{
    marketplace::ask,
    support::{LUMEN, VELVET},
};
use serde_json::Value;

/// What stands there, in words and as it is written, and when it makes busy.
type Case = (&'static str, String, &'static [(&'static str, &'static str)]);

#[tokio::test]
async fn entries_are_understood_as_calendars_mean_them() {
    let desk = Desk::new().await;
    let cases: [Case; 16] = [
        (
            "weekly, one left out",
            event(
                "a",
                "DTSTART;TZID=Europe/Berlin:20261102T090000\r\nDURATION:PT30M\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE\r\n\
                 EXDATE;TZID=Europe/Berlin:20270119T090000",
            ),
            &[("01-18T09:00", "01-18T09:30"), ("01-20T09:00", "01-20T09:30")],
        ),
        (
            "daily without an end, since long ago, in another zone and its winter",
            event(
                "a",
                "DTSTART;TZID=America/New_York:20100701T060000\r\nDTEND;TZID=America/New_York:20100701T070000\r\n\
                 RRULE:FREQ=DAILY;BYDAY=TH",
            ),
            &[("01-21T12:00", "01-21T13:00")],
        ),
        (
            "until an instant, by the clock of its own zone",
            event(
                "a",
                "DTSTART;TZID=America/New_York:20270118T060000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;UNTIL=20270119T110000Z",
            ),
            &[("01-18T12:00", "01-18T13:00"), ("01-19T12:00", "01-19T13:00")],
        ),
        (
            "three times",
            event(
                "a",
                "DTSTART:20270119T120000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;INTERVAL=2;COUNT=3",
            ),
            &[
                ("01-19T13:00", "01-19T14:00"),
                ("01-21T13:00", "01-21T14:00"),
                ("01-23T13:00", "01-23T14:00"),
            ],
        ),
        (
            "one time moved, another called off",
            event(
                "a",
                "DTSTART:20270118T120000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=3",
            ) + &event(
                "a",
                "RECURRENCE-ID:20270119T120000Z\r\nDTSTART:20270119T150000Z\r\nDURATION:PT1H",
            ) + &event(
                "a",
                "RECURRENCE-ID:20270120T120000Z\r\nDTSTART:20270120T120000Z\r\nDURATION:PT1H\r\nSTATUS:CANCELLED",
            ),
            &[("01-18T13:00", "01-18T14:00"), ("01-19T16:00", "01-19T17:00")],
        ),
        (
            "a whole day, two, and one that keeps nobody busy",
            event("a", "DTSTART;VALUE=DATE:20270118")
                + &event("b", "DTSTART;VALUE=DATE:20270120\r\nDTEND;VALUE=DATE:20270122")
                + &event("c", "DTSTART;VALUE=DATE:20270123\r\nTRANSP:TRANSPARENT"),
            &[("01-18T00:00", "01-19T00:00"), ("01-20T00:00", "01-22T00:00")],
        ),
        (
            "called off, tentative, and of no length",
            event("a", "DTSTART:20270118T080000Z\r\nDURATION:PT1H\r\nSTATUS:CANCELLED")
                + &event("b", "DTSTART:20270119T080000Z\r\nDURATION:PT1H\r\nSTATUS:TENTATIVE")
                + &event("c", "DTSTART:20270120T080000Z"),
            &[("01-19T09:00", "01-19T10:00")],
        ),
        (
            "what touches or overlaps is one",
            event("a", "DTSTART:20270118T080000Z\r\nDURATION:PT1H")
                + &event("b", "DTSTART:20270118T083000Z\r\nDURATION:PT1H")
                + &event("c", "DTSTART:20270118T093000Z\r\nDURATION:PT1H"),
            &[("01-18T09:00", "01-18T11:30")],
        ),
        (
            "a zone that nobody knows, and none at all: the seller's clock",
            event("a", "DTSTART;TZID=Atlantis/Poseidonis:20270118T100000\r\nDURATION:PT1H")
                + &event("b", "DTSTART:20270119T100000\r\nDURATION:PT1H"),
            &[("01-18T10:00", "01-18T11:00"), ("01-19T10:00", "01-19T11:00")],
        ),
        (
            "a zone by the name that another maker has for it",
            event(
                "a",
                "DTSTART;TZID=Eastern Standard Time:20270118T060000\r\nDURATION:PT1H",
            ),
            &[("01-18T12:00", "01-18T13:00")],
        ),
        (
            "more times, and stretches",
            event(
                "a",
                "DTSTART:20270118T080000Z\r\nDURATION:PT1H\r\nRDATE:20270119T080000Z,20270120T080000Z\r\n\
                 RDATE;VALUE=PERIOD:20270121T080000Z/20270121T100000Z,20270122T080000Z/PT30M",
            ),
            &[
                ("01-18T09:00", "01-18T10:00"),
                ("01-19T09:00", "01-19T10:00"),
                ("01-20T09:00", "01-20T10:00"),
                ("01-21T09:00", "01-21T11:00"),
                ("01-22T09:00", "01-22T09:30"),
            ],
        ),
        (
            "busy times without what they are for",
            "BEGIN:VFREEBUSY\r\nUID:f\r\nFREEBUSY:20270118T080000Z/PT1H,20270119T080000Z/20270119T093000Z\r\n\
             FREEBUSY;FBTYPE=FREE:20270120T080000Z/PT1H\r\nEND:VFREEBUSY\r\n"
                .to_owned(),
            &[("01-18T09:00", "01-18T10:00"), ("01-19T09:00", "01-19T10:30")],
        ),
        (
            "a day of each year, since 1604",
            event(
                "a",
                "DTSTART:16040127T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=22",
            ),
            &[("01-22T09:00", "01-22T10:00")],
        ),
        (
            "over midnight and into the week",
            event("a", "DTSTART:20270117T220000Z\r\nDTEND:20270118T010000Z"),
            &[("01-18T00:00", "01-18T02:00")],
        ),
        (
            "ends before it begins",
            event("a", "DTSTART:20270118T100000Z\r\nDTEND:20270118T090000Z"),
            &[],
        ),
        (
            "lines that are folded, and none that are known",
            event(
                "a",
                "DTSTART:2027011\r\n 8T080000Z\r\nX-ODD;A=\"b:c\":d\r\nnonsense\r\nDURATION:PT1H",
            ),
            &[("01-18T09:00", "01-18T10:00")],
        ),
    ];
    for (what, entries, expected) in cases {
        desk.import_text(&entries).await;
        assert!(desk.is_well(), "{what}");
        let week: Vec<_> = desk.busy().await;
        // What begins before the week is told from its beginning.
        let cut = |(from, to): &(String, String)| {
            let from = if from.as_str() < "01-18" { "01-18T00:00" } else { from };
            (from.to_owned(), to.clone())
        };
        assert_eq!(week.iter().map(cut).collect::<Vec<_>>(), spans(expected), "{what}");
    }
}

#[tokio::test]
async fn what_cant_be_understood_is_left_out_and_counted() {
    let desk = Desk::new().await;
    let good = event("good", "DTSTART:20270118T080000Z\r\nDURATION:PT1H");
    let every = |rule: &str| {
        event(
            "a",
            &format!("DTSTART:20270118T000000Z\r\nDURATION:PT1S\r\nRRULE:{rule}"),
        )
    };
    let all = |from: u32, to: u32| (from..to).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let (minutes, hours) = (all(0, 60), all(0, 24));
    for (odd, left_out) in [
        (every("FREQ=SECONDLY"), 1),
        (every("FREQ=MINUTELY;BYMONTHDAY=31;BYMONTH=2"), 1),
        (every("FREQ=HOURLY"), 1),
        (
            every(&format!(
                "FREQ=YEARLY;BYHOUR={hours};BYMINUTE={minutes};BYSECOND={minutes}"
            )),
            1,
        ),
        (every("FREQ=NEVER"), 1),
        (event("a", "SUMMARY:No time at all"), 1),
        (event("a", "DTSTART:20270231T100000Z"), 1),
        (event("a", "DTSTART:soon"), 1),
        // A day that never comes is no day, and no trouble.
        (every("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), 0),
        (every("FREQ=DAILY;UNTIL=20200101T000000Z"), 0),
    ] {
        desk.import_text(&format!("{odd}{good}")).await;
        assert!(desk.is_well(), "{odd}");
        let counted = format!("calendar_imports WHERE left_out = {left_out}");
        assert_eq!(desk.app.database.count(&counted), 1, "{odd}");
        let busy = desk.busy().await;
        assert!(
            busy.contains(&("01-18T09:00".to_owned(), "01-18T10:00".to_owned())),
            "{odd}: {busy:?}"
        );
    }
    let page = desk.seller.renewed().await.get("/sell/calendar").await.expect(200).text;
    assert!(!page.contains("couldn’t be understood"));
}

#[tokio::test]
async fn what_is_booked_here_comes_back_unseen_and_what_is_booked_at_another_tenant_counts() {
    let desk = Desk::new().await;
    let buyer = desk.app.bearer(LUMEN, "Bea Buyer").await;
    let own = ask(&buyer, &desk.service, "2027-01-18T09:00:00Z").await;
    // The same seller at another tenant, and a stranger's order there that the calendar names.
    let seller = desk.app.bearer(VELVET, "Sol Seller").await;
    start_selling(&seller, "Advises", 100).await;
    let service = bookable(&seller, "pay_after_accept").await;
    let there = desk.app.bearer(VELVET, "Bea Buyer").await;
    let other = ask(&there, &service, "2027-01-19T09:00:00Z").await;
    let name = |order: &Value| format!("{}@bookings", order["id"].as_str().expect("an id"));
    desk.import_text(
        &(event(&name(&own), "DTSTART:20270120T090000Z\r\nDURATION:PT1H")
            + &event(&name(&other), "DTSTART:20270121T090000Z\r\nDURATION:PT1H")),
    )
    .await;
    assert!(desk.is_well());
    assert_eq!(desk.busy().await, spans(&[("01-21T10:00", "01-21T11:00")]));
    // Neither is an order that isn't theirs, though it is at the same tenant.
    let eve = desk.app.bearer(LUMEN, "Eve").await;
    start_selling(&eve, "Advises", 100).await;
    let service = bookable(&eve, "pay_after_accept").await;
    let eves = ask(&buyer, &service, "2027-01-19T09:00:00Z").await;
    desk.import_text(&event(&name(&eves), "DTSTART:20270122T090000Z\r\nDURATION:PT1H"))
        .await;
    assert_eq!(desk.busy().await, spans(&[("01-22T10:00", "01-22T11:00")]));
}
