//! The built-in test gateway on the bench: its books are the product's database, its page the product's.

use super::{Bench, money};
use crate::{
    gateways::stand_in::{Act, Card, Charge, Mood},
    support::{LUMEN, TestApp},
};
use async_trait::async_trait;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt, sql_types::Bool, sql_types::Text};
use std::sync::Arc;
use tallyroom::{
    app::ports::{Begun, PaymentGateway, Step},
    domain::money::Money,
    store::TenantScope,
};

const HOUR: i64 = 3_600_000;

pub struct BuiltIn {
    app: TestApp,
    scope: TenantScope,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    idempotency_key: String,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
    #[diesel(sql_type = Bool)]
    held: bool,
}

#[async_trait]
impl Bench for BuiltIn {
    async fn open() -> Self {
        let app = TestApp::start().await;
        let scope = app.scope(LUMEN).await;
        Self { app, scope }
    }

    fn gateway(&self) -> Arc<dyn PaymentGateway> {
        self.app.app.gateways.built_in(&self.scope)
    }

    fn stranger(&self) -> Option<Arc<dyn PaymentGateway>> {
        None
    }

    fn amounts(&self) -> Vec<Money> {
        [(1_250, "EUR"), (1_250, "JPY"), (1_255, "KWD")]
            .map(|(minor, code)| money(minor, code))
            .to_vec()
    }

    fn unspeakable(&self) -> Vec<Money> {
        [(0, "EUR"), (-1_250, "EUR")]
            .map(|(minor, code)| money(minor, code))
            .to_vec()
    }

    fn set(&self, _: Mood) -> bool {
        false
    }

    fn card(&self, card: Card) {
        let next = match card {
            Card::Good => "pays",
            Card::Empty => "declines",
            Card::Asks => "asks",
        };
        sql_query("UPDATE test_gateway_methods SET next = $1")
            .bind::<Text, _>(next)
            .execute(&mut self.app.database.superuser())
            .expect("the card is told");
    }

    async fn act(&self, begun: &Begun, act: Act) {
        let Step::Redirect(page) = &begun.step else {
            panic!("it has a page: {begun:?}");
        };
        let path = url::Url::parse(page).expect("an address").path().to_owned();
        let choice = match act {
            Act::Pay => "succeed",
            Act::Fail => "decline",
            Act::RunOut => return self.app.clock.advance(HOUR),
        };
        let person = self.app.anonymous(LUMEN);
        person.form(&path, &[("choice", choice)]).await.expect(303);
    }

    fn charges(&self) -> Vec<Charge> {
        let query =
            "SELECT idempotency_key, coalesce(captured_minor, amount_minor) AS amount_minor, state = 'held' AS held
            FROM test_gateway_payments WHERE state IN ('charged', 'held')";
        let rows: Vec<Row> = sql_query(query)
            .load(&mut self.app.database.superuser())
            .expect("the books");
        let charges = rows.into_iter().map(|row| Charge {
            intent: row.idempotency_key,
            units: row.amount_minor,
            refunded: 0,
            held: row.held,
        });
        charges.collect()
    }

    fn paths(&self) -> Vec<String> {
        Vec::new()
    }

    fn sent(&self) -> Vec<String> {
        Vec::new()
    }
}
