//! Every mail around a booking as a whole, as it comes out of the mail server, held against files that somebody has read
//! (`tests/it/golden/mails`; how to write them anew is said where one differs). In one house the seller reads German in
//! Berlin and the buyer English in New York, in the other it is the other way round.

use super::{bookable_for, go_available};
use crate::{
    calls::{
        Pair, Price,
        recording::films::{over, worked},
    },
    support::{Caller, Golden, LUMEN, TestApp, TestUser, VELVET, golden_folders, shown_mail, steady},
};
use diesel::connection::SimpleConnection as _;
use serde_json::{Value, json};
use std::{collections::HashSet, time::Duration};
use tallyroom::gateways::mail::ReceivedMail;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// The houses, by their folders; each has a test of its own.
const HOUSES: [&str; 2] = ["lumen", "velvet"];

/// Who reads what, and where.
struct Home {
    language: &'static str,
    zone: &'static str,
}

const BERLIN: Home = Home {
    language: "de",
    zone: "Europe/Berlin",
};
const NEW_YORK: Home = Home {
    language: "en",
    zone: "America/New_York",
};

/// Two people at one of the tenants, and what they are mailed.
struct House {
    pair: Pair,
    post: Post,
}

/// The mails that were looked at.
struct Post {
    golden: Golden,
    homes: [Home; 2],
    /// How many of all.
    read: usize,
    /// Steps whose mails were held against files.
    held: usize,
}

impl Post {
    /// What was mailed to one of the two since it was looked at last, oldest first.
    async fn unread(&mut self, pair: &Pair) -> Vec<ReceivedMail> {
        work(pair).await;
        let mut mails = pair.app.mails_to("@example.org");
        mails.reverse();
        let unread = mails.split_off(self.read);
        self.read += unread.len();
        unread
    }

    /// Holds every mail against its file: what came to pass, who reads it, and in which language.
    async fn hold(&mut self, pair: &Pair, what: &str) {
        let unread = self.unread(pair).await;
        self.hold_these(pair, what, unread);
    }

    /// The same of what came last to each; others of the earlier ones' kind stand for those.
    async fn hold_last(&mut self, pair: &Pair, what: &str) {
        let mut unread = self.unread(pair).await;
        unread.reverse();
        let mut people = HashSet::new();
        unread.retain(|mail| people.insert(mail.to.clone()));
        self.hold_these(pair, what, unread);
    }

    fn hold_these(&mut self, pair: &Pair, what: &str, unread: Vec<ReceivedMail>) {
        assert!(!unread.is_empty(), "nobody was mailed that {what}");
        self.held += 1;
        for mail in unread {
            let (who, home) = match mail.to == pair.buyer.email {
                true => ("buyer", &self.homes[0]),
                false => ("seller", &self.homes[1]),
            };
            let name = format!("{:02}-{what}-{who}-{}.txt", self.held, home.language);
            self.golden.hold(&name, &steady(&shown_mail(&mail.raw)));
        }
    }
}

/// Does something about an order, which goes well.
async fn act(person: &TestUser, order: &str, verb: &str, body: Value) {
    let path = format!("/api/v1/bookings/{order}/{verb}");
    person.renewed().await.post(&path, body).await.expect(200);
}

/// Does all that is due.
async fn work(pair: &Pair) {
    while pair.app.jobs.run_due().await.expect("the database") > 0 {}
}

impl House {
    async fn open(host: &'static str, name: &str, buyer: Home, seller: Home) -> Self {
        let price = Price {
            credit_minor: 100_000,
            ..Price::default()
        };
        let app = TestApp::start().await;
        let answered = "UPDATE tenants SET reply_to = 'desk@velvet.example' WHERE slug = 'velvet'";
        app.database.superuser().batch_execute(answered).expect("an address");
        let pair = Pair::of(app, host, price).await;
        for (person, home) in [(&pair.buyer, &buyer), (&pair.seller, &seller)] {
            let own = json!({"language": home.language, "time_zone": home.zone});
            person.patch("/api/v1/me", own).await.expect(200);
        }
        let post = Post {
            golden: Golden::open(&format!("mails/{name}")),
            homes: [buyer, seller],
            read: 0,
            held: 0,
        };
        let mut house = Self { pair, post };
        house.skip().await;
        house
    }

