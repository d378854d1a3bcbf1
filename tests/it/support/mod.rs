//! The product in this process, as each test wants it.

mod authenticator;
mod caller;
mod composer;
mod database;
mod dns;
mod golden;
mod node;
mod orders;
mod push_service;
mod shown_mail;
mod user;
mod web_server;

pub use authenticator::{Authenticator, recovery_codes};
pub use caller::Caller;
pub use database::{TestDatabase, until_waiting};
pub use dns::{Mood, TestDns};
pub use golden::{Golden, golden_folders, steady};
pub use node::{Recorded, ScriptedNode};
pub use orders::bought;
pub use push_service::{PushService, Sent, Service, subscription};
pub use shown_mail::shown_mail;
pub use user::{Answer, PASSWORD, TestUser};
pub use web_server::{Page, WebServer};

use actix_web::{dev::ServerHandle, web::Data};
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Jsonb, sql_types::Text};
use serde_json::{Value, json};
use std::{
    net::{SocketAddr, TcpListener},
    num::NonZeroU32,
    path::Path,
    sync::{Arc, Once},
};
use tallyroom::{
    app::App,
    config::{Config, Secret},
    domain::{
        gateway::Mode,
        ids::TenantId,
        money::Currency,
        policy::PolicyChange,
        quota::QuotaChange,
        tenant::{Tenant, TenantState},
        time::Moment,
    },
    gateways::{
        clock::ManualClock,
        mail::{Mailbox, ReceivedMail},
    },
    jobs::Runner,
    serve::{self, Product},
    signaling::Registry,
    store::{TenantScope, tenants},
    web,
};

/// Two tenants that every test has.
pub const LUMEN: &str = "lumen.localhost";
pub const VELVET: &str = "velvet.localhost";

/// Noon of a winter's day.
const START: Moment = Moment(1_800_014_400_000);

/// The product, serving on a port of its own.
pub struct TestApp {
    pub app: App,
    pub clock: Arc<ManualClock>,
    pub address: SocketAddr,
    pub database: Arc<TestDatabase>,
    pub jobs: Runner,
    pub registry: Arc<Registry>,
    mailbox: Option<Arc<Mailbox>>,
    server: ServerHandle,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With settings of the test's own.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let started = Self::start_bare(change).await;
        for (slug, currency, language) in [("lumen", "EUR", "en"), ("velvet", "USD", "en")] {
            add_tenant(&started.app, slug, currency, language).await;
        }
        started
    }

    /// Without any tenant.
    pub async fn start_bare(change: impl FnOnce(&mut Config)) -> Self {
        prepare_process();
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let database = Arc::new(TestDatabase::new());
        let mut config = settings(&database, address);
        change(&mut config);
        Self::serve(database, config, listener, START).await
    }

    /// Another one on the same data, as after a restart: what this one had in memory it hasn't. This one's clock is to stand
    /// still from now on.
    pub async fn restarted(&self) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let database = self.database.clone();
        let config = settings(&database, address);
        Self::serve(database, config, listener, self.app.now()).await
    }

    async fn serve(database: Arc<TestDatabase>, config: Config, listener: TcpListener, now: Moment) -> Self {
        let address = listener.local_addr().expect("an address");
        let clock = Arc::new(ManualClock::new(now));
        let product = serve::assemble(config, clock.clone()).await;
        let Product { web, .. } = product.expect("the product: ./dev builds the themes' assets");
        let (app, registry) = (web.app.clone(), web.live.registry.clone());
        let mailbox = web.live.mailbox.clone();
        let with_films = App {
            composer: Arc::new(composer::TestComposer),
            ..app.clone()
        };
        let jobs = Runner::new(with_films, web.live.mailer.clone(), Data::clone(&web).into_inner());
        let server = web::server(web, listener).expect("a server");
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            app,
            clock,
            address,
            database,
            jobs,
            registry,
            mailbox,
            server: handle,
        }
    }

    /// Another process on the same database, as after a restart; gives where it answers.
    pub async fn another(&self) -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let config = (*self.app.config).clone();
        let product = serve::assemble(config, self.clock.clone()).await.expect("the product");
        tokio::spawn(web::server(product.web, listener).expect("a server"));
        address
    }

    /// A browser nobody has signed in with.
    pub fn anonymous(&self, host: &str) -> TestUser {
        TestUser::anonymous(host, self.address)
    }

    /// A browser of somebody who has registered, confirmed their address and signed in.
    pub async fn user(&self, host: &str, name: &str) -> TestUser {
        let mut user = self.anonymous(host);
        user.email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
        self.register(&user, &user.email, name).await;
        self.confirm(&user, &user.email).await;
        user.log_in(&user.email, PASSWORD).await.expect(200);
        user
    }

    /// The same person as a program.
    pub async fn bearer(&self, host: &str, name: &str) -> TestUser {
        let user = self.user(host, name).await;
        let session = user.log_in(&user.email, PASSWORD).await.expect(200).json();
        let token = session["access_token"].as_str().expect("a token");
        let mut program = TestUser::with_token(host, self.address, token);
        program.email = user.email;
        program
    }

    pub async fn register(&self, user: &TestUser, email: &str, name: &str) {
        user.post("/api/v1/register", registration(email, name))
            .await
            .expect(202);
    }

    pub async fn confirm(&self, user: &TestUser, email: &str) {
        let token = self.mailed_token(email, "verify");
        user.post("/api/v1/verify", json!({ "token": token })).await.expect(204);
    }

    /// All letters in the outbox to an address, at whichever tenant, oldest first.
    pub fn letters(&self, email: &str) -> Vec<Value> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Jsonb)]
            payload: Value,
        }
        let query = "SELECT payload FROM jobs j JOIN users u \
            ON u.tenant_id = j.tenant_id AND u.id = (j.payload->>'to')::uuid \
            WHERE j.kind = 'mail' AND u.email = $1 ORDER BY j.id";
        let rows = sql_query(query)
            .bind::<Text, _>(email)
            .load::<Row>(&mut self.database.superuser());
        rows.expect("the outbox").into_iter().map(|row| row.payload).collect()
    }

    /// All mails that were sent to an address, newest first.
    pub fn mails_to(&self, email: &str) -> Vec<ReceivedMail> {
        let mailbox = self.mailbox.as_ref().expect("mails land in the mailbox");
        let mut mails = mailbox.mails();
        mails.retain(|mail| mail.to.contains(email));
        mails
    }

    /// The token in the newest letter of a kind.
    pub fn mailed_token(&self, email: &str, letter: &str) -> String {
        let letters = self.letters(email);
        let newest = letters
            .iter()
            .rev()
            .find(|sent| sent["letter"] == letter)
            .unwrap_or_else(|| {
                panic!("no {letter} letter to {email}: {letters:?}");
            });
        let link = newest["link"].as_str().expect("a link");
        let (way, token) = link.split_once("token=").expect("a token in the link");
        if !token.is_empty() {
            return token.to_owned();
        }
        // Sent: then only the mail has it.
        let way = format!("{way}token=");
        let mails = self.mails_to(email);
        let text = mails.iter().find_map(|mail| mail.text.split_once(&way));
        let rest = text.expect("a mail with the link").1;
        rest.split_whitespace().next().unwrap_or_default().to_owned()
    }

    /// The right to a tenant's data.
    pub async fn scope(&self, host: &str) -> TenantScope {
        self.app
            .db
            .tenant_by_host(host)
            .await
            .expect("the database")
            .expect("a tenant")
            .1
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // Stops without waiting; the database is dropped with whatever still hangs on it.
        drop(self.server.stop(false));
    }
}

