//! Calendars that lead into our own network, never end, or say too much.

use super::{Desk, MINUTE, calendar, event};
use crate::support::{Page, WebServer};
use std::fmt::Write as _;

#[tokio::test]
async fn addresses_of_our_own_network_are_refused_at_once() {
    let desk = Desk::new().await;
    for address in [
        "",
        "calendar.example.org/a.ics",
        "http://calendar.example.org/a.ics",
        "http://127.0.0.1:1/a.ics",
        "file:///etc/passwd",
        "https://127.0.0.1/a.ics",
        "https://0x7f000001/a.ics",
        "https://[::1]/a.ics",
        "https://[::ffff:10.0.0.1]/a.ics",
        "https://10.0.0.1/a.ics",
        "https://100.64.0.1/a.ics",
        "https://169.254.169.254/latest/meta-data",
        "https://192.168.0.1/a.ics",
        "https://[fd00::1]/a.ics",
        "https://[fe80::1]/a.ics",
        "https://me:secret@calendar.example.org/a.ics",
        "https://calendar.example.org:22/a.ics",
    ] {
        let typed = [("action", "import"), ("address", address)];
        let seller = desk.seller.renewed().await;
        let refused = seller.form("/sell/calendar", &typed).await.expect(422);
        assert!(refused.text.contains("field-error"), "{address}");
        desk.app.clock.advance(MINUTE);
    }
    desk.work().await;
    assert_eq!(
        (desk.app.database.count("calendar_imports"), desk.server.asked()),
        (0, 0)
    );
    // Whoever tries one after the other waits.
    let typed = [("action", "import"), ("address", "https://calendar.example.org/a.ics")];
    let seller = desk.seller.renewed().await;
    for _ in 0..6 {
        seller.form("/sell/calendar", &typed).await.expect(303);
    }
    seller.form("/sell/calendar", &typed).await.expect(429);
}

#[tokio::test]
async fn names_and_redirects_that_lead_into_our_own_network_are_not_followed() {
    let desk = Desk::new().await;
    for (name, to) in [
        ("loopback.example", vec!["127.0.0.1"]),
        ("private.example", vec!["10.1.2.3"]),
        ("metadata.example", vec!["169.254.169.254"]),
        ("shared.example", vec!["100.64.3.2"]),
        ("six.example", vec!["fd00::7"]),
        ("mapped.example", vec!["::ffff:127.0.0.1"]),
        ("both.example", vec!["93.184.216.34", "192.168.1.1"]),
        ("multicast.example", vec!["224.0.0.251"]),
    ] {
        desk.dns.point(name, &to);
        desk.import(&format!("https://{name}/a.ics")).await;
        // The same as of a name that nobody has: which names there are inside is nobody's business.
        assert!(desk.trouble("unreachable"), "{name}");
    }
    desk.import("https://nobody.example/a.ics").await;
    assert!(desk.trouble("unreachable"));

    // A server that may be asked leads to one that may not.
    let other = WebServer::start().await;
    let secret = other.put("/secret", Page::Text(calendar("")));
    for (to, trouble) in [
        (secret.as_str(), "address"),
        ("https://127.0.0.1/a.ics", "inside"),
        ("https://[::1]/a.ics", "inside"),
        ("https://private.example/a.ics", "unreachable"),
        ("//169.254.169.254/latest", "address"),
        ("file:///etc/passwd", "address"),
        ("/there", "redirects"),
    ] {
        let address = desk.server.put("/there", Page::Redirect(to.to_owned()));
        desk.import(&address).await;
        assert!(desk.trouble(trouble), "{to}");
    }
    assert_eq!(other.asked(), 0);
    // Three times is often enough to be led on.
    for (path, to) in [("/1", "/2"), ("/2", "/3"), ("/3", "/calendar.ics")] {
        desk.server.put(path, Page::Redirect(to.to_owned()));
    }
    desk.server.put("/calendar.ics", Page::Text(calendar("")));
    desk.import(&format!("{}/1", desk.server.origin)).await;
    assert!(desk.is_well());
    desk.server.put("/0", Page::Redirect("/1".to_owned()));
    desk.import(&format!("{}/0", desk.server.origin)).await;
    assert!(desk.trouble("redirects"));
}

#[tokio::test]
async fn servers_that_never_end_or_say_too_much_are_left() {
    let desk = Desk::new().await;
    let many = |count: usize| {
        let mut entries = String::new();
        for nth in 0..count {
            let lines = format!(
                "DTSTART:2027{:02}{:02}T080000Z\r\nDURATION:PT1H",
                nth % 12 + 1,
                nth % 28 + 1
            );
            write!(entries, "{}", event(&nth.to_string(), &lines)).expect("written");
        }
        calendar(&entries)
    };
    let mut alike = String::new();
    for nth in 0..3_000 {
        let lines = "DTSTART:20150101T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY";
        write!(alike, "{}", event(&nth.to_string(), lines)).expect("written");
    }
    for (page, trouble) in [
        (Page::Endless, Some("large")),
        (Page::Drip, Some("slow")),
        (Page::Silence, Some("slow")),
        (Page::Status(404), Some("gone")),
        (Page::Status(410), Some("gone")),
        (Page::Status(403), Some("refused")),
        (Page::Status(500), Some("refused")),
        (Page::Text(String::new()), Some("not_a_calendar")),
        (
            Page::Text("<!doctype html><p>Log in".to_owned()),
            Some("not_a_calendar"),
        ),
        (
            Page::Text("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n".to_owned()),
            Some("not_a_calendar"),
        ),
        (
            Page::Text("BEGIN:VCARD\r\nEND:VCARD\r\n".to_owned()),
            Some("not_a_calendar"),
        ),
        (Page::Text(many(10_000)), None),
        (Page::Text(many(10_001)), Some("too_much")),
        (Page::Text(calendar(&alike)), Some("too_much")),
    ] {
        let what = format!("{page:?}").chars().take(60).collect::<String>();
        let address = desk.server.put("/calendar.ics", page);
        desk.import(&address).await;
        match trouble {
            Some(trouble) => assert!(desk.trouble(trouble), "{what}"),
            None => assert!(desk.is_well(), "{what}"),
        }
    }
    // Each has a sentence of its own.
    let page = desk.seller.renewed().await.get("/sell/calendar").await.expect(200).text;
    assert!(page.contains("There is too much in the calendar."));
}
