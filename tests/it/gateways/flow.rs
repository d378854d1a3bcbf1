//! Payments through a tenant's own accounts, from the keys that staff enter to the credit in the wallet; each provider's
//! stand-in at the other end.

use super::{
    benches::{
        AuthorizeNetBench, Bench, Entered, IyzicoBench, PaypalBench, PaytrBench, PayuBench, StripeBench,
        TwoCheckoutBench,
    },
    stand_in::{Act, Mood},
};
use crate::{
    consoles::admin_of,
    support::{Answer, Authenticator, LUMEN, PASSWORD, TestApp, TestUser, VELVET},
};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Jsonb, Nullable, Text},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tallyroom::{
    app::ports::{Begun, RawWebhook, Step},
    domain::ids::GatewayAccountId,
    store::{
        gateway_inbox::{self, Message, State},
        ledger,
        top_ups::Form,
    },
};
use url::Url;

/// What is paid.
const MINOR: i64 = 1_250;
const HOUR: i64 = 3_600_000;
const ACCOUNTS: &str = "/api/v1/admin/gateway-accounts";

/// Every behaviour, as one test a provider; each in a currency that it counts in.
macro_rules! through_the_product {
    ($($provider:ident: $bench:ident at $host:ident),+ $(,)?) => {
        $(mod $provider {
            #[tokio::test]
            async fn what_is_paid_is_credited_once_however_often_it_is_told() {
                super::credited_once::<super::$bench>(super::$host).await;
            }

            #[tokio::test]
            async fn what_is_declined_or_never_paid_ends() {
                super::declined::<super::$bench>(super::$host).await;
            }

            #[tokio::test]
            async fn what_is_paid_late_is_credited_all_the_same() {
                super::late::<super::$bench>(super::$host).await;
            }

            #[tokio::test]
            async fn what_others_tell_changes_nothing() {
                super::forged::<super::$bench>(super::$host).await;
            }

            #[tokio::test]
            async fn silence_is_cleared_up() {
                super::silent::<super::$bench>(super::$host).await;
            }
        })+
    };
}

through_the_product!(
    stripe: StripeBench at LUMEN,
    paypal: PaypalBench at LUMEN,
    authorize_net: AuthorizeNetBench at VELVET,
    paytr: PaytrBench at LUMEN,
    iyzico: IyzicoBench at LUMEN,
    payu: PayuBench at LUMEN,
    two_checkout: TwoCheckoutBench at LUMEN,
);

/// The product with an account at the provider, and somebody who pays.
struct Till<B> {
    bench: B,
    app: TestApp,
    host: &'static str,
    account: GatewayAccountId,
    buyer: TestUser,
}

#[derive(QueryableByName)]
struct Newest {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Nullable<Text>)]
    reference: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    form: Option<Value>,
}

impl<B: Bench> Till<B> {
    async fn open(host: &'static str) -> Self {
        let bench = B::open().await;
        let entered = bench.entered().expect("keys");
        let app = TestApp::start_with(|config| {
            config.development.enabled = true;
            config.gateways.timeout_ms = 1_500;
            config.gateways.elsewhere.insert(entered.provider, entered.at.clone());
        })
        .await;
        let account = account(&app, host, &entered).await;
        let buyer = app.user(host, "Bea Buyer").await;
        Self {
            bench,
            app,
            host,
            account,
            buyer,
        }
    }

    /// Begins a payment as people do, on the wallet's page.
    async fn begin(&self) -> (String, Begun) {
        let way = self.account.to_string();
        let form = [("amount", "12.50"), ("way", way.as_str())];
        let answer = self.buyer.form("/wallet", &form).await.expect(303);
        let leads_to = answer.header("location").to_owned();
        let begun = led_to(&self.app, &self.buyer, &leads_to).await;
        if let Step::Embed { address, fields } = &begun.1.step {
            let (address, fields) = (address.clone(), fields.clone());
            self.shows(&leads_to, &Form { address, fields }).await;
        }
        begun
    }