    /// Leaves mails alone that others of the same kind stand for.
    async fn skip(&mut self) {
        self.post.unread(&self.pair).await;
    }

    async fn mails(&mut self, what: &str) {
        self.post.hold(&self.pair, what).await;
    }

    async fn buyer(&self, order: &str, verb: &str, body: Value) {
        act(&self.pair.buyer, order, verb, body).await;
    }

    async fn seller(&self, order: &str, verb: &str, body: Value) {
        act(&self.pair.seller, order, verb, body).await;
    }

    /// A request that the buyer makes.
    async fn asked(&self, wanted: Value) -> String {
        let buyer = self.pair.buyer.renewed().await;
        let order = buyer.post("/api/v1/bookings", wanted).await.expect(201).json();
        order["id"].as_str().expect("an id").to_owned()
    }

    /// An order that is agreed on and paid, whose mails were looked at before.
    async fn booked(&mut self, service: &Value, start: &str) -> String {
        let order = self.asked(json!({"service_id": service, "start": start})).await;
        self.seller(&order, "accept", json!({"round": 1})).await;
        self.buyer(&order, "pay", json!({})).await;
        self.skip().await;
        order
    }

    /// Turns the clock to an instant: at once, or with pages open, so that it is seen minute by minute who is there.
    async fn until(&self, at: &str, pages: &mut [Caller]) {
        let at: jiff::Timestamp = at.parse().expect("an instant");
        let left = at.as_millisecond() - self.pair.app.app.now().0;
        let step = if pages.is_empty() { left } else { MINUTE / 3 };
        assert!(left > 0 && left % step == 0, "{left}");
        for _ in 0..left / step {
            self.pair.app.clock.advance(step);
            for page in &mut *pages {
                page.ask(json!({"type": "ping"})).await.expect("an answer");
            }
            work(&self.pair).await;
        }
    }
}

/// Asked for, argued about, paid, moved, reminded of, and missed by both.
async fn from_the_request_to_nobody(house: &mut House) {
    let service = bookable_for(&house.pair.seller, "pay_after_accept", 60).await;
    let order = house
        .asked(json!({"service_id": service, "start": "2027-01-18T09:00:00Z"}))
        .await;
    house.mails("asked").await;
    house
        .seller(&order, "propose", json!({"start": "2027-01-18T10:00:00Z"}))
        .await;
    house.mails("proposed-by-seller").await;
    house
        .buyer(&order, "propose", json!({"start": "2027-01-18T14:00:00Z"}))
        .await;
    house.mails("proposed-by-buyer").await;
    house.seller(&order, "accept", json!({"round": 3})).await;
    house.mails("accepted").await;
    house.buyer(&order, "pay", json!({})).await;
    house.mails("booked").await;
    house
        .seller(&order, "propose", json!({"start": "2027-01-18T15:00:00Z"}))
        .await;
    house.mails("another-time-proposed").await;
    house.buyer(&order, "accept", json!({"round": 4})).await;
    house.mails("moved").await;
    // What is proposed and not answered moves nothing: they are reminded of what is booked.
    house.until("2027-01-18T13:30:00Z", &mut []).await;
    house
        .seller(&order, "propose", json!({"start": "2027-01-19T15:00:00Z"}))
        .await;
    house.skip().await;
    house.until("2027-01-18T14:00:00Z", &mut []).await;
    house.mails("soon").await;
    house.until("2027-01-18T15:00:00Z", &mut []).await;
    house.mails("change-not-answered").await;
    house.until("2027-01-18T15:10:00Z", &mut []).await;
    house.mails("missed-by-both").await;
}

