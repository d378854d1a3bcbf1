//! Domains of tenants' own: proved by a record in the DNS, which a real name server on this machine says, and served for
//! as long as it stands there.

mod proofs;

use super::{Founded, actions, admin_at, founded};
use crate::support::{LUMEN, Mood, TestApp, TestDns, TestUser};
use reqwest::Method;
use serde_json::{Value, json};

const DOMAIN: &str = "www.harbour-lessons.com";
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

async fn started() -> (TestApp, TestDns) {
    // Far longer than any answer takes, however busy the machine is.
    started_with(5_000).await
}

async fn started_with(timeout_ms: u64) -> (TestApp, TestDns) {
    let dns = TestDns::start().await;
    let resolver = dns.address.to_string();
    let app = TestApp::start_with(|config| {
        config.dns.resolver = resolver;
        config.dns.timeout_ms = timeout_ms;
    });
    (app.await, dns)
}

async fn claimed(admin: &TestUser, domain: &str) -> Value {
    let answer = admin.post("/api/v1/admin/domains", json!({"domain": domain})).await;
    item(&answer.expect(200).json(), domain)
}

fn item(list: &Value, domain: &str) -> Value {
    let items = list["items"].as_array().expect("items");
    let found = items.iter().find(|item| item["domain"] == domain);
    found.unwrap_or_else(|| panic!("{domain} in {list}")).clone()
}

async fn shown(admin: &TestUser, domain: &str) -> Value {
    item(&admin.get("/api/v1/admin/domains").await.expect(200).json(), domain)
}

/// Looks now, a moment after the last time.
async fn checked(app: &TestApp, admin: &TestUser, domain: &str) -> Value {
    app.clock.advance(5_000);
    let path = format!("/api/v1/admin/domains/{domain}/check");
    item(&admin.post(&path, json!({})).await.expect(200).json(), domain)
}

/// Makes the record that a claim asks for.
fn record(dns: &TestDns, claim: &Value) {
    let text = |key: &str| claim["record"][key].as_str().expect("a text").to_owned();
    dns.put(&text("name"), &["v=spf1 -all", &text("value")]);
}

async fn proven(app: &TestApp, dns: &TestDns, founded: &Founded) -> Value {
    let claim = claimed(&founded.admin, DOMAIN).await;
    record(dns, &claim);
    let proven = checked(app, &founded.admin, DOMAIN).await;
    assert_eq!(proven["state"], "proven");
    claim
}

async fn choose(admin: &TestUser, domain: Option<&str>) -> Value {
    let answer = admin.put("/api/v1/admin/address", json!({"domain": domain})).await;
    answer.expect(200).json()
}

/// What is due now and what follows from it at once.
async fn run_jobs(app: &TestApp) {
    while app.jobs.run_due().await.expect("the database") > 0 {}
}

async fn may_have_certificate(app: &TestApp, domain: &str) -> bool {
    let proxy = app.anonymous("127.0.0.1");
    let answer = proxy.get(&format!("/internal/tls/ask?domain={domain}")).await;
    assert!(matches!(answer.status.as_u16(), 200 | 404), "{answer:?}");
    answer.status == 200
}

#[tokio::test]
async fn a_domain_is_served_once_its_record_is_there() {
    let (app, dns) = started().await;
    let founded = founded(&app).await;
    let (admin, visitor) = (&founded.admin, app.anonymous(DOMAIN));
    let claim = claimed_as(admin, "WWW.Harbour-Lessons.com.", DOMAIN).await;
    assert_eq!((&claim["state"], &claim["found"]), (&json!("waiting"), &Value::Null));
    assert_eq!(claim["record"]["name"], format!("_tallyroom.{DOMAIN}"));
    visitor.get("/").await.expect(404);
    assert!(!may_have_certificate(&app, DOMAIN).await);
    assert!(may_have_certificate(&app, &founded.host).await);
    assert!(may_have_certificate(&app, "localhost").await);
    assert!(!may_have_certificate(&app, "nobody.localhost").await);
    assert!(!may_have_certificate(&app, "").await);

    assert_eq!(checked(&app, admin, DOMAIN).await["found"], "nothing");
    dns.put(&format!("_tallyroom.{DOMAIN}"), &["tallyroom-of-somebody-else"]);
    assert_eq!(checked(&app, admin, DOMAIN).await["found"], "other");
    record(&dns, &claim);
    app.clock.advance(5_000);
    // That nobody lives there is remembered, and forgotten with the proof.
    visitor.get("/").await.expect(404);
    let path = format!("/api/v1/admin/domains/{DOMAIN}/check");
    let proven = item(&admin.post(&path, json!({})).await.expect(200).json(), DOMAIN);
    assert_eq!(
        (&proven["state"], &proven["found"]),
        (&json!("proven"), &json!("record"))
    );

    let page = visitor.get("/").await.expect(200).text;
    assert!(page.contains("Harbour Lessons"));
    assert!(may_have_certificate(&app, "WWW.Harbour-Lessons.com").await);
    // People, their cookies and their mails are at home there as they are on the subdomain.
    let user = app.user(DOMAIN, "Uma").await;
    user.get("/wallet").await.expect(200);
    let letter = &app.letters("uma@example.org")[0];
    let link = letter["link"].as_str().expect("a link");
    assert!(link.starts_with(&format!("http://{}/verify?", user.host())), "{link}");
    let foreign = user.request(Method::GET, "/ws").header("upgrade", "websocket");
    let from = [("sec-fetch-site", "cross-site")]
        .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")));
    let foreign = foreign.headers(from.into_iter().collect()).send().await;
    assert_eq!(foreign.expect("an answer").status(), 403);
    let own_id = user.get("/api/v1/me").await.expect(200).json()["id"].clone();
    let on_subdomain = app.anonymous(&founded.host);
    on_subdomain
        .log_in("uma@example.org", crate::support::PASSWORD)
        .await
        .expect(200);
    assert_eq!(on_subdomain.get("/api/v1/me").await.expect(200).json()["id"], own_id);

    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(actions(&log)[..2], ["domain.proven", "domain.claimed"]);
    let path = format!("/api/platform/tenants/{}", founded.id);
    let details = founded.owner.browser.get(&path).await.expect(200).json();
    assert_eq!(details["hosts"][0]["host"], founded.host);
    assert_eq!(details["hosts"][1]["host"], DOMAIN);
    assert_eq!(details["hosts"][1]["kind"], "domain");

    admin
        .delete(&format!("/api/v1/admin/domains/{DOMAIN}"))
        .await
        .expect(200);
    visitor.get("/").await.expect(404);
    assert!(!may_have_certificate(&app, DOMAIN).await);
}

