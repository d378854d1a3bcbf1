//! Many transfers: in one statement, and from many connections at once.

use super::{Books, code};
use crate::support::LUMEN;
use futures::future::join_all;
use rand::{Rng, SeedableRng, rngs::StdRng};
use tallyroom::{
    config::DatabaseConfig,
    domain::ids::{AccountId, UserId},
    error::Result,
    store::{
        Db,
        ledger::{self, AccountKind, Transfer},
    },
};
use uuid::Uuid;

impl Books {
    async fn transfer_all(&self, moves: &[(Uuid, AccountId, AccountId, i64)]) -> Result<usize> {
        let at = self.app.app.now();
        let transfer = |&(id, debit, credit, amount_minor): &(Uuid, AccountId, AccountId, i64)| Transfer {
            id,
            kind: "test",
            debit,
            credit,
            amount_minor,
            at,
        };
        let transfers: Vec<Transfer> = moves.iter().map(transfer).collect();
        self.tx(move |tx| ledger::transfer_all(tx, &transfers)).await
    }

    /// People with so much in their wallets.
    async fn funded(&self, people: usize, minor: i64) -> Vec<UserId> {
        let gateway = self.account(AccountKind::BuiltIn).await;
        let mut all = Vec::new();
        for _ in 0..people {
            let person = self.person().await;
            let wallet = self.account(AccountKind::Wallet(person)).await;
            self.transfer(Uuid::now_v7(), gateway, wallet, minor)
                .await
                .expect("funded");
            all.push(person);
        }
        all
    }
}

#[tokio::test]
async fn many_transfers_are_all_or_nothing_and_each_happens_once() {
    let books = Books::open().await;
    let people = books.funded(3, 1_000).await;
    let mut wallets = Vec::new();
    for person in &people {
        wallets.push(books.account(AccountKind::Wallet(*person)).await);
    }
    let revenue = books.account(AccountKind::Revenue).await;
    let ids: Vec<Uuid> = (0..4).map(|_| Uuid::now_v7()).collect();
    // The second one could never pay 1,200 but for what comes in with it.
    let moves = [
        (ids[0], wallets[1], wallets[2], 1_200),
        (ids[1], wallets[0], wallets[1], 300),
        (ids[2], wallets[2], revenue, 50),
    ];
    assert_eq!(books.transfer_all(&moves).await.expect("moved"), 3);
    let totals = || async {
        let mut all = Vec::new();
        for person in &people {
            all.push(books.total(AccountKind::Wallet(*person)).await);
        }
        all
    };
    assert_eq!(totals().await, [700, 100, 2_150]);
    // Known ones beside a new one.
    let again = [moves[0], (ids[3], wallets[2], wallets[0], 5), moves[2]];
    assert_eq!(books.transfer_all(&again).await.expect("moved"), 1);
    assert_eq!(totals().await, [705, 100, 2_145]);
    let new = || (Uuid::now_v7(), wallets[0], revenue, 1);
    let too_much = [new(), (Uuid::now_v7(), wallets[1], revenue, 101)];
    let refused = books.transfer_all(&too_much).await.expect_err("not enough");
    assert_eq!(code(&refused), "not_enough_credit");
    for bad in [
        [new(), (ids[0], wallets[1], wallets[2], 1_201)],
        [new(), (Uuid::now_v7(), wallets[0], AccountId::new(), 1)],
        [new(), (Uuid::now_v7(), wallets[0], wallets[0], 1)],
        [new(), (Uuid::now_v7(), wallets[0], revenue, -1)],
    ] {
        assert_eq!(
            code(&books.transfer_all(&bad).await.expect_err("refused")),
            "internal",
            "{bad:?}"
        );
    }
    let crowd: Vec<_> = (0..=ledger::MOST_AT_ONCE).map(|_| new()).collect();
    assert_eq!(
        code(&books.transfer_all(&crowd).await.expect_err("too many")),
        "internal"
    );
    assert_eq!(books.transfer_all(&[]).await.expect("nothing to do"), 0);
    assert_eq!(totals().await, [705, 100, 2_145]);
    books.audit().await;
}

/// A thousand transfers between anybody and anybody, some of them many at once, from fifty connections: nobody waits for
/// ever, and balances are the sums of their entries.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_connections_move_money_to_and_fro() {
    let books = Books::open().await;
    let people = books.funded(8, 2_000).await;
    let mut accounts = vec![books.account(AccountKind::Revenue).await];
    for person in people {
        accounts.push(books.account(AccountKind::Wallet(person)).await);
        accounts.push(books.account(AccountKind::Earnings(person)).await);
    }
    let crowded = DatabaseConfig {
        app_connections: 50,
        ..books.app.database.config()
    };
    let db = Db::open(&crowded).expect("fifty connections");
    let scope = books.app.scope(LUMEN).await;
    let at = books.app.app.now();
    let mover = |seed: u64| {
        let (db, accounts) = (db.clone(), accounts.clone());
        async move {
            let mut random = StdRng::seed_from_u64(seed);
            let mut refused = 0;
            for nth in 0..20 {
                let pair = |random: &mut StdRng| {
                    let debit = random.random_range(0..accounts.len());
                    let credit = (debit + random.random_range(1..accounts.len())) % accounts.len();
                    Transfer {
                        id: Uuid::now_v7(),
                        kind: "test",
                        debit: accounts[debit],
                        credit: accounts[credit],
                        amount_minor: random.random_range(0..900),
                        at,
                    }
                };
                let many: Vec<Transfer> = (0..1 + nth % 5).map(|_| pair(&mut random)).collect();
                let moved = match many.as_slice() {
                    [one] => {
                        let one = *one;
                        db.tenant(&scope, move |tx| ledger::transfer(tx, &one))
                            .await
                            .map(usize::from)
                    }
                    _ => db.tenant(&scope, move |tx| ledger::transfer_all(tx, &many)).await,
                };
                if let Err(error) = moved {
                    assert_eq!(code(&error), "not_enough_credit", "{error}");
                    refused += 1;
                }
            }
            refused
        }
    };
    let movers: Vec<_> = (0..50).map(|seed| tokio::spawn(mover(seed))).collect();
    let refused: usize = join_all(movers).await.into_iter().map(|one| one.expect("done")).sum();
    assert!((1..1_000).contains(&refused), "{refused} were refused");
    books.audit().await;
}
