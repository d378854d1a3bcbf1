//! Calendars that sellers keep elsewhere: what they say is left out of what can be booked, and nothing of what is written
//! there, or of where it is said to be, does any harm.

mod entries;
mod hostile;
mod tls;

use super::{bookable, go_available, start_selling};
use crate::{
    consoles::own_id,
    support::{Caller, LUMEN, Page, TestApp, TestDns, TestUser, WebServer},
};
use diesel::connection::SimpleConnection as _;
use serde_json::{Value, json};
use tallyroom::config::CalendarsConfig;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// A seller who can be booked on working days from nine to five in Berlin. It is Friday, 15 January 2027, 13:00 there.
struct Desk {
    app: TestApp,
    dns: TestDns,
    server: WebServer,
    seller: TestUser,
    service: Value,
}

impl Desk {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With settings of the test's own.
    async fn with(change: impl FnOnce(&mut CalendarsConfig)) -> Self {
        let (server, dns) = (WebServer::start().await, TestDns::start().await);
        let (origin, resolver) = (server.origin.clone(), dns.address.to_string());
        let app = TestApp::start_with(|config| {
            config.calendars.trusted = vec![origin];
            config.calendars.timeout_ms = 2_000;
            config.dns.resolver = resolver;
            change(&mut config.calendars);
        })
        .await;
        let seller = app.bearer(LUMEN, "Sol Seller").await;
        start_selling(&seller, "Advises", 100).await;
        let service = bookable(&seller, "pay_after_accept").await;
        Self {
            app,
            dns,
            server,
            seller,
            service,
        }
    }

    /// Gives an address, which is taken, and has it read.
    async fn import(&self, address: &str) {
        let typed = [("action", "import"), ("address", address)];
        let seller = self.seller.renewed().await;
        seller.form("/sell/calendar", &typed).await.expect(303);
        self.work().await;
        // No more than a few a minute.
        self.app.clock.advance(MINUTE);
    }

    /// Gives the address of a calendar with these entries.
    async fn import_text(&self, entries: &str) {
        let address = self.server.put("/calendar.ics", Page::Text(calendar(entries)));
        self.import(&address).await;
    }

    async fn work(&self) {
        while self.app.jobs.run_due().await.expect("the database") > 0 {}
    }

    /// What went wrong with the calendar, if anything did.
    fn trouble(&self, name: &str) -> bool {
        self.app
            .database
            .count(&format!("calendar_imports WHERE trouble = '{name}'"))
            == 1
    }

    /// Reading it went well.
    fn is_well(&self) -> bool {
        let well = "calendar_imports WHERE trouble IS NULL AND read_at IS NOT NULL";
        self.app.database.count(well) == 1
    }

    /// When the seller is busy, in the week from Monday, 18 January on.
    async fn busy(&self) -> Vec<(String, String)> {
        let seller = self.seller.renewed().await;
        let path = "/api/v1/selling/calendar?from=2027-01-18&days=7";
        let told = seller.get(path).await.expect(200).json();
        let text = |value: &Value| value.as_str().expect("a time")[5..16].to_owned();
        let busy = told["busy"].as_array().expect("times").iter();
        busy.map(|span| (text(&span["local_start"]), text(&span["local_end"])))
            .collect()
    }

    /// Whether a talk can begin then.
    async fn is_free(&self, start: &str) -> bool {
        let path = format!("/api/v1/services/{}/times", self.service.as_str().expect("an id"));
        let told = self.app.anonymous(LUMEN).get(&path).await.expect(200).json();
        told["starts"].as_array().expect("times").contains(&json!(start))
    }
}

fn calendar(entries: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{entries}END:VCALENDAR\r\n")
}

fn event(uid: &str, lines: &str) -> String {
    format!("BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20270101T000000Z\r\n{lines}\r\nEND:VEVENT\r\n")
}

fn spans(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter()
        .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()))
        .collect()
}

