//! Frozen accounts: nothing is spent or paid out of them, whichever way money goes; what is owed to others still goes.

use super::{Books, code};
use diesel::connection::SimpleConnection;
use tallyroom::{
    domain::ids::UserId,
    store::{
        frozen,
        ledger::{self, AccountKind, Transfer},
        users,
    },
};
use uuid::Uuid;

/// Reserves a block of one leg twice, the second time from a frozen wallet, and pays the first.
const TICKS: &str = "
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
        SELECT c.tenant_id, md5('leg')::uuid, c.id, w.id, e.id, r.id
        FROM calls c, ledger_accounts w, ledger_accounts e, ledger_accounts r
        WHERE w.kind = 'wallet' AND e.kind = 'earnings' AND r.kind = 'revenue';
    CREATE FUNCTION tick(p_block integer, p_kind smallint) RETURNS text LANGUAGE sql AS $$
        SELECT outcome FROM call_legs l CROSS JOIN LATERAL meter_tick(ARRAY[l.tenant_id], ARRAY[l.id], ARRAY[p_block],
            ARRAY[p_kind], ARRAY[60::bigint], ARRAY[12::bigint], now()) $$;
    DO $$ BEGIN
        ASSERT tick(1, 0::smallint) = 'reserved';
        UPDATE ledger_accounts SET frozen = true WHERE kind IN ('wallet', 'earnings');
        ASSERT tick(2, 0::smallint) = 'refused', 'nothing more is reserved';
        ASSERT tick(1, 1::smallint) = 'posted', 'what was reserved is paid, and commission taken';
        UPDATE ledger_accounts SET frozen = false;
        ASSERT tick(2, 0::smallint) = 'reserved';
    END $$";

impl Books {
    async fn freeze(&self, user: UserId, reason: Option<&'static str>) {
        let now = self.app.app.now();
        let set = move |tx: &mut tallyroom::store::TenantTx<'_>| {
            users::lock(tx, user)?;
            frozen::set(tx, user, reason, now)
        };
        self.tx(set).await.expect("frozen");
    }
}

#[tokio::test]
async fn nothing_leaves_a_frozen_account_but_what_is_owed() {
    let books = Books::open().await;
    let (person, buyer) = (books.person().await, books.person().await);
    let mut account = std::collections::HashMap::new();
    let kinds = [
        ("wallet", AccountKind::Wallet(person)),
        ("earnings", AccountKind::Earnings(person)),
        ("paying_out", AccountKind::PayingOut(person)),
        ("revenue", AccountKind::Revenue),
        ("gateway", AccountKind::BuiltIn),
        ("bank", AccountKind::Bank),
        ("buyer", AccountKind::Wallet(buyer)),
    ];
    for (name, kind) in kinds {
        account.insert(name, books.account(kind).await);
    }
    let (paid, known) = (Uuid::now_v7(), Uuid::now_v7());
    for to in ["wallet", "earnings", "paying_out"] {
        books
            .transfer(Uuid::now_v7(), account["gateway"], account[to], 1_000)
            .await
            .expect("moved");
    }
    books
        .transfer(known, account["wallet"], account["revenue"], 1)
        .await
        .expect("moved");
    books
        .transfer(paid, account["paying_out"], account["bank"], 1)
        .await
        .expect("moved");
    books.freeze(person, Some("Looks odd")).await;

    // An account that is opened later is frozen, too.
    account.insert("payable", books.account(AccountKind::Payable(person)).await);
    books
        .transfer(Uuid::now_v7(), account["gateway"], account["payable"], 1_000)
        .await
        .expect("money comes in");
    let now = books.app.app.now();
    for (from, to, goes) in [
        ("wallet", "buyer", false),
        ("earnings", "payable", false),
        ("payable", "paying_out", false),
        ("payable", "bank", false),
        ("paying_out", "bank", false),
        ("wallet", "gateway", true),
        ("earnings", "revenue", true),
        ("earnings", "buyer", true),
        ("payable", "buyer", true),
        ("paying_out", "payable", true),
    ] {
        let one = books.transfer(Uuid::now_v7(), account[from], account[to], 10).await;
        let transfer = Transfer {
            id: Uuid::now_v7(),
            kind: "test",
            debit: account[from],
            credit: account[to],
            amount_minor: 10,
            at: now,
        };
        let many = books.tx(move |tx| ledger::transfer_all(tx, &[transfer])).await;
        let codes = (one.as_ref().map_err(code), many.as_ref().map_err(code));
        match goes {
            true => assert_eq!(codes, (Ok(&true), Ok(&1)), "{from} to {to}"),
            false => assert_eq!(codes, (Err("account_frozen"), Err("account_frozen")), "{from} to {to}"),
        }
    }
    // What happened already still changes nothing.
    assert!(
        !books
            .transfer(paid, account["paying_out"], account["bank"], 1)
            .await
            .expect("known")
    );
    let again = Transfer {
        id: paid,
        kind: "test",
        debit: account["paying_out"],
        credit: account["bank"],
        amount_minor: 1,
        at: now,
    };
    assert_eq!(
        books
            .tx(move |tx| ledger::transfer_all(tx, &[again]))
            .await
            .expect("known"),
        0
    );
    books.audit().await;
    books.freeze(person, None).await;
    for (from, to) in [("wallet", "buyer"), ("payable", "paying_out")] {
        books
            .transfer(Uuid::now_v7(), account[from], account[to], 10)
            .await
            .expect("let go");
    }
    books.audit().await;
}

#[tokio::test]
async fn no_block_is_reserved_in_a_frozen_wallet_and_what_was_reserved_is_paid() {
    let books = Books::open().await;
    let (person, seller) = (books.person().await, books.person().await);
    let (gateway, wallet) = (
        books.account(AccountKind::BuiltIn).await,
        books.account(AccountKind::Wallet(person)).await,
    );
    books.account(AccountKind::Earnings(seller)).await;
    books.account(AccountKind::Revenue).await;
    books
        .transfer(Uuid::now_v7(), gateway, wallet, 1_000)
        .await
        .expect("moved");
    books.app.database.superuser().batch_execute(TICKS).expect("metered");
    assert_eq!(books.total(AccountKind::Earnings(seller)).await, 48);
    books.audit().await;
}