    /// The page shows the provider's form in a frame, and nothing else of anybody's.
    async fn shows(&self, page: &str, form: &Form) {
        let page = self.buyer.get(page).await.expect(200);
        let address = Url::parse(&form.address).expect("an address");
        let origin = address.origin().ascii_serialization();
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains(&format!("frame-src 'self' https: {origin}")),
            "{policy}"
        );
        assert!(policy.contains(&format!("form-action 'self' {origin};")), "{policy}");
        for (name, value) in &form.fields {
            let field = format!("name=\"{name}\" value=\"{}\"", value.replace('=', "&#x3D;"));
            assert!(page.text.contains(&field), "{field}");
        }
    }

    /// The provider tells the account something.
    async fn tell(&self, account: GatewayAccountId, host: &str, raw: &RawWebhook) -> Answer {
        tell(&self.app, host, account, raw).await
    }

    /// All that the provider has told so far, each thrice, the last first.
    async fn tell_all(&self) {
        for raw in self
            .bench
            .webhooks()
            .iter()
            .rev()
            .cycle()
            .take(3 * self.bench.webhooks().len())
        {
            self.tell(self.account, self.host, raw).await.expect(200);
        }
        self.work().await;
    }

    /// Nobody is signed in that long: they come back.
    async fn a_day_later(&self) {
        for _ in 0..30 {
            self.app.clock.advance(HOUR);
            self.work().await;
        }
        self.buyer.log_in(&self.buyer.email, PASSWORD).await.expect(200);
    }

    async fn work(&self) {
        while self.app.jobs.run_due().await.expect("jobs") > 0 {}
    }

    async fn balance(&self) -> i64 {
        let scope = self.app.scope(self.host).await;
        let books = self.app.app.db.tenant(&scope, ledger::invariants).await;
        books.expect("right books");
        let wallet = self.buyer.get("/api/v1/wallet").await.expect(200).json();
        wallet["balance_minor"].as_i64().expect("a number")
    }

    async fn state(&self, id: &str) -> String {
        let path = format!("/api/v1/wallet/top-ups/{id}");
        let shown = self.buyer.get(&path).await.expect(200).json();
        shown["state"].as_str().expect("a state").to_owned()
    }

    async fn messages(&self) -> Vec<Message> {
        let scope = self.app.scope(self.host).await;
        let kept = self.app.app.db.tenant(&scope, gateway_inbox::all);
        kept.await.expect("messages")
    }
}

/// The payment that was begun last, and what the page that leads to it says comes next.
pub async fn led_to(app: &TestApp, buyer: &TestUser, leads_to: &str) -> (String, Begun) {
    let newest: Newest = sql_query(
        "SELECT id::text, gateway_reference AS reference, pay_fields AS form
         FROM top_ups ORDER BY created_at DESC, id DESC LIMIT 1",
    )
    .get_result(&mut app.database.superuser())
    .expect("a payment");
    // A form may lead nowhere else, so a page of ours leads on.
    assert_eq!(leads_to, format!("/wallet/top-ups/{}/pay", newest.id));
    let step = match newest.form {
        None => {
            let page = buyer.get(leads_to).await.expect(200);
            let to = page.header("refresh").strip_prefix("0; url=");
            Step::Redirect(to.expect("an address").to_owned())
        }
        Some(form) => {
            let form: Form = serde_json::from_value(form).expect("a form");
            Step::Embed {
                address: form.address,
                fields: form.fields,
            }
        }
    };
    let reference = newest.reference.expect("the provider's name for it");
    (newest.id, Begun { reference, step })
}

/// A provider tells an account something.
pub async fn tell(app: &TestApp, host: &str, account: GatewayAccountId, raw: &RawWebhook) -> Answer {
    let nobody = app.anonymous(host);
    let request = nobody.elsewhere(Method::POST, &format!("/webhooks/{account}"));
    let request = request.body(raw.body.clone());
    let headers = raw.headers.iter();
    Answer::of(headers.fold(request, |request, (name, value)| request.header(name, value))).await
}

/// An account that staff have entered, tried and switched on.
pub async fn account(app: &TestApp, host: &str, entered: &Entered) -> GatewayAccountId {
    let staff = admin_of(app, host).await;
    let factor = Authenticator::switched_on(app, &staff).await;
    factor.step_up(app, &staff).await;
    entered_by(&staff, entered).await
}