#[tokio::test]
async fn a_resolver_that_says_nothing_is_no_answer() {
    let (app, dns) = started_with(200).await;
    let founded = founded(&app).await;
    claimed(&founded.admin, DOMAIN).await;
    dns.mood(Mood::Silent);
    assert_eq!(checked(&app, &founded.admin, DOMAIN).await["found"], "no_answer");
}

#[tokio::test]
async fn made_up_hosts_are_asked_about_so_often_and_known_ones_always() {
    let (app, _dns) = started().await;
    let proxy = app.anonymous("127.0.0.1");
    let ask = async |domain: &str| proxy.get(&format!("/internal/tls/ask?domain={domain}")).await;
    ask(LUMEN).await.expect(200);
    // All but the one that was just used.
    for number in 1..200 {
        ask(&format!("made-up-{number}.com")).await.expect(404);
    }
    ask("made-up.com").await.expect(429);
    ask(LUMEN).await.expect(200);
    app.clock.advance(20);
    ask("made-up.com").await.expect(404);
}

#[tokio::test]
async fn links_and_visitors_go_to_the_chosen_address() {
    let (app, dns) = started().await;
    let founded = founded(&app).await;
    let admin = &founded.admin;
    claimed(admin, DOMAIN).await;
    let refused = admin.put("/api/v1/admin/address", json!({"domain": DOMAIN})).await;
    assert_eq!(refused.expect(409).json()["error"]["code"], "domain_not_proven");
    admin
        .delete(&format!("/api/v1/admin/domains/{DOMAIN}"))
        .await
        .expect(200);
    proven(&app, &dns, &founded).await;
    let visit = |host: &str, path: &str| {
        let visitor = app.anonymous(host);
        let request = visitor.request(Method::GET, path).header("accept", "text/html,*/*");
        async move { request.send().await.expect("an answer") }
    };
    assert_eq!(visit(&founded.host, "/register").await.status(), 200);
    assert_eq!(choose(admin, Some(DOMAIN)).await["address"], DOMAIN);

    let led = visit(&founded.host, "/invite?token=a%2Fb").await;
    let to = led.headers()["location"].to_str().expect("a text").to_owned();
    assert_eq!(to, format!("http://{DOMAIN}:{}/invite?token=a%2Fb", app.address.port()));
    assert_eq!(visit(DOMAIN, "/register").await.status(), 200);
    // Who is signed in stays, and so do programs and the console.
    let signed_in = admin.request(Method::GET, "/wallet").header("accept", "text/html");
    assert_eq!(signed_in.send().await.expect("an answer").status(), 200);
    app.anonymous(&founded.host).get("/api/v1/sellers").await.expect(200);
    // Without "text/html" it is a program, wherever it asks.
    app.anonymous(&founded.host).get("/register").await.expect(200);
    let console = visit(&founded.host, "/admin").await;
    assert_eq!(console.headers()["location"], "/login?next=%2Fadmin");
    assert_eq!(visit(&founded.host, "/login?next=%2Fadmin").await.status(), 200);
    let path = format!("/api/platform/tenants/{}/admins", founded.id);
    let body = json!({"email": "bo@harbour.example", "name": "Bo"});
    founded.owner.browser.post(&path, body).await.expect(200);
    let letters = app.letters("bo@harbour.example");
    let link = letters[0]["link"].as_str().expect("a link");
    assert!(link.starts_with(&format!("http://{DOMAIN}:")), "{link}");

    assert_eq!(choose(admin, None).await["address"], founded.host);
    assert_eq!(visit(&founded.host, "/register").await.status(), 200);
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(
        actions(&log)
            .iter()
            .filter(|action| **action == "address.changed")
            .count(),
        2
    );
}