/// Called off by the seller, by the buyer in time, and by the buyer too late.
async fn called_off(house: &mut House) {
    let service = bookable_for(&house.pair.seller.renewed().await, "pay_after_accept", 60).await;
    let order = house.booked(&service, "2027-01-20T09:00:00Z").await;
    house.seller(&order, "cancel", json!({})).await;
    house.mails("called-off-by-seller").await;
    let order = house.booked(&service, "2027-01-20T09:00:00Z").await;
    house
        .seller(&order, "propose", json!({"start": "2027-01-20T13:00:00Z"}))
        .await;
    house.skip().await;
    house.buyer(&order, "decline", json!({"round": 2})).await;
    house.mails("change-turned-down").await;
    house.buyer(&order, "cancel", json!({})).await;
    house.mails("called-off-by-buyer").await;
    let order = house.booked(&service, "2027-01-19T09:00:00Z").await;
    house.buyer(&order, "cancel", json!({})).await;
    house.mails("called-off-late").await;
}

/// Turned down, taken back, left without an answer, and not paid.
async fn come_to_nothing(house: &mut House) {
    let service = bookable_for(&house.pair.seller.renewed().await, "pay_after_accept", 60).await;
    let wish = |start: &str| json!({"service_id": service, "start": start});
    let order = house.asked(wish("2027-01-20T09:00:00Z")).await;
    house.skip().await;
    house.seller(&order, "decline", json!({"round": 1})).await;
    house.mails("turned-down").await;
    let order = house.asked(wish("2027-01-20T09:00:00Z")).await;
    house.skip().await;
    house.buyer(&order, "cancel", json!({})).await;
    house.mails("taken-back").await;
    house.asked(wish("2027-01-21T13:00:00Z")).await;
    house.skip().await;
    house.until("2027-01-20T16:00:00Z", &mut []).await;
    house.mails("not-answered").await;
    let order = house.asked(wish("2027-01-22T09:00:00Z")).await;
    house.seller(&order, "accept", json!({"round": 1})).await;
    house.skip().await;
    house.until("2027-01-21T16:10:00Z", &mut []).await;
    house.mails("not-paid").await;
}

/// One of the two doesn't come.
async fn missed_by_one(house: &mut House) {
    let seller = house.pair.seller.renewed().await;
    let service = bookable_for(&seller, "pay_after_accept", 60).await;
    for (what, start, end) in [
        ("missed-by-buyer", "2027-01-25T09:00:00Z", "2027-01-25T09:10:00Z"),
        ("missed-by-seller", "2027-01-25T13:00:00Z", "2027-01-25T13:10:00Z"),
    ] {
        house.booked(&service, start).await;
        house.until(start, &mut []).await;
        house.skip().await;
        let here = match what {
            "missed-by-buyer" => &house.pair.seller,
            _ => &house.pair.buyer,
        };
        let page = Caller::open(&house.pair.app, &here.renewed().await).await;
        house.until(end, &mut [page]).await;
        house.mails(what).await;
    }
}

