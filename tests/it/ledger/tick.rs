//! A metering tick against a ledger that the planner knows nothing of.

use super::{Books, Count};
use diesel::{Connection, RunQueryDsl, connection::SimpleConnection, sql_query};
use tallyroom::store::ledger::AccountKind;
use uuid::Uuid;

/// Reserves a first block of 300 legs, then pays it and reserves the next, twice.
const THREE_TICKS: &str = "
    INSERT INTO sellers (tenant_id, user_id, created_at)
        SELECT tenant_id, owner_id, now() FROM ledger_accounts WHERE kind = 'earnings';
    INSERT INTO services (tenant_id, id, seller_id, title, rate_minor, created_at)
        SELECT tenant_id, md5('service')::uuid, user_id, 'Test', 60, now() FROM sellers;
    INSERT INTO calls (tenant_id, id, buyer_id, seller_id, service_id, service_title, currency, terms, opening_minor,
                       rang_at, ended_at, end_reason)
        SELECT v.tenant_id, md5('call')::uuid, w.owner_id, v.seller_id, v.id, v.title, w.currency, '{}', 0,
               now(), now(), 'test'
        FROM services v JOIN ledger_accounts w ON w.tenant_id = v.tenant_id AND w.kind = 'wallet';
    INSERT INTO call_legs (tenant_id, id, call_id, payer_id, payee_id, revenue_id)
        SELECT c.tenant_id, md5('leg' || n)::uuid, c.id, w.id, e.id, r.id
        FROM calls c, ledger_accounts w, ledger_accounts e, ledger_accounts r, generate_series(1, 300) n
        WHERE w.kind = 'wallet' AND e.kind = 'earnings' AND r.kind = 'revenue';
    ANALYZE;
    DO $$
    DECLARE
        v_tenants uuid[] := ARRAY(SELECT tenant_id FROM call_legs ORDER BY id);
        v_legs uuid[] := ARRAY(SELECT id FROM call_legs ORDER BY id);
        v_done integer := 0;
    BEGIN
        FOR block IN 0..2 LOOP
            SELECT v_done + count(*) INTO v_done FROM meter_tick(
                v_tenants || v_tenants, v_legs || v_legs,
                array_fill(block - 1, ARRAY[300]) || array_fill(block, ARRAY[300]),
                array_fill(1::smallint, ARRAY[300]) || array_fill(0::smallint, ARRAY[300]),
                array_fill(60::bigint, ARRAY[600]), array_fill(12::bigint, ARRAY[600]), now())
            WHERE outcome IN ('reserved', 'posted');
        END LOOP;
        ASSERT v_done = 1500, format('%s operations were carried out', v_done);
    END $$";

#[tokio::test]
async fn a_tick_looks_up_by_key_before_the_ledger_was_counted() {
    let books = Books::open().await;
    let person = books.person().await;
    let (gateway, wallet) = (
        books.account(AccountKind::BuiltIn).await,
        books.account(AccountKind::Wallet(person)).await,
    );
    let seller = books.person().await;
    books.account(AccountKind::Earnings(seller)).await;
    books.account(AccountKind::Revenue).await;
    books
        .transfer(Uuid::now_v7(), gateway, wallet, 100_000)
        .await
        .expect("moved");
    let mut conn = books.app.database.superuser();
    conn.batch_execute("ALTER TABLE ledger_transfers SET (autovacuum_enabled = false)")
        .expect("altered");
    // One transaction: the counters are its own.
    let read: Count = conn
        .transaction(|conn| {
            conn.batch_execute(THREE_TICKS)?;
            sql_query(
                "SELECT seq_tup_read + idx_tup_fetch AS count FROM pg_stat_xact_user_tables
                 WHERE relname = 'ledger_transfers'",
            )
            .get_result(conn)
        })
        .expect("metered");
    assert!(
        read.count <= 2 * 1_500,
        "1,500 operations read {} of the ledger's rows",
        read.count
    );
    books.audit().await;
}