/// A PNG of one red pixel.
pub const PNG: [u8; 70] = [
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00, 0x0d, 0x49,
    0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0xf0, 0x1f, 0x00, 0x05, 0x00, 0x01, 0xff, 0x89, 0x99, 0x3d,
    0x1d, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// What the register form sends.
pub fn registration(email: &str, name: &str) -> Value {
    json!({
        "email": email,
        "password": PASSWORD,
        "name": name,
        "of_age": true,
        "accept_terms": true,
        "time_zone": "Europe/Berlin",
        "language": "en",
    })
}

fn settings(database: &TestDatabase, address: SocketAddr) -> Config {
    let mut config = Config::load().expect("settings");
    config.database = database.config();
    config.secrets.jwt = Secret::from("a key of the tests, long enough to sign with".to_owned());
    config.secrets.media_token = Secret::from("a token of the tests, long enough to be taken".to_owned());
    config.http.public_url = format!("http://localhost:{}", address.port())
        .parse()
        .expect("an address");
    config.themes.directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tenant_themes");
    config.files.directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("files");
    // The clock stands still, so counters never run down by themselves.
    let plenty = NonZeroU32::new(10_000_000).expect("not zero");
    config.limits.sign_ins_per_minute = plenty;
    config.limits.requests_per_second = plenty;
    config.limits.tenant_requests_per_second = plenty;
    config
}

async fn add_tenant(app: &App, slug: &str, currency: &str, language: &str) {
    let tenant = Tenant {
        id: TenantId::new(),
        slug: slug.to_owned(),
        name: slug.to_uppercase(),
        theme: slug.to_owned(),
        currency: Currency::parse(currency).expect("a currency"),
        time_zone: "Europe/Berlin".to_owned(),
        language: language.to_owned(),
        reply_to: None,
        hidden: false,
        policy: PolicyChange::default(),
        rate_bounds_minor: (1, 100_000),
        state: TenantState::Active,
        brand: None,
        look_revision: 0,
        money: Mode::Test,
        quotas: QuotaChange::default(),
    };
    let (host, now) = (format!("{slug}.localhost"), app.now());
    // A cluster that copies templates for other tests may let a new database's first connection wait for long.
    for _ in 0..10 {
        let (tenant, host) = (tenant.clone(), host.clone());
        if app
            .db
            .system(move |tx| tenants::put(tx, &tenant, &host, now))
            .await
            .is_ok()
        {
            return;
        }
    }
    panic!("the test's database takes no connections");
}

/// One TLS provider for the process, and logs for whoever asks for them (RUST_LOG).
fn prepare_process() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        rustls::crypto::ring::default_provider().install_default().ok();
        let filter = tracing_subscriber::EnvFilter::from_default_env();
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_test_writer()
            .try_init()
            .ok();
    });
}