#[tokio::test]
async fn what_cant_be_claimed_is_refused_with_the_reason() {
    let (app, _) = started().await;
    let founded = founded(&app).await;
    let admin = &founded.admin;
    let long = format!("{}.com", "abcdefghi.".repeat(25));
    for (typed, told) in [
        ("", "Enter a domain"),
        ("https://harbour-lessons.com", "without https://"),
        ("harbour-lessons.com:8080", "without https://"),
        (&long, "242 characters"),
        ("harbour", "ending"),
        ("192.0.2.7", "network address"),
        ("[2001:db8::1]", "network address"),
        ("localhost", "reserved"),
        ("harbour.localhost", "platform's own domain"),
        ("shop.local", "reserved"),
        ("shop.internal", "reserved"),
        ("shop.onion", "reserved"),
        ("shop.test", "reserved"),
        ("shop.example", "reserved"),
        ("www.example.com", "reserved"),
        ("раypal.com", "look like others"),
        ("xn--80ak6aa92e.com", "look like others"),
    ] {
        let refused = admin.post("/api/v1/admin/domains", json!({"domain": typed})).await;
        let error = refused.expect(422).json()["error"].clone();
        assert_eq!(error["field"], "domain", "{typed}");
        let message = error["message"].as_str().expect("a message");
        assert!(
            message.contains(told) || (typed == "localhost" && message.contains("platform's own")),
            "{typed}: {message}"
        );
    }
    let umlaut = claimed_as(admin, "Hafen-Übung.de", "xn--hafen-bung-feb.de").await;
    assert_eq!(umlaut["shown"], "hafen-übung.de");
    let code = |answer: crate::support::Answer| answer.json()["error"]["code"].clone();
    let again = admin
        .post("/api/v1/admin/domains", json!({"domain": "hafen-übung.de"}))
        .await;
    assert_eq!(code(again.expect(409)), "domain_claimed");
    for number in 1..5 {
        claimed(admin, &format!("harbour-{number}.com")).await;
    }
    let sixth = admin
        .post("/api/v1/admin/domains", json!({"domain": "harbour-6.com"}))
        .await;
    assert_eq!(code(sixth.expect(409)), "domains_full");
    checked(&app, admin, "harbour-1.com").await;
    let path = "/api/v1/admin/domains/harbour-1.com/check";
    let soon = admin.post(path, json!({})).await.expect(429);
    assert_eq!(soon.header("retry-after"), "5");
    admin
        .post("/api/v1/admin/domains/harbour-9.com/check", json!({}))
        .await
        .expect(404);
    admin.delete("/api/v1/admin/domains/harbour-9.com").await.expect(404);
}

async fn claimed_as(admin: &TestUser, typed: &str, domain: &str) -> Value {
    let answer = admin.post("/api/v1/admin/domains", json!({"domain": typed})).await;
    item(&answer.expect(200).json(), domain)
}

#[tokio::test]
async fn a_claim_is_in_nobodys_way_and_a_proof_is_one_tenants() {
    let (app, dns) = started().await;
    let founded = founded(&app).await;
    let (first, second) = (&founded.admin, admin_at(&app, &founded.owner, LUMEN).await);
    let (one, other) = (claimed(first, DOMAIN).await, claimed(&second, DOMAIN).await);
    assert_ne!(one["record"]["value"], other["record"]["value"]);
    // Whose record stands there has it, whoever claimed it first.
    record(&dns, &other);
    assert_eq!(checked(&app, first, DOMAIN).await["found"], "other");
    assert_eq!(checked(&app, &second, DOMAIN).await["state"], "proven");
    record(&dns, &one);
    let late = checked(&app, first, DOMAIN).await;
    assert_eq!((&late["state"], &late["found"]), (&json!("waiting"), &json!("taken")));
    first
        .delete(&format!("/api/v1/admin/domains/{DOMAIN}"))
        .await
        .expect(200);
    let refused = first
        .post("/api/v1/admin/domains", json!({"domain": DOMAIN}))
        .await
        .expect(409);
    assert_eq!(refused.json()["error"]["code"], "domain_taken");
    let message = refused.json()["error"]["message"]
        .as_str()
        .expect("a message")
        .to_owned();
    assert!(
        message.starts_with("Another business on this platform has proved"),
        "{message}"
    );

    second
        .delete(&format!("/api/v1/admin/domains/{DOMAIN}"))
        .await
        .expect(200);
    record(&dns, &claimed(first, DOMAIN).await);
    assert_eq!(checked(&app, first, DOMAIN).await["state"], "proven");
    assert!(
        app.anonymous(DOMAIN)
            .get("/")
            .await
            .expect(200)
            .text
            .contains("Harbour Lessons")
    );
}