#[tokio::test]
async fn what_is_planned_elsewhere_cant_be_booked_and_follows_changes() {
    let desk = Desk::new().await;
    assert!(desk.is_free("2027-01-18T09:00:00Z").await);
    let at_ten = event(
        "a",
        "DTSTART;TZID=Europe/Berlin:20270118T100000\r\nDTEND;TZID=Europe/Berlin:20270118T110000",
    );
    desk.import_text(&at_ten).await;
    assert!(desk.is_well());
    assert_eq!(desk.busy().await, spans(&[("01-18T10:00", "01-18T11:00")]));
    for (start, free) in [
        ("2027-01-18T08:00:00Z", true),
        ("2027-01-18T08:15:00Z", false),
        ("2027-01-18T09:00:00Z", false),
        ("2027-01-18T09:45:00Z", false),
        ("2027-01-18T10:00:00Z", true),
    ] {
        assert_eq!(desk.is_free(start).await, free, "{start}");
    }
    // Nor does asking for it all the same help.
    let buyer = desk.app.bearer(LUMEN, "Bea Buyer").await;
    let wanted = json!({"service_id": desk.service, "start": "2027-01-18T09:00:00Z"});
    assert_eq!(
        buyer.post("/api/v1/bookings", wanted).await.expect(409).code(),
        "slot_taken"
    );
    // The page says when it was read, and never the whole address.
    let page = desk.seller.get("/sell/calendar?week=2027-01-18").await.expect(200).text;
    assert!(page.contains("Read last:") && page.contains("127.0.0.1") && page.contains("10:00–11:00"));
    assert!(!page.contains("calendar.ics"));
    assert_eq!(
        desk.app
            .database
            .count("calendar_imports WHERE encode(address, 'escape') LIKE '%http%'"),
        0
    );

    // What changes there is changed here half an hour later, and not read before.
    let at_two = at_ten.replace("T100000", "T140000").replace("T110000", "T150000");
    desk.server.put("/calendar.ics", Page::Text(calendar(&at_two)));
    desk.app.clock.advance(28 * MINUTE);
    desk.work().await;
    assert_eq!(desk.server.asked(), 1);
    desk.app.clock.advance(MINUTE);
    desk.work().await;
    assert_eq!(desk.busy().await, spans(&[("01-18T14:00", "01-18T15:00")]));
    assert!(desk.is_free("2027-01-18T09:00:00Z").await);
    // What can't be read for once counts on.
    desk.server.put("/calendar.ics", Page::Status(503));
    desk.app.clock.advance(30 * MINUTE);
    desk.work().await;
    assert!(desk.trouble("refused") && !desk.is_free("2027-01-18T13:00:00Z").await);
    // Once removed it is forgotten, and not asked again.
    let (seller, asked) = (desk.seller.renewed().await, desk.server.asked());
    seller.form("/sell/calendar", &[("action", "end")]).await.expect(303);
    assert!(desk.is_free("2027-01-18T13:00:00Z").await);
    assert_eq!(
        (
            desk.app.database.count("calendar_imports"),
            desk.app.database.count("busy_times")
        ),
        (0, 0)
    );
    desk.app.clock.advance(DAY);
    desk.work().await;
    assert_eq!(desk.server.asked(), asked);
}

#[tokio::test]
async fn a_calendar_that_fails_for_two_weeks_is_given_up_and_its_seller_told() {
    let desk = Desk::new().await;
    // Each day at noon, so that it counts whenever it is looked at.
    let daily = "DTSTART:20270101T110000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY";
    desk.import_text(&event("a", daily)).await;
    desk.server.put("/calendar.ics", Page::Status(404));
    let told = |app: &TestApp| app.database.count("notifications WHERE event = 'calendar_lost'");
    for _ in 0..48 {
        desk.app.clock.advance(30 * MINUTE);
        desk.work().await;
    }
    assert!(desk.trouble("gone"));
    let asked = desk.server.asked();
    // From then on it is asked less often.
    for _ in 0..48 {
        desk.app.clock.advance(30 * MINUTE);
        desk.work().await;
    }
    assert_eq!(desk.server.asked() - asked, 4);
    let mut waited = 0;
    while told(&desk.app) == 0 && waited < 20 {
        assert!(
            desk.app.database.count("busy_times") > 0,
            "it counts until it is given up"
        );
        desk.app.clock.advance(DAY);
        desk.work().await;
        waited += 1;
    }
    assert!((11..=14).contains(&waited), "{waited}");
    assert_eq!((told(&desk.app), desk.app.database.count("busy_times")), (1, 0));
    let asked = desk.server.asked();
    desk.app.clock.advance(3 * DAY);
    desk.work().await;
    assert_eq!(desk.server.asked(), asked, "it is left alone");
    let seller = desk.seller.renewed().await;
    let page = seller.get("/sell/calendar").await.expect(200).text;
    assert!(page.contains("isn’t tried any more"));
    // Whoever mends it has it read again.
    desk.server
        .put("/calendar.ics", Page::Text(calendar(&event("a", daily))));
    seller.form("/sell/calendar", &[("action", "read")]).await.expect(303);
    desk.work().await;
    assert!(desk.is_well() && desk.app.database.count("busy_times") > 300);
}

