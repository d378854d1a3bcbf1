//! The ledger's own speed: transfers in batches of a thousand against one transaction each, and single ones on eight
//! connections against PostgreSQL's own measure of a bank, `pgbench` with its TPC-B, on the same server in the same run.

use crate::{
    cast::{self, HOST},
    database::TestDatabase,
    report::{Bound, Case, Rounds},
};
use anyhow::{Context, Result, anyhow, bail, ensure};
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Uuid as SqlUuid};
use futures::future::try_join_all;
use std::{
    process::Command,
    time::{Duration, Instant},
};
use tallyroom::{
    config::DatabaseConfig,
    domain::{ids::AccountId, time::Moment},
    store::{
        Db, TenantScope,
        ledger::{self, MOST_AT_ONCE, Transfer},
    },
};
use url::Url;
use uuid::Uuid;

/// Pairs of a wallet and a seller's earnings.
const PAIRS: usize = 1_000;
const CONNECTIONS: u32 = 8;
const ROUNDS: usize = 5;
/// How long each side works, each round.
const SLICE: Duration = Duration::from_secs(3);

/// Measures.
pub async fn run() -> Result<()> {
    let database = cast::database(PAIRS)?;
    let books = Books::open(&database).await?;
    let bank = Bank::open(&database)?;
    let (mut batches, mut singles) = (Rounds::default(), Rounds::default());
    // Connections and plans are as warm as in a product that runs.
    books.in_batches().await?;
    books.one_by_one(CONNECTIONS).await?;
    for _ in 0..ROUNDS {
        batches.add(books.in_batches().await?, books.one_by_one(1).await?);
        singles.add(books.one_by_one(CONNECTIONS).await?, bank.transactions()?);
    }
    batches.print(Case {
        bench: "ledger",
        case: format!("batches of {MOST_AT_ONCE}, against one transaction each"),
        unit: "transfers/s",
        bound: Bound::RatioAtLeast(5.0),
    })?;
    singles.print(Case {
        bench: "ledger",
        case: format!("{CONNECTIONS} connections, against pgbench's TPC-B"),
        unit: "transfers/s",
        bound: Bound::RatioAtLeast(0.6),
    })
}

#[derive(QueryableByName)]
struct Pair {
    #[diesel(sql_type = SqlUuid)]
    wallet: Uuid,
    #[diesel(sql_type = SqlUuid)]
    earnings: Uuid,
}

/// The product's books.
struct Books {
    db: Db,
    scope: TenantScope,
    pairs: Vec<(AccountId, AccountId)>,
}

impl Books {
    async fn open(database: &TestDatabase) -> Result<Self> {
        let config = DatabaseConfig {
            app_connections: CONNECTIONS,
            ..database.config()
        };
        let pairs = format!(
            "SELECT w.id AS wallet, e.id AS earnings
            FROM generate_series(1, {PAIRS}) n
            JOIN ledger_accounts w ON w.id = md5('wallet' || n)::uuid
            JOIN ledger_accounts e ON e.id = md5('earnings' || n)::uuid ORDER BY n"
        );
        let pairs: Vec<Pair> = sql_query(pairs).load(&mut database.superuser())?;
        ensure!(pairs.len() == PAIRS, "{} pairs", pairs.len());
        let db = Db::open(&config)?;
        let known = db.tenant_by_host(HOST).await.map_err(|error| anyhow!("{error}"))?;
        let (_, scope) = known.context("no tenant")?;
        let accounts = |pair: Pair| (AccountId::from_uuid(pair.wallet), AccountId::from_uuid(pair.earnings));
        Ok(Self {
            db,
            scope,
            pairs: pairs.into_iter().map(accounts).collect(),
        })
    }

    /// A cent to or fro between two that others don't use at the moment, as most transfers in life.
    fn transfer(&self, nth: usize) -> Transfer {
        let (wallet, earnings) = self.pairs[nth % self.pairs.len()];
        let (debit, credit) = match (nth / self.pairs.len()).is_multiple_of(2) {
            true => (wallet, earnings),
            false => (earnings, wallet),
        };
        Transfer {
            id: Uuid::now_v7(),
            kind: "bench",
            debit,
            credit,
            amount_minor: 1,
            at: Moment(0),
        }
    }

    /// Transfers a second.
    async fn in_batches(&self) -> Result<f64> {
        let (started, mut moved) = (Instant::now(), 0);
        while started.elapsed() < SLICE {
            let batch: Vec<Transfer> = (0..MOST_AT_ONCE).map(|nth| self.transfer(moved + nth)).collect();
            let done = self.db.tenant(&self.scope, move |tx| ledger::transfer_all(tx, &batch));
            moved += done.await.map_err(|error| anyhow!("{error}"))?;
        }
        Ok(moved as f64 / started.elapsed().as_secs_f64())
    }

    /// Transfers a second, each in a transaction of its own.
    async fn one_by_one(&self, connections: u32) -> Result<f64> {
        let started = Instant::now();
        let movers = (0..connections as usize).map(|nth| async move {
            let mut moved = 0;
            while started.elapsed() < SLICE {
                let one = self.transfer(nth + moved * connections as usize);
                let done = self.db.tenant(&self.scope, move |tx| ledger::transfer(tx, &one));
                ensure!(
                    done.await.map_err(|error| anyhow!("{error}"))?,
                    "a new transfer is known"
                );
                moved += 1;
            }
            Ok(moved)
        });
        let moved: usize = try_join_all(movers).await?.into_iter().sum();
        Ok(moved as f64 / started.elapsed().as_secs_f64())
    }
}

/// `pgbench`'s tables, ten branches large, in the same database.
struct Bank {
    url: Url,
}

impl Bank {
    fn open(database: &TestDatabase) -> Result<Self> {
        let config = database.config();
        let bank = Self {
            url: Url::parse(config.owner_url.expose()).context("the owner's address")?,
        };
        bank.pgbench(&["--initialize", "--quiet", "--scale=10"])?;
        Ok(bank)
    }

    /// Transactions a second.
    fn transactions(&self) -> Result<f64> {
        let (clients, seconds) = (format!("--client={CONNECTIONS}"), format!("--time={}", SLICE.as_secs()));
        let told = self.pgbench(&[&clients, "--jobs=2", &seconds, "--no-vacuum", "--protocol=prepared"])?;
        let tps = told.lines().find_map(|line| line.strip_prefix("tps = "));
        let tps = tps
            .and_then(|rest| rest.split(' ').next())
            .context("pgbench told no tps")?;
        tps.parse().context("pgbench's tps")
    }

    fn pgbench(&self, arguments: &[&str]) -> Result<String> {
        let done = Command::new("pgbench").args(arguments).arg(self.url.as_str()).output();
        let done = done.context("pgbench comes with PostgreSQL's server packages")?;
        if !done.status.success() {
            bail!("pgbench: {}", String::from_utf8_lossy(&done.stderr));
        }
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }
}
