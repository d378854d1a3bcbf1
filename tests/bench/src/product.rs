//! The built program, serving on a database of the bench.

use crate::{
    cast::{HOST, PASSWORD},
    database::TestDatabase,
    process,
};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::{
    env,
    net::{SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tallyroom_participant::http::{Credentials, Tenant};

const READY_WITHIN: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(5);
/// A limit that nobody reaches.
const UNLIMITED: &str = "1000000";
/// The bench's product can be reached from this machine only, and not for long.
const KEY: &str = "a-key-that-only-the-bench-knows-of";

/// `tallyroom serve` with one media node, until dropped.
pub struct Product {
    server: Child,
    address: SocketAddr,
    database: TestDatabase,
    settings: Vec<(String, String)>,
    http: reqwest::Client,
}

impl Product {
    /// Serves that database.
    pub async fn start(database: TestDatabase) -> Result<Self> {
        Self::start_with(database, &[]).await
    }

    /// The same with settings of the bench's own.
    pub async fn start_with(database: TestDatabase, settings: &[(&str, &str)]) -> Result<Self> {
        let settings: Vec<_> = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        let product = Self {
            server: serve(&database, address, &settings)?,
            address,
            database,
            settings,
            http,
        };
        product.ready().await?;
        Ok(product)
    }

    /// Serves the same in a new process; says how long that took to get ready.
    pub async fn restart(&mut self) -> Result<Duration> {
        end(&mut self.server);
        let started = Instant::now();
        self.server = serve(&self.database, self.address, &self.settings)?;
        self.ready().await?;
        Ok(started.elapsed())
    }

    async fn ready(&self) -> Result<()> {
        let started = Instant::now();
        loop {
            let asked = self.http.get(format!("http://{}/readyz", self.address)).send().await;
            if asked.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            ensure!(started.elapsed() < READY_WITHIN, "the product does not get ready");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Of the control plane.
    pub fn pid(&self) -> u32 {
        self.server.id()
    }

    /// Of its media node.
    pub fn node_pid(&self) -> Result<u32> {
        match process::children(self.pid())?.as_slice() {
            [node] => Ok(*node),
            others => bail!("there are {} media nodes", others.len()),
        }
    }

    /// Where participants find it.
    pub fn tenant(&self) -> Tenant {
        Tenant {
            address: self.address.to_string(),
            host: HOST.to_owned(),
        }
    }

    /// Logs somebody in.
    pub async fn token(&self, name: &str) -> Result<String> {
        let Credentials { email, password } = credentials(name);
        let request = self.http.post(format!("http://{}/api/v1/session", self.address));
        let request = request.header("host", HOST);
        let answer = request
            .json(&json!({"email": email, "password": password}))
            .send()
            .await?;
        let session: Value = answer.error_for_status()?.json().await?;
        Ok(session["access_token"].as_str().context("no token")?.to_owned())
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        end(&mut self.server);
    }
}

/// How `buyer1` and the like log in.
pub fn credentials(name: &str) -> Credentials {
    Credentials {
        email: format!("{name}@bench.example"),
        password: PASSWORD.to_owned(),
    }
}

fn serve(database: &TestDatabase, address: SocketAddr, more: &[(String, String)]) -> Result<Child> {
    let program = env::var("TALLYROOM_BINARY").context("TALLYROOM_BINARY names no program: use ./dev bench")?;
    let config = database.config();
    let mut command = Command::new(&program);
    let settings = [
        ("DATABASE__OWNER_URL", config.owner_url.expose()),
        ("DATABASE__APP_URL", config.app_url.expose()),
        ("DATABASE__SYSTEM_URL", config.system_url.expose()),
        ("SECRETS__JWT", KEY),
        ("SECRETS__MEDIA_TOKEN", KEY),
        ("HTTP__LISTEN", &address.to_string()),
        ("HTTP__PUBLIC_URL", &format!("http://localhost:{}", address.port())),
        ("LIMITS__SIGN_INS_PER_MINUTE", UNLIMITED),
        ("LIMITS__REQUESTS_PER_SECOND", UNLIMITED),
        ("LIMITS__TENANT_REQUESTS_PER_SECOND", UNLIMITED),
        ("MEDIA__NODES", "1"),
    ];
    for (name, value) in settings {
        command.env(format!("TALLYROOM__{name}"), value);
    }
    for (name, value) in more {
        command.env(format!("TALLYROOM__{name}"), value);
    }
    command.arg("serve").env("TALLYROOM_LOG_FILTER", "error");
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command.spawn().with_context(|| format!("starting {program}"))
}

/// Asks it to stop, so that it takes its media node along.
fn end(server: &mut Child) {
    let asked = Command::new("kill").arg(server.id().to_string()).status();
    if !asked.is_ok_and(|status| status.success()) {
        server.kill().ok();
    }
    server.wait().ok();
}
