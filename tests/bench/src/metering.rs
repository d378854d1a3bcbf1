//! A metering tick at its busiest: every live call pays for the block that begins and reserves the one after it.
//!
//! The baseline is what PostgreSQL itself needs for that: as many rows in two statements that know nothing of money,
//! under the ledger's own columns, keys and indexes. It takes no locks in order, looks neither at what can be spent nor
//! at what was done before, gives no answers, and no policy watches it.

use crate::{
    cast,
    report::{Bound, Case, Rounds},
};
use anyhow::{Context, Result, anyhow, ensure};
use diesel::{
    Connection, PgConnection, RunQueryDsl,
    connection::SimpleConnection,
    sql_query,
    sql_types::{Array, BigInt, Integer, Uuid as SqlUuid},
};
use std::time::Instant;
use tallyroom::{
    domain::{
        call::{MeterOp, MeterOpKind, MeterOutcome},
        ids::{CallId, TenantId},
        time::Moment,
    },
    store::{
        Db,
        metering::{LegAnswer, LegOp, tick},
    },
};
use uuid::Uuid;

const AMOUNT: i64 = 60;
const COMMISSION: i64 = 12;

/// Measures 1,000 and 10,000 calls.
pub async fn run() -> Result<()> {
    for (calls, count) in [(1_000, 15), (10_000, 7)] {
        let rounds = measure(calls, count).await?;
        rounds.print(Case {
            bench: "metering",
            case: format!("{calls} live calls"),
            unit: "calls/s",
            bound: Bound::RatioAtLeast(0.5),
        })?;
    }
    Ok(())
}

async fn measure(calls: usize, count: u32) -> Result<Rounds> {
    let database = cast::database(calls)?;
    let mut bare = Bare::prepare(database.superuser(), calls)?;
    let product = Product::prepare(database.superuser(), Db::open(&database.config())?)?;
    product.tick(0, &[reserve(0)]).await?;
    let mut rounds = Rounds::default();
    for block in 0..count + 2 {
        // Connections and plans are as warm as in a product that runs.
        let is_warm_up = block < 2;
        let before = Instant::now();
        product.tick(block, &[post(block), reserve(block + 1)]).await?;
        let product_s = before.elapsed().as_secs_f64();
        let transfers = bare.make_transfers();
        let before = Instant::now();
        bare.write(&transfers, i32::try_from(block)?)?;
        let bare_s = before.elapsed().as_secs_f64();
        if !is_warm_up {
            rounds.add(calls as f64 / product_s, calls as f64 / bare_s);
        }
    }
    Ok(rounds)
}

fn reserve(block: u32) -> MeterOp {
    let kind = MeterOpKind::Reserve { amount_minor: AMOUNT };
    MeterOp { block, kind }
}

fn post(block: u32) -> MeterOp {
    let kind = MeterOpKind::Post {
        amount_minor: AMOUNT,
        commission_minor: COMMISSION,
    };
    MeterOp { block, kind }
}

struct Product {
    db: Db,
    tenant: TenantId,
    legs: Vec<CallId>,
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

impl Product {
    /// Makes every pair's call.
    fn prepare(mut conn: PgConnection, db: Db) -> Result<Self> {
        conn.batch_execute(CALLS)?;
        let rows: Vec<Row> = sql_query("SELECT tenant_id, id FROM call_legs").load(&mut conn)?;
        let tenant = rows.first().map(|row| TenantId::from_uuid(row.tenant_id));
        Ok(Self {
            db,
            tenant: tenant.context("no calls")?,
            legs: rows.into_iter().map(|row| CallId::from_uuid(row.id)).collect(),
        })
    }