/// The same, by somebody who has shown a code lately.
pub async fn entered_by(staff: &TestUser, entered: &Entered) -> GatewayAccountId {
    let keys: BTreeMap<&str, &str> = entered.keys.iter().copied().collect();
    let body = json!({"provider": entered.provider, "mode": "test", "keys": keys});
    let added = staff.post(ACCOUNTS, body).await.expect(201).json();
    let account = format!("{ACCOUNTS}/{}", added["id"].as_str().expect("an id"));
    let on = json!({"enabled": true});
    let early = staff.post(&format!("{account}/switch"), on.clone()).await.expect(409);
    assert_eq!(early.code(), "connection_not_tested");
    let check = staff
        .post(&format!("{account}/check"), json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(check["trouble"], Value::Null);
    staff.post(&format!("{account}/switch"), on).await.expect(204);
    added["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

async fn credited_once<B: Bench>(host: &'static str) {
    let till = Till::<B>::open(host).await;
    let (id, begun) = till.begin().await;
    assert_eq!((till.state(&id).await.as_str(), till.balance().await), ("pending", 0));
    till.bench.act(&begun, Act::Pay).await;
    till.tell_all().await;
    assert_eq!(till.balance().await, MINOR, "before they are back");
    for _ in 0..2 {
        till.buyer.get(&format!("/wallet/top-ups/{id}")).await.expect(200);
        till.tell_all().await;
        assert_eq!(
            (till.state(&id).await.as_str(), till.balance().await),
            ("settled", MINOR)
        );
    }
    let told = till.messages().await;
    assert_eq!(told.len(), till.bench.webhooks().len(), "each is kept once");
    assert!(told.iter().all(|message| message.state == State::Done), "{told:?}");
    assert_eq!(till.bench.charges().len(), 1);
}

async fn declined<B: Bench>(host: &'static str) {
    let till = Till::<B>::open(host).await;
    let (id, begun) = till.begin().await;
    till.bench.act(&begun, Act::Fail).await;
    till.tell_all().await;
    let (other, never) = till.begin().await;
    assert_ne!(begun.reference, never.reference);
    till.bench.act(&never, Act::RunOut).await;
    till.a_day_later().await;
    if till.state(&id).await == "pending" {
        // Where another card can be tried the page stays open.
        till.bench.act(&begun, Act::RunOut).await;
        till.a_day_later().await;
    }
    let states = [till.state(&id).await, till.state(&other).await];
    assert_eq!(
        (states.each_ref().map(String::as_str), till.balance().await),
        (["declined"; 2], 0)
    );
}

/// Whoever pays on a page that we had given up has paid.
async fn late<B: Bench>(host: &'static str) {
    let till = Till::<B>::open(host).await;
    let (id, begun) = till.begin().await;
    let given_up = format!("UPDATE top_ups SET state = 'declined', reason = 'Given up.' WHERE id = '{id}'");
    sql_query(given_up)
        .execute(&mut till.app.database.superuser())
        .expect("given up");
    till.bench.act(&begun, Act::Pay).await;
    till.tell_all().await;
    assert_eq!(till.balance().await, MINOR);
}

async fn forged<B: Bench>(host: &'static str) {
    let till = Till::<B>::open(host).await;
    let (id, begun) = till.begin().await;
    till.bench.act(&begun, Act::Pay).await;
    let genuine = till.bench.webhooks().into_iter().next().expect("a message");
    let forged = till.bench.forgeries(&genuine);
    for raw in &forged {
        let answer = till.tell(till.account, host, raw).await;
        assert!(answer.status.is_client_error(), "{} {}", answer.status, answer.text);
    }
    // Nor does a message reach another tenant, or an account that isn't there.
    let elsewhere = if host == LUMEN { VELVET } else { LUMEN };
    till.tell(till.account, elsewhere, &genuine).await.expect(404);
    till.tell(GatewayAccountId::new(), host, &genuine).await.expect(404);
    till.work().await;
    assert_eq!(
        (till.state_unasked(&id), till.balance().await),
        ("pending".to_owned(), 0)
    );
    let kept = till.messages().await;
    assert!(
        !kept.is_empty() && kept.iter().all(|message| message.state == State::Refused),
        "{kept:?}"
    );
    assert!(
        kept.iter()
            .all(|message| forged.iter().any(|raw| raw.body == message.body))
    );
}

/// Neither a page that never came nor an answer that got lost leaves a payment without an outcome.
async fn silent<B: Bench>(host: &'static str) {
    let till = Till::<B>::open(host).await;
    let orders = till.bench.sent().len();
    for mood in [Mood::LostBefore, Mood::LostAfter] {
        assert!(till.bench.set(mood), "it has moods");
        let way = till.account.to_string();
        let form = [("amount", "12.50"), ("way", way.as_str())];
        let answer = till.buyer.form("/wallet", &form).await;
        if till.bench.sent().len() == orders {
            // Where a page is opened by a link of our own making nobody has to answer.
            assert!(till.bench.set(Mood::Well));
            continue;
        }
        assert!(answer.expect(409).text.contains("pay twice"));
    }
    let (id, begun) = till.begin().await;
    till.bench.act(&begun, Act::Pay).await;
    till.a_day_later().await;
    assert_eq!(
        (till.state(&id).await.as_str(), till.balance().await),
        ("settled", MINOR)
    );
    assert_eq!(till.without_outcome(), 0, "payments without an outcome");
}

impl<B: Bench> Till<B> {
    /// How a payment stands as far as we know.
    fn state_unasked(&self, id: &str) -> String {
        self.text(&format!("SELECT state AS text FROM top_ups WHERE id = '{id}'"))
    }

    fn without_outcome(&self) -> i64 {
        let open = "SELECT count(*)::text AS text FROM top_ups WHERE state IN ('created', 'pending', 'unknown')";
        self.text(open).parse().expect("a number")
    }

    fn text(&self, query: &str) -> String {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            text: String,
        }
        let row: Row = sql_query(query)
            .get_result(&mut self.app.database.superuser())
            .expect("a row");
        row.text
    }
}
