//! Every route of the consoles as everybody who works there: `consoles.txt` is the reviewed table.

use super::{
    cast::{Cast, answer},
    routes,
};
use crate::{
    consoles::{PLATFORM, PlatformUser, id, joined},
    support::{Authenticator, LUMEN, TestUser, VELVET},
};
use diesel::connection::SimpleConnection;
use reqwest::Method;
use std::collections::BTreeSet;
use tallyroom::domain::{permission::Permission, platform::PlatformRole};

const REFUSED: &str = "403";

/// One line of the table.
struct Row {
    method: &'static str,
    path: &'static str,
    /// At the tenant's console the permission and three verdicts, at the platform's two verdicts.
    columns: Vec<&'static str>,
    body: Option<&'static str>,
}

impl Row {
    /// The lines of a section.
    fn read(section: &str) -> Vec<Self> {
        let table = include_str!("consoles.txt");
        let from = table.split_once(section).expect("the section").1;
        let lines = from.split("\n[").next().unwrap_or_default().lines().map(str::trim);
        lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(Self::parse)
            .collect()
    }

    fn parse(line: &'static str) -> Self {
        let (columns, body) = match line.split_once(" | ") {
            Some((columns, body)) => (columns, Some(body.trim())),
            None => (line, None),
        };
        let mut words = columns.split_whitespace();
        Self {
            method: words.next().expect("a method"),
            path: words.next().expect("a path"),
            columns: words.collect(),
            body,
        }
    }

    /// As the product knows it.
    fn route(&self) -> String {
        let segments = self.path.split('/').map(|segment| match segment.starts_with('{') {
            true => "{id}",
            false => segment,
        });
        format!("{} {}", self.method, segments.collect::<Vec<_>>().join("/"))
    }
}

const TENANT: &str = "[tenant]";
const OWNERS: &str = "[platform]";

#[test]
fn every_route_of_the_consoles_has_its_row() {
    let is_console = |route: &String| route.contains(" /api/v1/admin/") || route.contains(" /api/platform/");
    let real: BTreeSet<String> = routes::all().into_iter().filter(is_console).collect();
    let rows = Row::read(TENANT).into_iter().chain(Row::read(OWNERS));
    let listed: BTreeSet<String> = rows.map(|row| row.route()).collect();
    let missing: Vec<_> = real.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&real).collect();
    assert!(missing.is_empty(), "routes without a row in consoles.txt: {missing:#?}");
    assert!(gone.is_empty(), "rows of consoles.txt without a route: {gone:#?}");
}

/// Both tenants' admins, staff with one permission each, and the platform's two.
struct Consoles {
    cast: Cast,
    owner: PlatformUser,
    support: PlatformUser,
    admin: TestUser,
    elsewhere: TestUser,
    staff: Vec<(Permission, TestUser)>,
}

impl Consoles {
    async fn open() -> Self {
        let mut cast = Cast::assemble().await;
        let app = &cast.pair.app;
        let owner = PlatformUser::signed_in(app, "owner@example.org", PlatformRole::Owner).await;
        let support = PlatformUser::signed_in(app, "support@example.org", PlatformRole::Support).await;
        let mut admins = Vec::new();
        for (host, email) in [(LUMEN, "ada@lumen.example"), (VELVET, "vic@velvet.example")] {
            let tenant = app.scope(host).await.tenant();
            let body = serde_json::json!({"email": email, "name": "Ada"});
            let invite = format!("/api/platform/tenants/{tenant}/admins");
            owner.browser.post(&invite, body).await.expect(200);
            admins.push(joined(app, host, email).await);
        }
        let mut staff = Vec::new();
        for permission in Permission::ALL {
            let user = app.bearer(LUMEN, &format!("Staff {}", permission.name())).await;
            let standing = format!(
                "INSERT INTO staff (tenant_id, user_id, role, permissions, created_at, accepted_at)
                 SELECT tenant_id, id, 'staff', ARRAY['{}'], now(), now() FROM users WHERE email = '{}'",
                permission.name(),
                user.email
            );
            app.database.superuser().batch_execute(&standing).expect("a standing");
            staff.push((permission, user));
        }
        let elsewhere = admins.pop().expect("an admin");
        let admin = admins.pop().expect("an admin");
        // Whoever may move money needs a second factor; the code that switched it on is one of late.
        let money = staff.iter().filter(|(permission, _)| *permission == Permission::Money);
        for user in money.map(|(_, user)| user).chain([&admin, &elsewhere]) {
            Authenticator::switched_on(app, user).await;
        }
        let keys = serde_json::json!({"secret_key": "sk_test_matrix", "webhook_secret": "whsec_matrix"});
        let account = serde_json::json!({"provider": "stripe", "mode": "test", "keys": keys});
        let added = admin.post("/api/v1/admin/gateway-accounts", account).await.expect(201);
        cast.know("account", id(&added));
        Self {
            cast,
            owner,
            support,
            admin,
            elsewhere,
            staff,
        }
    }

    async fn ask(&self, user: &TestUser, row: &Row) -> String {
        let method: Method = row.method.parse().expect("a method");
        let path = self.cast.filled(row.path, '{', '}');
        let body = row.body.map(|body| self.cast.filled(body, '<', '>'));
        let answer = answer(user.request(method, &path), body, &row.route()).await;
        answer.status.as_u16().to_string()
    }
}

#[tokio::test]
async fn staff_may_what_they_were_given_and_nothing_else() {
    let consoles = Consoles::open().await;
    let mut wrong = Vec::new();
    for row in Row::read(TENANT) {
        let [needed, holder, admin, elsewhere] = row.columns[..] else {
            panic!("{}: a permission and three verdicts", row.route());
        };
        let mut check = |who: &str, seen: String, wanted: &str| {
            if seen != wanted {
                wrong.push(format!("{} answers {who} {seen}, the table says {wanted}", row.route()));
            }
        };
        for (permission, user) in &consoles.staff {
            if needed != "any" && needed != permission.name() {
                check(permission.name(), consoles.ask(user, &row).await, REFUSED);
            }
        }
        if elsewhere != "-" {
            check("elsewhere", consoles.ask(&consoles.elsewhere, &row).await, elsewhere);
        }
        for (permission, user) in &consoles.staff {
            if needed == permission.name() || (needed == "any" && *permission == Permission::Dashboard) {
                check("the holder", consoles.ask(user, &row).await, holder);
            }
        }
        check("the admin", consoles.ask(&consoles.admin, &row).await, admin);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn the_platforms_staff_may_what_their_role_says() {
    let consoles = Consoles::open().await;
    // A tenant's admin is nobody at the platform's host.
    let stranger = TestUser::with_token(
        PLATFORM,
        consoles.cast.pair.app.address,
        consoles.cast.pair.buyer.token(),
    );
    let mut wrong = Vec::new();
    for row in Row::read(OWNERS) {
        let [support, owner] = row.columns[..] else {
            panic!("{}: two verdicts", row.route());
        };
        for (who, user, wanted) in [
            ("a tenant's person", &stranger, "401"),
            ("support", &consoles.support.browser, support),
            ("the owner", &consoles.owner.browser, owner),
        ] {
            let seen = consoles.ask(user, &row).await;
            if seen != wanted {
                wrong.push(format!("{} answers {who} {seen}, the table says {wanted}", row.route()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
