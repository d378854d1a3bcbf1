//! Payouts by hand: a table for whoever pays at their bank.

use super::table;
use crate::{
    app::ports::{Answer, PayoutBatch, PayoutFile, PayoutOrder, PayoutProvider},
    domain::{
        csv::Csv,
        payout_provider::{PayoutCaps, PayoutWay},
    },
};

const HEAD: [&str; 7] = ["payout", "name", "account", "bank", "amount", "currency", "description"];
const MOST: usize = 10_000;

/// By hand.
pub(super) struct Manual;

impl PayoutProvider for Manual {
    fn way(&self) -> PayoutWay {
        PayoutWay::Manual
    }

    fn caps(&self) -> PayoutCaps {
        PayoutCaps {
            sends: false,
            most: MOST,
            currencies: Vec::new(),
        }
    }

    fn check(&self, order: &PayoutOrder) -> Answer<()> {
        if order.amount.minor <= 0 {
            return Err(self.cannot(format!("pay {}", order.amount)));
        }
        if order.account.trim().is_empty() {
            return Err(self.cannot(format!("pay {} without an account", order.name)));
        }
        Ok(())
    }

    fn file(&self, batch: &PayoutBatch) -> Answer<PayoutFile> {
        self.check_all(batch)?;
        let mut csv = Csv::with_head(&HEAD);
        for order in &batch.payouts {
            csv.line(&[
                &order.payout.to_string(),
                &order.name,
                &order.account,
                &order.bank,
                &order.amount.decimal(),
                order.amount.currency.code(),
                &order.description,
            ]);
        }
        table("payouts", batch.approved_at, csv)
    }
}
