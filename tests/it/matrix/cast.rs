//! Who asks, and the things that they ask for.

use super::table::Row;
use crate::{
    calls::{Pair, Price},
    kept::keep,
    marketplace,
    studios::in_a_studio,
    support::{Answer, Caller, LUMEN, TestUser, VELVET},
};
use diesel::connection::SimpleConnection;
use reqwest::{Method, RequestBuilder, header};
use serde_json::json;
use std::time::Duration;

/// Where a route is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At every host.
    Anywhere,
    /// At the platform's own.
    Platform,
    /// At tenants'.
    Tenant,
}

/// As whom a route is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Without any session.
    Nobody,
    /// Signed in, with no part in what is asked for.
    Stranger,
    /// The buyer of the call that is asked for.
    Buyer,
    /// Its seller.
    Seller,
    /// The manager of the seller's studio.
    Studio,
    /// Signed in at another tenant, at that tenant's host, asking for the first one's things.
    Elsewhere,
    /// At the first tenant's host with another tenant's token.
    Intruder,
}

impl Role {
    /// The roles that a place's rows have verdicts for, in their order.
    pub fn of(place: Place) -> &'static [Self] {
        match place {
            Place::Tenant => &[
                Self::Nobody,
                Self::Stranger,
                Self::Buyer,
                Self::Seller,
                Self::Studio,
                Self::Elsewhere,
            ],
            Place::Anywhere | Place::Platform => &[Self::Nobody],
        }
    }
}

/// Two people in a live call at one tenant, the manager of the seller's studio and a stranger there, and somebody at another.
pub struct Cast {
    pub pair: Pair,
    stranger: TestUser,
    manager: TestUser,
    elsewhere: TestUser,
    /// What names in the table stand for.
    things: Vec<(&'static str, String)>,
    _pages: [Caller; 2],
}

/// The id of a category at the pair's tenant.
async fn a_category(pair: &Pair) -> String {
    let category = "00000000-0000-4000-8000-00000000ca7e";
    let tenant = pair.app.scope(LUMEN).await.tenant();
    let row = format!(
        "INSERT INTO categories (tenant_id, id, slug, names, created_at)
         VALUES ('{tenant}', '{category}', 'law', '{{\"en\": \"Law\"}}', now())"
    );
    pair.app.database.superuser().batch_execute(&row).expect("a category");
    category.to_owned()
}

impl Cast {
    pub async fn assemble() -> Self {
        let pair = Pair::new(Price::default()).await;
        let stranger = pair.app.bearer(LUMEN, "Sam Stranger").await;
        let manager = pair.app.bearer(LUMEN, "Mia Manager").await;
        let elsewhere = pair.app.bearer(VELVET, "Eve Elsewhere").await;
        let profile = json!({ "headline": "Elsewhere", "about": "", "languages": ["en"] });
        elsewhere.put("/api/v1/selling/profile", profile).await.expect(200);
        // A call that comes to nothing leaves a line in the conversation.
        let (missed, ..) = pair.ring().await;
        let cancel = format!("/api/v1/calls/{missed}/cancel");
        pair.buyer.post(&cancel, json!({})).await.expect(204);
        let conversation = conversation(&pair.buyer).await;
        let said = format!("/api/v1/conversations/{conversation}/messages");
        pair.seller.post(&said, json!({ "text": "Hello" })).await.expect(201);
        let told = pair.buyer.get("/notifications").await.expect(200).text;
        let notification = told.split("href=\"/notifications/").nth(1).expect("told").to_owned();
        let notification = notification.split('"').next().expect("an id").to_owned();
        let talk = pair.live().await;
        let (call, pages) = (talk.call, [talk.buyer, talk.seller]);
        let id = |answer: Answer| answer.json()["id"].as_str().expect("an id").to_owned();
        let extensions = format!("/api/v1/calls/{call}/extensions");
        let extension = pair.seller.post(&extensions, json!({ "minutes": 1 })).await.expect(201);
        let seller = id(pair.seller.get("/api/v1/me").await);
        let studio = in_a_studio(&pair, &manager).await;
        let category = a_category(&pair).await;
        let top_up = pair
            .buyer
            .post("/api/v1/wallet/top-ups", json!({ "amount_minor": 1_000 }))
            .await
            .expect(201);
        let pay_at = top_up.json()["redirect_url"].as_str().expect("an address").to_owned();
        let payment = pay_at.rsplit('/').next().expect("a reference").to_owned();
        let bookable = marketplace::bookable(&pair.seller, "pay_after_accept").await;
        let booking = marketplace::ask(&pair.buyer, &bookable, "2027-01-18T09:00:00Z").await;
        let things = vec![
            ("booking", booking["id"].as_str().expect("an id").to_owned()),
            ("call", call.to_string()),
            ("extension", id(extension)),
            ("service", pair.service.to_string()),
            ("seller", seller),
            ("stranger", id(stranger.get("/api/v1/me").await)),
            ("studio", studio),
            ("category", category),
            ("tenant", pair.app.scope(LUMEN).await.tenant().to_string()),
            ("top_up", id(top_up)),
            ("payment", payment),
            ("method", keep(&pair.buyer, "pays").await),
            ("conversation", conversation),
            ("notification", notification),
            ("mail", "00000000-0000-4000-8000-000000000000".to_owned()),
            ("number", "1".to_owned()),
            ("picture", "logo".to_owned()),
            ("sheet", "0123456789abcdef".to_owned()),
            ("date", "2027-01-18".to_owned()),
        ];
        Self {
            pair,
            stranger,
            manager,
            elsewhere,
            things,
            _pages: pages,
        }
    }

