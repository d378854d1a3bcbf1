//! Both consoles: those who run the platform, and those who run a tenant.

mod audit;
mod branding;
mod closing;
mod domains;
mod erase_person;
mod erasure;
mod figures;
mod founding;
mod invitations;
mod lists;
mod look_archive;
mod look_files;
mod overview;
mod owners;
mod people;
mod quotas;
mod races;
mod running;
mod sign_in;
mod staff;
mod subscriptions;
mod templates;
mod ui;
mod visits;

use crate::support::{Answer, Authenticator, LUMEN, PASSWORD, TestApp, TestUser};
use serde_json::{Value, json};
use tallyroom::{
    app::{
        platform::{self, Newcomer},
        second_factor,
    },
    domain::platform::PlatformRole,
};

/// The platform's own host.
pub const PLATFORM: &str = "localhost";

/// Somebody of the platform's staff with an authenticator.
pub struct PlatformUser {
    pub browser: TestUser,
    email: String,
    secret: String,
}

impl PlatformUser {
    /// Added by hand and not signed in.
    async fn added(app: &TestApp, email: &str, role: PlatformRole) -> Self {
        let new = Newcomer {
            email,
            name: "Olivia",
            role,
            password: PASSWORD.to_owned(),
            known_secret: None,
        };
        assert!(platform::add(&app.app, new).await.expect("added"));
        Self {
            browser: app.anonymous(PLATFORM),
            email: email.to_owned(),
            secret: String::new(),
        }
    }

    /// Enrolled and signed in.
    pub async fn signed_in(app: &TestApp, email: &str, role: PlatformRole) -> Self {
        let mut user = Self::added(app, email, role).await;
        let enrol = user.log_in(None).await.expect(200).json();
        user.secret = enrol["secret"].as_str().expect("a secret").to_owned();
        let code = user.code(app);
        assert_eq!(user.log_in(Some(&code)).await.expect(200).json()["state"], "in");
        user
    }

    /// What the authenticator shows now.
    fn code(&self, app: &TestApp) -> String {
        second_factor::present_code(&self.secret, app.app.now()).expect("a code")
    }

    /// Signs in again, once the session is over.
    async fn come_back(&self, app: &TestApp) {
        let code = self.code(app);
        assert_eq!(self.log_in(Some(&code)).await.expect(200).json()["state"], "in");
    }

    async fn log_in(&self, code: Option<&str>) -> Answer {
        let body = json!({"email": self.email, "password": PASSWORD, "code": code});
        self.browser.post("/api/platform/session", body).await
    }
}

/// What an owner sends to found a tenant.
fn tenant(slug: &str) -> Value {
    json!({
        "name": "Harbour Lessons",
        "slug": slug,
        "vertical": "ring",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "language": "en",
        "brand": "#0b7285",
        "scheme": "dark",
        "radius": "round",
        "admin_email": "ada@harbour.example",
        "admin_name": "Ada",
    })
}

/// A founded tenant with its admin signed in.
pub struct Founded {
    owner: PlatformUser,
    id: String,
    pub host: String,
    pub admin: TestUser,
}

pub async fn founded(app: &TestApp) -> Founded {
    let owner = PlatformUser::signed_in(app, "owner@example.org", PlatformRole::Owner).await;
    let created = owner.browser.post("/api/platform/tenants", tenant("harbour")).await;
    let created = created.expect(201).json();
    let host = "harbour.localhost".to_owned();
    let admin = joined(app, &host, "ada@harbour.example").await;
    Founded {
        owner,
        id: created["id"].as_str().expect("an id").to_owned(),
        host,
        admin,
    }
}

/// Somebody who was invited, with a password of their own and signed in.
pub async fn joined(app: &TestApp, host: &str, email: &str) -> TestUser {
    let user = app.anonymous(host);
    let body = yes(&app.mailed_token(email, "invite"), PASSWORD);
    user.post("/api/v1/invitation", body).await.expect(204);
    user.log_in(email, PASSWORD).await.expect(200);
    user
}

/// What says yes to an invitation.
pub fn yes(token: &str, password: &str) -> Value {
    json!({"token": token, "password": password, "of_age": true, "accept_terms": true})
}

/// Another admin, of a tenant that every test has.
async fn admin_at(app: &TestApp, owner: &PlatformUser, host: &str) -> TestUser {
    let (id, email) = (app.scope(host).await.tenant(), format!("ada@{host}"));
    let body = json!({"email": email, "name": "Ada"});
    let path = format!("/api/platform/tenants/{id}/admins");
    owner.browser.post(&path, body).await.expect(200);
    let mut admin = joined(app, host, &email).await;
    admin.email = email;
    admin
}

/// The actions of a list of audit entries, newest first.
pub fn actions(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().expect("items");
    items.iter().filter_map(|entry| entry["action"].as_str()).collect()
}

/// Somebody who runs the tenant that every test has, signed in.
pub async fn admin_of_lumen(app: &TestApp) -> TestUser {
    let owner = PlatformUser::signed_in(app, "owner@example.org", PlatformRole::Owner).await;
    let path = format!("/api/platform/tenants/{}/admins", app.scope(LUMEN).await.tenant());
    let body = json!({"email": "ada@lumen.example", "name": "Ada"});
    owner.browser.post(&path, body).await.expect(200);
    joined(app, LUMEN, "ada@lumen.example").await
}

/// The same with a second factor, as who moves money needs one.
pub async fn treasurer_of_lumen(app: &TestApp) -> TestUser {
    let admin = admin_of_lumen(app).await;
    Authenticator::switched_on(app, &admin).await;
    admin
}

/// The admin of a tenant that every test has.
pub async fn admin_of(app: &TestApp, host: &str) -> TestUser {
    let owner = PlatformUser::signed_in(app, "owner@example.org", PlatformRole::Owner).await;
    admin_at(app, &owner, host).await
}

/// Asks somebody to join the staff.
async fn invite(by: &TestUser, email: &str, role: &str, permissions: Value) -> Answer {
    let body = json!({"email": email, "name": "Somebody", "role": role, "permissions": permissions});
    by.post("/api/v1/admin/staff", body).await
}

/// The id that an answer names.
pub fn id(answer: &Answer) -> String {
    answer.json()["id"].as_str().expect("an id").to_owned()
}

/// Somebody's own id.
pub async fn own_id(user: &TestUser) -> String {
    id(&user.get("/api/v1/me").await.expect(200))
}
