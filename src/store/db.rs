//! Connections and transactions: a tenant's, or the platform's own.

use super::TenantScope;
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

type PgPool = Pool<ConnectionManager<PgConnection>>;

/// Both pools. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    app: PgPool,
    system: PgPool,
}

/// A transaction that sees one tenant's rows only.
pub struct TenantTx<'c> {
    pub(in crate::store) conn: &'c mut PgConnection,
    tenant: TenantId,
}

impl TenantTx<'_> {
    /// Whose rows.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }
}

/// A transaction of the platform's own work, across tenants.
pub struct SystemTx<'c> {
    pub(in crate::store) conn: &'c mut PgConnection,
}

impl SystemTx<'_> {
    /// The same transaction, looking at one tenant: what the platform does there is done with all the rest or not at all.
    pub fn within(&mut self, scope: &TenantScope) -> TenantTx<'_> {
        TenantTx {
            conn: self.conn,
            tenant: scope.tenant(),
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
                .connection_timeout(Duration::from_secs(3))
                .build_unchecked(ConnectionManager::new(url))
        };
        Ok(Self {
            app: pool(config.app_url.expose(), config.app_connections),
            system: pool(config.system_url.expose(), config.system_connections),
        })
    }

    /// Runs `work` in one transaction of that tenant, off the async threads.
    ///
    /// # Errors
    /// What `work` returns, after a rollback; [`Kind::Unavailable`](crate::error::Kind) if no connection could be had.
    pub async fn tenant<T, F>(&self, scope: &TenantScope, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut TenantTx<'_>) -> Result<T> + Send + 'static,
    {
        let (pool, tenant) = (self.app.clone(), scope.tenant());
        blocking(move || {
            let mut conn = connection(&pool)?;
            let begin = format!("BEGIN; SET LOCAL app.tenant_id = '{tenant}'");
            transaction(&mut conn, &begin, |conn| work(&mut TenantTx { conn, tenant }))
        })
        .await
    }

    /// Runs `work` on one moment's state of that tenant: what others commit meanwhile isn't seen, nothing can be written,
    /// and instants read as UTC.
    ///
    /// # Errors
    /// As [`Db::tenant`].
    pub async fn snapshot<T, F>(&self, scope: &TenantScope, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut TenantTx<'_>) -> Result<T> + Send + 'static,
    {
        let (pool, tenant) = (self.app.clone(), scope.tenant());
        blocking(move || {
            let mut conn = connection(&pool)?;
            let begin = format!(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
                 SET LOCAL app.tenant_id = '{tenant}'; SET LOCAL TimeZone = 'UTC'"
            );
            transaction(&mut conn, &begin, |conn| work(&mut TenantTx { conn, tenant }))
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
        let pool = self.system.clone();
        blocking(move || {
            let mut conn = connection(&pool)?;
            transaction(&mut conn, "BEGIN", |conn| work(&mut SystemTx { conn }))
        })
        .await
    }
}

impl Db {
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
fn transaction<T>(
    conn: &mut PgConnection,
    begin: &str,
    work: impl FnOnce(&mut PgConnection) -> Result<T>,
) -> Result<T> {
    AnsiTransactionManager::begin_transaction_sql(conn, begin)?;
    match work(conn) {
        Ok(value) => {
            <PgConnection as Connection>::TransactionManager::commit_transaction(conn)?;
            Ok(value)
        }
        Err(error) => {
            // A failed rollback leaves the connection marked broken, and the pool drops it.
            let _ = <PgConnection as Connection>::TransactionManager::rollback_transaction(conn);
            Err(error)
        }
    }
}