/// What died, or came with an archive, is read all the same: by one job, whoever looks how often.
#[tokio::test]
async fn a_calendar_whose_job_was_lost_is_read_again() {
    let desk = Desk::new().await;
    desk.import_text(&event("1", "DTSTART:20270118T090000Z\r\nDTEND:20270118T100000Z"))
        .await;
    assert!(desk.is_well());
    let superuser = || desk.app.database.superuser();
    superuser()
        .batch_execute("DELETE FROM jobs WHERE kind = 'read_calendar'")
        .expect("lost");
    desk.server.put(
        "/calendar.ics",
        Page::Text(calendar(&event(
            "1",
            "DTSTART:20270119T090000Z\r\nDTEND:20270119T100000Z",
        ))),
    );
    let asked = desk.server.asked();
    desk.app.clock.advance(33 * MINUTE);
    desk.work().await;
    assert_eq!(desk.server.asked(), asked, "it may only be late");
    desk.app.clock.advance(3 * MINUTE);
    desk.work().await;
    assert_eq!(desk.server.asked(), asked + 1);
    assert_eq!(desk.busy().await, spans(&[("01-19T10:00", "01-19T11:00")]));
    let waiting = "jobs WHERE kind = 'read_calendar' AND state = 'due'";
    assert_eq!(desk.app.database.count(waiting), 1, "and again from then on");
    superuser()
        .batch_execute(
            "UPDATE jobs SET state = 'dead', finished_at = '2027-01-15T13:00:00Z' WHERE kind = 'read_calendar'",
        )
        .expect("dead");
    desk.app.clock.advance(DAY);
    for _ in 0..3 {
        desk.work().await;
        desk.app.clock.advance(MINUTE);
    }
    assert_eq!((desk.server.asked(), desk.app.database.count(waiting)), (asked + 2, 1));
}

/// It is Friday, 15 January 2027, noon UTC.
#[tokio::test]
async fn whoever_is_busy_elsewhere_or_turns_everything_down_is_asked_for_no_talk_at_once() {
    let desk = Desk::new().await;
    go_available(&desk.seller, 8).await;
    let _here = Caller::open(&desk.app, &desk.seller).await;
    let buyer = desk.app.bearer(LUMEN, "Bea Buyer").await;
    let service = desk.service.as_str().expect("an id");
    let page = format!("/sellers/{}", own_id(&desk.seller).await);
    let can_be_asked = async || {
        let times = buyer
            .get(&format!("/api/v1/services/{service}/times"))
            .await
            .expect(200)
            .json();
        let shown = buyer.get(&page).await.expect(200).text;
        let (button, said) = (
            shown.contains("Ask for a talk now"),
            shown.contains("takes no requests for a talk at once right now"),
        );
        assert_ne!(button, said, "one of the two: {shown}");
        assert_eq!(times["at_once"], button);
        button
    };
    let asked = json!({"service_id": service, "at_once": true});
    assert!(can_be_asked().await);
    desk.import_text(&event("1", "DTSTART:20270115T110000Z\r\nDTEND:20270115T123000Z"))
        .await;
    let _here = Caller::open(&desk.app, &desk.seller).await;
    assert!(!can_be_asked().await);
    let refused = buyer.post("/api/v1/bookings", asked.clone()).await.expect(409);
    assert_eq!(refused.code(), "not_available");
    // Once that is over they can be asked again.
    desk.import_text(&event("1", "DTSTART:20270115T110000Z\r\nDTEND:20270115T120000Z"))
        .await;
    let _here = Caller::open(&desk.app, &desk.seller).await;
    assert!(can_be_asked().await);
    let turn_down = json!({"auto_reject": true});
    desk.seller.patch("/api/v1/me", turn_down).await.expect(200);
    assert!(!can_be_asked().await);
    let refused = buyer.post("/api/v1/bookings", asked).await.expect(409);
    assert_eq!(refused.code(), "not_available");
}
