//! What tenants pay the platform: plans, limits, payments, mails before the end, grace, the stop.

mod limits;
mod paying;
mod settings;
mod years;

use super::{PlatformUser, joined};
use crate::{
    calls::{Pair, Price},
    support::{Answer, LUMEN, TestApp, TestUser},
};
use serde_json::{Value, json};
use tallyroom::domain::platform::PlatformRole;

const DAY: i64 = 24 * 3_600_000;
const ADMIN: &str = "ada@lumen.example";

/// The platform's owner, and a tenant with an admin, a seller, and a buyer who can pay.
struct Shop {
    pair: Pair,
    owner: PlatformUser,
    admin: TestUser,
    tenant: String,
}

impl Shop {
    async fn open() -> Self {
        let pair = Pair::new(Price::default()).await;
        let app = &pair.app;
        let owner = PlatformUser::signed_in(app, "owner@example.org", PlatformRole::Owner).await;
        let tenant = app.scope(LUMEN).await.tenant().to_string();
        let admin = admin_of(app, &owner, LUMEN, ADMIN).await;
        Self {
            pair,
            owner,
            admin,
            tenant,
        }
    }

    fn app(&self) -> &TestApp {
        &self.pair.app
    }

    /// Switches subscriptions on and offers a plan; gives its id.
    async fn sell(&self, plan: Value) -> String {
        let on = json!({"on": true, "grace_days": 7, "days_before": [14, 3, 0]});
        self.owner
            .browser
            .patch("/api/platform/subscriptions", on)
            .await
            .expect(200);
        self.offer(plan).await
    }

    async fn offer(&self, plan: Value) -> String {
        let made = self.owner.browser.post("/api/platform/plans", plan).await.expect(201);
        made.json()["id"].as_str().expect("an id").to_owned()
    }

    async fn subscription(&self) -> Value {
        self.admin.get("/api/v1/admin/subscription").await.expect(200).json()
    }

    async fn book(&self) -> Value {
        self.owner
            .browser
            .get("/api/platform/invoices")
            .await
            .expect(200)
            .json()
    }

    /// The buyer tries to ring the seller, whose page is open.
    async fn try_ring(&self) -> Answer {
        let _page = crate::support::Caller::open(self.app(), &self.pair.seller).await;
        self.pair
            .buyer
            .post("/api/v1/calls", json!({ "service_id": self.pair.service }))
            .await
    }

    /// Waits until so many calls are running: an end is written a moment after it was asked for.
    async fn calls_in_use(&self, wanted: usize) {
        for _ in 0..1_000 {
            if self.subscription().await["usage"]["concurrent_calls"] == wanted {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("{wanted} calls should be running");
    }

    /// The buyer rings, and takes it back.
    async fn ring_and_cancel(&self) {
        let call = self.try_ring().await.expect(201).json();
        let path = format!("/api/v1/calls/{}/cancel", call["id"].as_str().expect("an id"));
        self.pair.buyer.post(&path, json!({})).await.expect(204);
        self.calls_in_use(0).await;
    }
}

/// Somebody who was asked to run a tenant, has accepted, and is signed in.
async fn admin_of(app: &TestApp, owner: &PlatformUser, host: &str, email: &str) -> TestUser {
    let tenant = app.scope(host).await.tenant();
    let path = format!("/api/platform/tenants/{tenant}/admins");
    let body = json!({"email": email, "name": "Ada"});
    owner.browser.post(&path, body).await.expect(200);
    joined(app, host, email).await
}

/// A plan of a year without limits.
fn studio() -> Value {
    json!({
        "name": "Studio",
        "price_minor": 49_900,
        "currency": "EUR",
        "interval_months": 12,
        "limits": limits(json!({})),
        "offered": true,
    })
}

/// No limits but these.
fn limits(some: Value) -> Value {
    let mut all =
        json!({"sellers": null, "staff": null, "concurrent_calls": null, "storage_mb": null, "participants": null});
    for (name, limit) in some.as_object().expect("limits") {
        all[name] = limit.clone();
    }
    all
}

/// Goes to pay; gives the payment's id and the payment page's path.
async fn begin(admin: &TestUser, plan: &str) -> (String, String) {
    let begun = admin
        .post("/api/v1/admin/subscription/payments", json!({ "plan_id": plan }))
        .await
        .expect(201)
        .json();
    assert_eq!(begun["state"], "pending");
    let page = begun["redirect_url"].as_str().expect("a page");
    let page = page.strip_prefix("http://").expect("absolute");
    let page = page[page.find('/').expect("a path")..].to_owned();
    (begun["id"].as_str().expect("an id").to_owned(), page)
}

async fn state(admin: &TestUser, payment: &str) -> Value {
    let path = format!("/api/v1/admin/subscription/payments/{payment}");
    admin.get(&path).await.expect(200).json()["state"].clone()
}

/// Pays for a plan.
async fn pay(admin: &TestUser, plan: &str) -> String {
    let (id, page) = begin(admin, plan).await;
    let back = admin.form(&page, &[("choice", "succeed")]).await.expect(303);
    let wanted = format!("/admin/subscription?payment={id}");
    assert!(
        back.header("location").ends_with(&wanted),
        "{}",
        back.header("location")
    );
    assert_eq!(state(admin, &id).await, "settled");
    id
}

/// All that is due, and what follows from it.
async fn run_jobs(app: &TestApp) {
    while app.jobs.run_due().await.expect("run") > 0 {}
}

/// Mails about the end that an address got.
fn reminders(app: &TestApp, email: &str) -> Vec<Value> {
    let letters = app.letters(email).into_iter();
    letters
        .filter(|letter| letter["letter"] == "subscription_ends")
        .collect()
}
