//! Connections and transactions: a tenant's, or the platform's own.

use super::{Changes, TenantScope, shares::Shares};
use crate::{
    config::DatabaseConfig,
    domain::ids::TenantId,
    error::{Error, Result},
};
use diesel::{
    Connection, PgConnection, RunQueryDsl,
    connection::{AnsiTransactionManager, TransactionManager},
    r2d2::{ConnectionManager, Pool, PooledConnection},
    sql_query,
};
use std::time::Duration;

/// What a transaction is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Read,
    Write,
}

type PgPool = Pool<ConnectionManager<PgConnection>>;

/// How long a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// Both pools. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    app: PgPool,
    system: PgPool,
    shares: Shares,
    list_changes: Changes,
    changes: Changes,
}

/// A transaction that sees one tenant's rows only.
pub struct TenantTx<'c> {
    pub(in crate::store) conn: &'c mut PgConnection,
    tenant: TenantId,
    lists_changed: &'c mut Vec<TenantId>,
}

impl TenantTx<'_> {
    /// What lists of the tenant show is written: once it is committed, [`Db::list_changes`] says so.
    pub(in crate::store) fn lists_changed(&mut self) {
        self.lists_changed.push(self.tenant);
    }

    /// Whose rows.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }
}

/// A transaction of the platform's own work, across tenants.
pub struct SystemTx<'c> {
    pub(in crate::store) conn: &'c mut PgConnection,
    lists_changed: &'c mut Vec<TenantId>,
}

impl TenantTx<'_> {
    /// Does something that may fail, without undoing what this transaction did before it.
    ///
    /// # Errors
    /// What `work` returns, after what it did was undone.
    pub fn attempt<T>(&mut self, work: impl FnOnce(&mut TenantTx<'_>) -> Result<T>) -> Result<T> {
        let (tenant, lists_changed) = (self.tenant, &mut *self.lists_changed);
        self.conn.transaction(|conn| {
            work(&mut TenantTx {
                conn,
                tenant,
                lists_changed,
            })
        })
    }
}

impl SystemTx<'_> {
    /// The same transaction, looking at one tenant: what the platform does there is done with all the rest or not at all.
    pub fn within(&mut self, scope: &TenantScope) -> TenantTx<'_> {
        TenantTx {
            conn: self.conn,
            tenant: scope.tenant(),
            lists_changed: self.lists_changed,
        }
    }
}

impl Db {
    /// Opens both pools; connections are made when they are needed.
    ///
    /// # Errors
    /// Neither pool could be built.
    pub fn open(config: &DatabaseConfig) -> Result<Self> {
        let pool = |url: &str, size: u32| {
            Pool::builder()
                .max_size(size)
                .min_idle(Some(1))
                .connection_timeout(PATIENCE)
                .build_unchecked(ConnectionManager::new(url))
        };
        Ok(Self {
            app: pool(config.app_url.expose(), config.app_connections),
            system: pool(config.system_url.expose(), config.system_connections),
            shares: Shares::of(config.app_connections),
            list_changes: Changes::default(),
            changes: Changes::default(),
        })
    }

    /// How often this process has written what tenants' lists show.
    pub fn list_changes(&self) -> &Changes {
        &self.list_changes
    }

