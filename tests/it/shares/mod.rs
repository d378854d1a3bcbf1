//! Studios and co-sellers share in what a seller earns: set by staff, frozen with the price, moved to the last cent.

mod frozen_terms;
mod moved;
mod terms;
mod undone;

use crate::{
    calls::{Pair, Price, offer},
    consoles::{admin_of_lumen, own_id},
    refunds::balance,
    studios::in_a_studio,
    support::{Answer, Authenticator, LUMEN, TestUser},
};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Text},
};
use serde_json::{Value, json};

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    minor: i64,
}

/// A seller in a studio who shares with another one, too.
struct Split {
    pair: Pair,
    admin: TestUser,
    authenticator: Authenticator,
    studio: String,
    /// Who is paid the studio's share; sells nothing.
    manager: TestUser,
    manager_id: String,
    /// Who sells with the seller.
    co: TestUser,
    co_id: String,
    seller_id: String,
}

impl Split {
    /// 30 % are the studio's, 33.33 % the co-seller's.
    async fn new(price: Price) -> Self {
        let split = Self::unset(price).await;
        split.studio_share(3_000).await.expect(204);
        split.co_sellers(json!([split.part(3_333)])).await.expect(204);
        split
    }

    /// The same before anything is shared.
    async fn unset(price: Price) -> Self {
        let pair = Pair::new(price).await;
        let admin = admin_of_lumen(&pair.app).await;
        let authenticator = Authenticator::switched_on(&pair.app, &admin).await;
        let (manager, co) = (
            pair.app.bearer(LUMEN, "Mara Manager").await,
            pair.app.bearer(LUMEN, "Cora Co").await,
        );
        offer(&co, 100, json!({"kind": "minute"}), 0, 0).await;
        Self {
            studio: format!("/api/v1/admin/studios/{}", in_a_studio(&pair, &manager).await),
            manager_id: own_id(&manager).await,
            co_id: own_id(&co).await,
            seller_id: own_id(&pair.seller).await,
            pair,
            admin,
            authenticator,
            manager,
            co,
        }
    }

    fn part(&self, bp: u32) -> Value {
        json!({"seller_id": self.co_id, "bp": bp})
    }

    async fn studio_share(&self, bp: u32) -> Answer {
        let share = json!({"bp": bp, "manager_id": self.manager_id});
        self.admin.put(&format!("{}/share", self.studio), share).await
    }

    async fn co_sellers(&self, others: Value) -> Answer {
        let path = format!("/api/v1/admin/sellers/{}/shares", self.seller_id);
        self.admin.put(&path, json!({"co_sellers": others})).await
    }

    /// Earned and not paid out: the seller's, the studio's and the co-seller's; the books are right, and nothing else of it
    /// is anywhere.
    async fn parts(&self) -> [i64; 3] {
        self.pair.audit().await;
        let people = [&self.seller_id, &self.manager_id, &self.co_id];
        let parts = people.map(|person| self.theirs(person, &["earnings", "payable"]));
        let all = balance(&self.pair, "earnings") + balance(&self.pair, "payable");
        assert_eq!(parts.iter().sum::<i64>(), all, "{parts:?}");
        parts
    }

    fn theirs(&self, person: &str, kinds: &[&str]) -> i64 {
        let of = |kind: &&str| {
            let sum = "SELECT coalesce(sum(balance_minor), 0)::bigint AS minor FROM ledger_accounts
                WHERE kind = $1 AND owner_id = $2::uuid";
            let sum = sql_query(sum)
                .bind::<Text, _>(*kind)
                .bind::<Text, _>(person)
                .get_result::<Sum>(&mut self.pair.app.database.superuser());
            sum.expect("the ledger").minor
        };
        kinds.iter().map(of).sum()
    }

    /// A call of five started minutes, and its id.
    async fn five_minutes(&self) -> uuid::Uuid {
        let mut talk = self.pair.live().await;
        let call = talk.call;
        talk.talk(299_000).await;
        talk.hang_up().await;
        self.pair.app.clock.advance(60_000);
        let renewed = self.admin.post("/api/v1/session/refresh", Value::Null).await;
        renewed.expect(200);
        call
    }
}
