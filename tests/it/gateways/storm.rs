//! Thousands of payments in bad weather: what the provider tells comes thrice, late and in any order, and the server is
//! killed again and again. At the other end is a stand-in that knows what was really paid.

use super::{
    benches::Entered,
    flow::account,
    stand_in::{
        Act, Books, Server,
        stripe::{Stripe, WEBHOOK_SECRET, signature},
    },
};
use crate::support::{LUMEN, TestApp, TestUser};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Text},
};
use futures::future::join_all;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde_json::{Value, json};
use std::{
    net::{SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};
use tallyroom::{
    domain::{gateway::Provider, ids::GatewayAccountId},
    store::ledger,
};
use tokio::sync::Mutex;

const PAYMENTS: usize = 2_000;
const KILLS: usize = 20;
const PEOPLE: usize = 40;
/// What each payment is of.
const MINOR: i64 = 500;
/// A message that is told is told so often.
const REPEATS: usize = 3;
/// Later than this nobody tells it for the first time.
const LATEST: Duration = Duration::from_secs(4);
const PAUSE: Duration = Duration::from_millis(50);
/// Two days ahead every page has run out.
const AHEAD_S: i64 = 2 * 86_400;

/// The product as a process of its own, with the test's database.
struct Process {
    child: Child,
    settings: Vec<(String, String)>,
    address: SocketAddr,
}

impl Process {
    fn start(app: &TestApp, stand_in: &str) -> Self {
        // Who listened there before has gone by then.
        let address = TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr();
        let address = address.expect("an address");
        let database = app.database.config();
        let config = &app.app.config;
        let plenty = "1000000".to_owned();
        let settings = [
            ("DATABASE__OWNER_URL", database.owner_url.expose().to_owned()),
            ("DATABASE__APP_URL", database.app_url.expose().to_owned()),
            ("DATABASE__SYSTEM_URL", database.system_url.expose().to_owned()),
            ("SECRETS__JWT", config.secrets.jwt.expose().to_owned()),
            ("SECRETS__MEDIA_TOKEN", config.secrets.media_token.expose().to_owned()),
            ("HTTP__LISTEN", address.to_string()),
            ("HTTP__PUBLIC_URL", format!("http://localhost:{}", address.port())),
            ("LIMITS__SIGN_INS_PER_MINUTE", plenty.clone()),
            ("LIMITS__REQUESTS_PER_SECOND", plenty.clone()),
            ("LIMITS__TENANT_REQUESTS_PER_SECOND", plenty),
            ("GATEWAYS__ELSEWHERE__STRIPE", stand_in.to_owned()),
            ("DEVELOPMENT__ENABLED", "true".to_owned()),
            ("MEDIA__NODES", "1".to_owned()),
            // Nobody talks here.
            ("MEDIA__NODE_BINARY", "true".to_owned()),
            ("THEMES__DIRECTORY", config.themes.directory.display().to_string()),
            ("FILES__DIRECTORY", config.files.directory.display().to_string()),
        ];
        let settings = settings
            .map(|(name, value)| (format!("TALLYROOM__{name}"), value))
            .to_vec();
        let child = spawn(&settings, 0);
        Self {
            child,
            settings,
            address,
        }
    }

    /// As a power cut does, and on again.
    fn kill(&mut self, ahead_s: i64) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
        self.child = spawn(&self.settings, ahead_s);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn spawn(settings: &[(String, String)], ahead_s: i64) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tallyroom"));
    command
        .arg("serve")
        .envs(settings.iter().cloned())
        .env("TALLYROOM__DEVELOPMENT__AHEAD_S", ahead_s.to_string())
        .env("TALLYROOM_LOG_FILTER", "off")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command.spawn().expect("a server")
}

/// The weather: what is told, to whom.
struct Storm {
    app: TestApp,
    provider: Server<Stripe>,
    process: Mutex<Process>,
    address: SocketAddr,
    account: GatewayAccountId,
    paid: AtomicUsize,
    told: AtomicUsize,
    over: AtomicBool,
}

impl Storm {
    /// Somebody pays, time and again, until all have paid so often.
    async fn pay(&self, person: TestUser) {
        while self.paid.fetch_add(1, SeqCst) < PAYMENTS {
            match self.page(&person).await {
                Some(session) => self.provider.books(|books| books.act(&session, Act::Pay)),
                // Nobody was there, or nothing came back: they try again.
                None => {
                    self.paid.fetch_sub(1, SeqCst);
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Begins a payment; gives the name of its page.
    async fn page(&self, person: &TestUser) -> Option<String> {
        let body = json!({"amount_minor": MINOR, "way": self.account.to_string()});
        let request = person.request(reqwest::Method::POST, "/api/v1/wallet/top-ups");
        let answer = request.json(&body).send().await.ok()?;
        let shown: Value = answer.error_for_status().ok()?.json().await.ok()?;
        shown["redirect_url"].as_str()?.rsplit('/').next().map(str::to_owned)
    }

    /// The provider tells all that happened, each so often, until it is heard.
    async fn tell(self: Arc<Self>, seed: u64) {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut known = 0;
        let mut telling = Vec::new();
        loop {
            let over = self.over.load(SeqCst);
            let events = self.provider.books(|books| books.events.clone());
            let mut fresh: Vec<Value> = (0..REPEATS).flat_map(|_| events[known..].iter().cloned()).collect();
            known = events.len();
            fresh.shuffle(&mut rng);
            for event in fresh {
                let late = rng.random_range(Duration::ZERO..LATEST);
                telling.push(tokio::spawn(Arc::clone(&self).tell_one(event, late)));
            }
            if over {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        join_all(telling).await;
    }

    async fn tell_one(self: Arc<Self>, event: Value, late: Duration) {
        tokio::time::sleep(late).await;
        let provider = TestUser::anonymous(LUMEN, self.address);
        let mut pause = PAUSE;
        loop {
            let body = event.to_string();
            let request = provider.elsewhere(reqwest::Method::POST, &format!("/webhooks/{}", self.account));
            let request = request
                .header("stripe-signature", signature(&body, WEBHOOK_SECRET, now_s()))
                .body(body);
            match request.send().await {
                Ok(answer) if answer.status().is_success() => break,
                Ok(answer) if answer.status().is_client_error() => panic!("refused: {}", answer.status()),
                // It is away, or has trouble: later again, and more rarely.
                _ => tokio::time::sleep(pause).await,
            }
            pause = (pause * 2).min(LATEST);
        }
        self.told.fetch_add(1, SeqCst);
    }

    /// Kills the server at times that nobody knows, as long as people pay.
    async fn kill(&self, seed: u64) {
        let mut rng = StdRng::seed_from_u64(seed);
        for nth in 0..KILLS {
            let due = PAYMENTS * nth / KILLS + rng.random_range(0..PAYMENTS / KILLS);
            while self.paid.load(SeqCst) < due {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            self.process.lock().await.kill(0);
            self.answers().await;
        }
    }

    async fn answers(&self) {
        let person = TestUser::anonymous(LUMEN, self.address);
        for _ in 0..1_200 {
            let asked = person.request(reqwest::Method::GET, "/readyz").send().await;
            if asked.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("the server doesn't get ready");
    }

    fn count(&self, query: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let mut conn: PgConnection = self.app.database.superuser();
        let Count { count } = sql_query(query).get_result(&mut conn).expect("a number");
        count
    }
}

/// The server is a process of its own, and tells the time by itself.
#[expect(
    clippy::disallowed_methods,
    reason = "the process that is tested looks at the same clock"
)]
fn now_s() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_payment_has_one_effect_whatever_the_weather() {
    let provider = Server::start(Stripe::new(now_s()));
    let at = provider.origin.clone();
    let app = TestApp::start_with(|config| {
        config.development.enabled = true;
        config.gateways.elsewhere.insert(Provider::Stripe, at.clone());
    })
    .await;
    let entered = Entered {
        provider: Provider::Stripe,
        keys: Stripe::KEYS.to_vec(),
        at: at.clone(),
    };
    let account = account(&app, LUMEN, &entered).await;
    let mut emails = Vec::new();
    for nth in 0..PEOPLE {
        emails.push(app.user(LUMEN, &format!("Payer {nth}")).await.email);
    }
    // What was enqueued so far is of another clock.
    while app.jobs.run_due().await.expect("jobs") > 0 {}
    let process = Process::start(&app, at.as_str());
    let storm = Arc::new(Storm {
        address: process.address,
        process: Mutex::new(process),
        app,
        provider,
        account,
        paid: AtomicUsize::new(0),
        told: AtomicUsize::new(0),
        over: AtomicBool::new(false),
    });
    storm.answers().await;
    let mut people = Vec::new();
    for email in &emails {
        let person = TestUser::anonymous(LUMEN, storm.address);
        person.log_in(email, crate::support::PASSWORD).await.expect(200);
        people.push(person);
    }
    let telling = tokio::spawn(Arc::clone(&storm).tell(1));
    let paying = join_all(people.into_iter().map(|person| storm.pay(person)));
    tokio::join!(paying, storm.kill(2));
    storm.over.store(true, SeqCst);
    telling.await.expect("all is told");
    let events = storm.provider.books(|books| books.events.len());
    assert_eq!(storm.told.load(SeqCst), events * REPEATS);

    // What nobody paid runs out, and two days later everything has its outcome.
    storm.provider.books(Stripe::run_out);
    storm.process.lock().await.kill(AHEAD_S);
    let open = "SELECT count(*) FROM top_ups WHERE state IN ('created', 'pending', 'unknown')";
    let waiting = "SELECT count(*) FROM gateway_inbox WHERE state = 'received'";
    for _ in 0..1_200 {
        if storm.count(open) + storm.count(waiting) == 0 {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    assert_eq!((storm.count(open), storm.count(waiting)), (0, 0), "all have an outcome");

    let charges = storm.provider.books(|books| books.charges());
    let paid = i64::try_from(charges.len()).expect("a number");
    assert!(
        paid >= i64::try_from(PAYMENTS * 9 / 10).expect("a number"),
        "{paid} were paid"
    );
    let settled = "SELECT count(*) FROM top_ups WHERE state = 'settled'";
    assert_eq!(storm.count(settled), paid, "of each the person has their credit");
    let mut conn = storm.app.database.superuser();
    for charge in &charges {
        #[derive(QueryableByName)]
        struct Moved {
            #[diesel(sql_type = BigInt)]
            minor: i64,
        }
        let moved: Vec<Moved> = sql_query("SELECT amount_minor AS minor FROM ledger_transfers WHERE id = $1::uuid")
            .bind::<Text, _>(&charge.intent)
            .load(&mut conn)
            .expect("transfers");
        let moved: Vec<i64> = moved.into_iter().map(|moved| moved.minor).collect();
        assert_eq!(moved, [MINOR], "{}", charge.intent);
    }
    let wallets = "SELECT coalesce(sum(balance_minor), 0)::bigint AS count FROM ledger_accounts WHERE kind = 'wallet'";
    assert_eq!(storm.count(wallets), paid * MINOR);
    let negative = "SELECT count(*) FROM ledger_accounts WHERE kind = 'wallet' AND balance_minor < 0";
    assert_eq!(storm.count(negative), 0);
    let scope = storm.app.scope(LUMEN).await;
    let books = storm.app.app.db.tenant(&scope, ledger::invariants).await;
    books.expect("the sum of all is zero");
    println!(
        "{paid} payments, {events} messages told {} times, {KILLS} kills",
        storm.told.load(SeqCst)
    );
}