    /// As the product's books do it.
    async fn tick(&self, block: u32, ops: &[MeterOp]) -> Result<()> {
        let tenant = self.tenant;
        let legs = self.legs.iter().copied();
        let ops: Vec<LegOp> = legs
            .flat_map(|leg| ops.iter().map(move |op| LegOp { tenant, leg, op: *op }))
            .collect();
        let (wanted, now) = (ops.len(), Moment(i64::from(block) * 60_000));
        let answers = self.db.system(move |tx| tick(tx, now, &ops)).await;
        let answers = answers.map_err(|error| anyhow!("{error}"))?;
        let is_done = |answer: &&LegAnswer| matches!(answer.outcome, MeterOutcome::Reserved | MeterOutcome::Posted);
        let done = answers.iter().filter(is_done).count();
        ensure!(done == wanted, "{done} of {wanted} operations were carried out");
        Ok(())
    }
}

const CALLS: &str = "
    INSERT INTO calls (tenant_id, id, buyer_id, seller_id, service_id, service_title, currency, terms, opening_minor, rang_at)
        SELECT s.tenant_id, md5('call' || s.id)::uuid, b.id, s.seller_id, s.id, s.title, 'EUR', '{}', 0, now()
        FROM services s
        JOIN users p ON p.tenant_id = s.tenant_id AND p.id = s.seller_id
        JOIN users b ON b.tenant_id = p.tenant_id AND b.email = replace(p.email, 'seller', 'buyer');
    INSERT INTO call_legs (tenant_id, id, call_id, payer_id, payee_id, revenue_id)
        SELECT c.tenant_id, c.id, c.id, w.id, e.id, md5('revenue')::uuid
        FROM calls c
        JOIN ledger_accounts w ON w.tenant_id = c.tenant_id AND w.owner_id = c.buyer_id AND w.kind = 'wallet'
        JOIN ledger_accounts e ON e.tenant_id = c.tenant_id AND e.owner_id = c.seller_id AND e.kind = 'earnings';
    ANALYZE;";

/// As many rows as a tick writes: both sides' accounts and the revenue's, and for each call the payment, the
/// commission and the next hold.
struct Bare {
    conn: PgConnection,
    tenant: Uuid,
    accounts: Vec<Uuid>,
    transfers: usize,
}

const TABLES: &str = "
    CREATE TABLE bare_accounts (LIKE ledger_accounts INCLUDING ALL) WITH (fillfactor = 60);
    INSERT INTO bare_accounts SELECT * FROM ledger_accounts;
    ALTER TABLE bare_accounts ADD FOREIGN KEY (tenant_id) REFERENCES tenants (id),
        ADD FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id);
    CREATE TABLE bare_transfers (LIKE ledger_transfers INCLUDING ALL,
        FOREIGN KEY (tenant_id, debit_id) REFERENCES bare_accounts (tenant_id, id),
        FOREIGN KEY (tenant_id, credit_id) REFERENCES bare_accounts (tenant_id, id));
    ANALYZE;";

impl Bare {
    fn prepare(mut conn: PgConnection, calls: usize) -> Result<Self> {
        conn.batch_execute(TABLES)?;
        let accounts: Vec<Row> = sql_query("SELECT tenant_id, id FROM bare_accounts").load(&mut conn)?;
        let tenant = accounts.first().map(|account| account.tenant_id);
        Ok(Self {
            conn,
            tenant: tenant.context("no accounts")?,
            accounts: accounts.into_iter().map(|account| account.id).collect(),
            transfers: 3 * calls,
        })
    }

    /// New ids, as random as a hash.
    fn make_transfers(&self) -> Vec<Uuid> {
        (0..self.transfers).map(|_| Uuid::new_v4()).collect()
    }

    fn write(&mut self, transfers: &[Uuid], block: i32) -> Result<()> {
        let Self { tenant, accounts, .. } = self;
        let around = accounts.iter().copied().cycle();
        let debits: Vec<Uuid> = around.clone().take(transfers.len()).collect();
        let credits: Vec<Uuid> = around.skip(1).take(transfers.len()).collect();
        self.conn.transaction(|conn| {
            sql_query(
                "UPDATE bare_accounts a SET balance_minor = a.balance_minor + d.amount
                 FROM unnest($2, $3) AS d (id, amount) WHERE a.tenant_id = $1 AND a.id = d.id",
            )
            .bind::<SqlUuid, _>(*tenant)
            .bind::<Array<SqlUuid>, _>(&*accounts)
            .bind::<Array<BigInt>, _>(vec![AMOUNT; accounts.len()])
            .execute(conn)?;
            sql_query(
                "INSERT INTO bare_transfers
                     (tenant_id, id, phase, kind, debit_id, credit_id, amount_minor, leg_id, block_no, at)
                 SELECT $1, id, 'direct', 'call_time', debit, credit, $5, debit, $6, now()
                 FROM unnest($2, $3, $4) AS t (id, debit, credit)",
            )
            .bind::<SqlUuid, _>(*tenant)
            .bind::<Array<SqlUuid>, _>(transfers)
            .bind::<Array<SqlUuid>, _>(debits)
            .bind::<Array<SqlUuid>, _>(credits)
            .bind::<BigInt, _>(AMOUNT)
            .bind::<Integer, _>(block)
            .execute(conn)
        })?;
        Ok(())
    }
}
