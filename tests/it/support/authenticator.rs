//! What shows somebody's codes.

use super::{TestApp, TestUser};
use tallyroom::app::second_factor::present_code;

/// An authenticator that somebody's second factor was set up with.
pub struct Authenticator {
    secret: String,
    /// Recovery codes, as their page showed them.
    pub recovery: Vec<String>,
}

impl Authenticator {
    /// Set up on the account page, and not switched on.
    pub async fn offered(user: &TestUser) -> Self {
        let page = user.get("/account/second-factor").await.expect(200).text;
        // As it stands in an attribute.
        let rest = page.split_once("secret&#x3D;").expect("a secret").1;
        let secret = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        Self {
            secret,
            recovery: Vec::new(),
        }
    }

    /// Set up on the account page and switched on with its first code.
    pub async fn switched_on(app: &TestApp, user: &TestUser) -> Self {
        let mut own = Self::offered(user).await;
        let code = own.code(app);
        let form = [("action", "switch_on"), ("code", code.as_str())];
        let page = user.form("/account/second-factor", &form).await.expect(200).text;
        own.recovery = recovery_codes(&page);
        own
    }

    /// What it shows now.
    pub fn code(&self, app: &TestApp) -> String {
        present_code(&self.secret, app.app.now()).expect("a code")
    }

    /// What it shows next.
    pub fn next_code(&self, app: &TestApp) -> String {
        app.clock.advance(30_000);
        self.code(app)
    }

    /// Shows a code in the session.
    pub async fn step_up(&self, app: &TestApp, user: &TestUser) {
        let code = serde_json::json!({ "code": self.next_code(app) });
        user.post("/api/v1/session/step-up", code).await.expect(204);
    }

    /// The secret, in base 32.
    pub fn secret(&self) -> &str {
        &self.secret
    }
}

/// The recovery codes that a page shows.
pub fn recovery_codes(page: &str) -> Vec<String> {
    let is_code = |text: &&str| text.len() == 11 && text.as_bytes()[5] == b'-';
    let texts = page.split("<li class=\"num\">").skip(1);
    let codes = texts.filter_map(|rest| rest.split('<').next()).filter(is_code);
    codes.map(str::to_owned).collect()
}