/// The talk takes place: its end is near, and then it is over.
async fn talked(house: &mut House) {
    let service = bookable_for(&house.pair.seller.renewed().await, "pay_after_accept", 3).await;
    let order = house.booked(&service, "2027-01-26T09:00:00Z").await;
    let (buyer, seller) = (house.pair.buyer.renewed().await, house.pair.seller.renewed().await);
    (house.pair.buyer, house.pair.seller) = (buyer, seller);
    let House { pair, post } = house;
    let mut talk = pair.launched(&order).await;
    talk.talk(62_000).await;
    // The room tells it, in its own time.
    for _ in 0..1_000 {
        if pair
            .app
            .database
            .count("jobs WHERE payload->'params'->>'what' = 'ends_soon'")
            >= 2
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    post.hold(pair, "ends-soon").await;
    talk.hang_up().await;
    post.hold(pair, "talked").await;
}

/// Ordered and delivered instead of talked.
async fn delivered(house: &mut House) {
    let letter = json!({"title": "A letter", "description": "Written for you.", "video_enabled": false,
        "fixed": {"price_minor": 4_900, "delivery_days": 3}});
    let seller = house.pair.seller.renewed().await;
    let listed = seller.post("/api/v1/selling/services", letter).await.expect(201).json();
    let wanted = json!({"service_id": listed["id"], "addons": [], "brief": "To my landlord."});
    let order = house.asked(wanted.clone()).await;
    house.buyer(&order, "pay", json!({})).await;
    house.mails("ordered").await;
    house.seller(&order, "take-on", json!({})).await;
    house.mails("taken-on").await;
    house.seller(&order, "deliver", json!({"text": "Dear landlord"})).await;
    house.mails("delivered").await;
    house.buyer(&order, "confirm", json!({})).await;
    house.mails("confirmed").await;
    let order = house.asked(wanted.clone()).await;
    house.buyer(&order, "pay", json!({})).await;
    house.seller(&order, "take-on", json!({})).await;
    house.seller(&order, "deliver", json!({"text": "Dear landlord"})).await;
    house.skip().await;
    house.pair.app.clock.advance(7 * DAY);
    house.mails("confirmed-by-time").await;
    let order = house.asked(wanted.clone()).await;
    house.buyer(&order, "pay", json!({})).await;
    house.seller(&order, "take-on", json!({})).await;
    house.skip().await;
    house.pair.app.clock.advance(10 * DAY);
    house.mails("not-delivered").await;
}

/// What was said in a call is mailed to who wants it, and its recording told of once it can be seen.
async fn said_and_recorded(house: &mut House) {
    let (buyer, seller) = (house.pair.buyer.renewed().await, house.pair.seller.renewed().await);
    (house.pair.buyer, house.pair.seller) = (buyer, seller);
    go_available(&house.pair.seller, 3).await;
    house.skip().await;
    let House { pair, post } = house;
    let mut talk = pair.live().await;
    let line = |epoch: u64, text: &str| json!({"type": "chat", "epoch": epoch, "text": text});
    let (buyer, seller) = (talk.buyer.epoch, talk.seller.epoch);
    talk.seller
        .ask(line(seller, "Have you got the letter?"))
        .await
        .expect("said");
    talk.talk(61_000).await;
    talk.buyer
        .ask(line(buyer, "Yes: https://example.org/letter\nAll <three> pages."))
        .await
        .expect("said");
    let path = format!("/api/v1/calls/{}/chat/mail", talk.call);
    pair.buyer.post(&path, json!({})).await.expect(202);
    post.hold(pair, "what-was-said").await;
    over(talk, &["first,", "second"]).await;
    assert_eq!(worked(&pair.app).await, "ready call_over");
    post.hold_last(pair, "recording-ready").await;
}

async fn every_mail(mut house: House) {
    from_the_request_to_nobody(&mut house).await;
    called_off(&mut house).await;
    come_to_nothing(&mut house).await;
    missed_by_one(&mut house).await;
    talked(&mut house).await;
    delivered(&mut house).await;
    said_and_recorded(&mut house).await;
    house.pair.audit().await;
    house.post.golden.close();
}

#[tokio::test]
async fn mails_with_a_german_seller_in_one_house() {
    every_mail(House::open(LUMEN, HOUSES[0], NEW_YORK, BERLIN).await).await;
}

#[tokio::test]
async fn mails_with_a_german_buyer_in_the_other() {
    every_mail(House::open(VELVET, HOUSES[1], BERLIN, NEW_YORK).await).await;
}

#[test]
fn no_folder_is_left_that_no_test_holds_mails_against() {
    assert_eq!(golden_folders("mails"), HOUSES.map(str::to_owned).into());
}