    /// From now on `{name}` stands for that.
    pub fn know(&mut self, name: &'static str, id: String) {
        self.things.push((name, id));
    }

    /// How the row's route answers that role.
    pub async fn ask(&mut self, role: Role, row: &Row) -> String {
        self.ask_for(role, row, None).await
    }

    /// The same; `instead` takes the place of the thing in the path.
    pub async fn ask_for(&mut self, role: Role, row: &Row, instead: Option<&str>) -> String {
        self.renew().await;
        let method: Method = row.method().parse().expect("a method");
        let path = match (instead, row.path().split_once('{')) {
            (Some(other), Some((before, rest))) => {
                format!("{before}{other}{}", rest.split_once('}').expect("a brace").1)
            }
            _ => self.filled(row.path(), '{', '}'),
        };
        let request = self.asks(role, row.place).request(method, &path);
        let body = row.body.as_deref().map(|body| self.filled(body, '<', '>'));
        let answer = answer(request, body, &row.route).await;
        match answer.header("location") {
            location if location.starts_with("/login") => "login".to_owned(),
            _ => answer.status.as_u16().to_string(),
        }
    }

    fn asks(&self, role: Role, place: Place) -> TestUser {
        let app = &self.pair.app;
        match (role, place) {
            (Role::Nobody, Place::Tenant) => app.anonymous(LUMEN),
            (Role::Nobody, _) => app.anonymous("localhost"),
            (Role::Stranger, _) => self.stranger.clone(),
            (Role::Buyer, _) => self.pair.buyer.clone(),
            (Role::Seller, _) => self.pair.seller.clone(),
            (Role::Studio, _) => self.manager.clone(),
            (Role::Elsewhere, _) => self.elsewhere.clone(),
            (Role::Intruder, _) => TestUser::with_token(LUMEN, app.address, self.elsewhere.token()),
        }
    }

    /// Some routes end the session they are asked with.
    async fn renew(&mut self) {
        for user in [
            &mut self.stranger,
            &mut self.manager,
            &mut self.elsewhere,
            &mut self.pair.buyer,
            &mut self.pair.seller,
        ] {
            if user.get("/api/v1/me").await.status == 401 {
                *user = user.renewed().await;
            }
        }
    }

    /// A text with its things' ids in place of their names.
    pub fn filled(&self, text: &str, open: char, close: char) -> String {
        let fill = |text: String, (name, id): &(&str, String)| text.replace(&format!("{open}{name}{close}"), id);
        self.things.iter().fold(text.to_owned(), fill)
    }
}

/// The answer to a row's request; nothing may be an error of ours.
pub async fn answer(request: RequestBuilder, body: Option<String>, route: &str) -> Answer {
    let request = match body {
        Some(json) if json.starts_with('{') => request.header(header::CONTENT_TYPE, "application/json").body(json),
        Some(form) => request
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form),
        None => request,
    };
    let answer = Answer::of(request).await;
    assert!(answer.status.as_u16() < 500, "{route}: {}", answer.text);
    answer
}

/// The person's one conversation; it begins a moment after the call that it is about has ended.
async fn conversation(user: &TestUser) -> String {
    for _ in 0..1_000 {
        let list = user.get("/api/v1/conversations").await.expect(200).json();
        if let Some(id) = list["items"][0]["id"].as_str() {
            return id.to_owned();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("no conversation began");
}