    /// How often this process may have written anything: every transaction counts that could, once it is committed.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Runs `work` in one transaction of that tenant, off the async threads. One tenant has half of the connections at most.
    ///
    /// # Errors
    /// What `work` returns, after a rollback; [`Kind::Unavailable`](crate::error::Kind) if no connection could be had.
    pub async fn tenant<T, F>(&self, scope: &TenantScope, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut TenantTx<'_>) -> Result<T> + Send + 'static,
    {
        let begin = format!("BEGIN; SET LOCAL app.tenant_id = '{}'", scope.tenant());
        self.within(scope, begin, Purpose::Write, work).await
    }

    /// The same for what only reads, which the database holds it to.
    ///
    /// # Errors
    /// As [`Db::tenant`].
    pub async fn read<T, F>(&self, scope: &TenantScope, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut TenantTx<'_>) -> Result<T> + Send + 'static,
    {
        let begin = format!("BEGIN READ ONLY; SET LOCAL app.tenant_id = '{}'", scope.tenant());
        self.within(scope, begin, Purpose::Read, work).await
    }

    /// Reads one moment's state of that tenant: what others commit meanwhile isn't seen, and instants read as UTC.
    ///
    /// # Errors
    /// As [`Db::tenant`].
    pub async fn snapshot<T, F>(&self, scope: &TenantScope, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut TenantTx<'_>) -> Result<T> + Send + 'static,
    {
        let begin = format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
             SET LOCAL app.tenant_id = '{}'; SET LOCAL TimeZone = 'UTC'",
            scope.tenant()
        );
        self.within(scope, begin, Purpose::Read, work).await
    }

    async fn within<T, F>(&self, scope: &TenantScope, begin: String, purpose: Purpose, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut TenantTx<'_>) -> Result<T> + Send + 'static,
    {
        let (db, tenant) = (self.clone(), scope.tenant());
        let share = self.shares.take(tenant, PATIENCE).await?;
        blocking(move || {
            let _share = share;
            let mut conn = connection(&db.app)?;
            let ended = |lists| db.ended(lists, purpose, |changes| changes.add(tenant));
            transaction(&mut conn, &begin, ended, |conn, lists_changed| {
                work(&mut TenantTx {
                    conn,
                    tenant,
                    lists_changed,
                })
            })
        })
        .await
    }

    /// Runs `work` in one transaction of the platform's own role, off the async threads.
    ///
    /// # Errors
    /// As [`Db::tenant`].
    pub async fn system<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut SystemTx<'_>) -> Result<T> + Send + 'static,
    {
        self.across("BEGIN", Purpose::Write, work).await
    }

    /// The same for what only reads, which the database holds it to.
    ///
    /// # Errors
    /// As [`Db::tenant`].
    pub async fn system_read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut SystemTx<'_>) -> Result<T> + Send + 'static,
    {
        self.across("BEGIN READ ONLY", Purpose::Read, work).await
    }

    async fn across<T, F>(&self, begin: &'static str, purpose: Purpose, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut SystemTx<'_>) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        blocking(move || {
            let mut conn = connection(&db.system)?;
            let ended = |lists| db.ended(lists, purpose, Changes::add_everywhere);
            transaction(&mut conn, begin, ended, |conn, lists_changed| {
                work(&mut SystemTx { conn, lists_changed })
            })
        })
        .await
    }

    fn ended(&self, lists: Vec<TenantId>, purpose: Purpose, count: impl FnOnce(&Changes)) {
        lists.into_iter().for_each(|tenant| self.list_changes.add(tenant));
        if purpose == Purpose::Write {
            count(&self.changes);
        }
    }

    /// Asks both roles' pools for an answer.
    ///
    /// # Errors
    /// One of them has none.
    pub async fn check(&self) -> Result<()> {
        let pools = [self.app.clone(), self.system.clone()];
        blocking(move || {
            for pool in &pools {
                sql_query("SELECT 1").execute(&mut connection(pool)?)?;
            }
            Ok(())
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

fn connection(pool: &PgPool) -> Result<PooledConnection<ConnectionManager<PgConnection>>> {
    pool.get().map_err(Error::unavailable)
}

/// Like `Connection::transaction`, with a BEGIN of our own: setting the tenant costs no round trip of its own that way.
/// `ended` hears whose lists changed once it is committed, also if nobody knows whether it was.
fn transaction<T>(
    conn: &mut PgConnection,
    begin: &str,
    ended: impl FnOnce(Vec<TenantId>),
    work: impl FnOnce(&mut PgConnection, &mut Vec<TenantId>) -> Result<T>,
) -> Result<T> {
    let mut lists_changed = Vec::new();
    AnsiTransactionManager::begin_transaction_sql(conn, begin)?;
    match work(conn, &mut lists_changed) {
        Ok(value) => {
            let committed = <PgConnection as Connection>::TransactionManager::commit_transaction(conn);
            ended(lists_changed);
            committed?;
            Ok(value)
        }
        Err(error) => {
            // A failed rollback leaves the connection marked broken, and the pool drops it.
            let _ = <PgConnection as Connection>::TransactionManager::rollback_transaction(conn);
            Err(error)
        }
    }
}
