//! Payoneer's batch payments: a file that is uploaded there, with the columns of its template.
//! <https://www.payoneer.com/resources/business/how-to-create-and-send-a-batch-payment>
//!
//! The template has no column for a number of ours; it ends the description, where the seller and the account's
//! statement show it.

use super::table;
use crate::{
    app::ports::{Answer, PayoutBatch, PayoutFile, PayoutOrder, PayoutProvider},
    domain::{
        csv::Csv,
        payout_provider::{PAYONEER_CURRENCY, PayoutCaps, PayoutWay},
    },
};

const HEAD: [&str; 4] = [
    "Recipient email",
    "Payment amount",
    "Payment currency",
    "Payment description",
];
const MOST: usize = 500;
/// Longest description of ours; the number comes behind it.
const MOST_CHARS: usize = 80;

/// By a file for Payoneer.
pub(super) struct Payoneer;

/// Whether it can be a mail address, and whether every spreadsheet leaves it as it is.
fn is_address(account: &str) -> bool {
    let plain = account.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    let begins = account.starts_with(|char: char| char.is_ascii_alphanumeric());
    let parts = account.split_once('@');
    plain && begins && parts.is_some_and(|(_, host)| host.contains('.') && !host.contains('@'))
}

impl PayoutProvider for Payoneer {
    fn way(&self) -> PayoutWay {
        PayoutWay::Payoneer
    }

    fn caps(&self) -> PayoutCaps {
        PayoutCaps {
            sends: false,
            most: MOST,
            currencies: vec![PAYONEER_CURRENCY],
        }
    }

    fn check(&self, order: &PayoutOrder) -> Answer<()> {
        if order.amount.minor <= 0 || !self.caps().takes(order.amount.currency) {
            return Err(self.cannot(format!("pay {}", order.amount)));
        }
        if !is_address(&order.account) {
            return Err(self.cannot(format!("pay {}: {} is no mail address", order.name, order.account)));
        }
        Ok(())
    }

    fn file(&self, batch: &PayoutBatch) -> Answer<PayoutFile> {
        self.check_all(batch)?;
        // Payoneer reads it, and knows its columns by their names: nothing may come before them.
        let mut csv = Csv::default();
        csv.line(&HEAD);
        for order in &batch.payouts {
            let description: String = order.description.chars().take(MOST_CHARS).collect();
            csv.line(&[
                &order.account,
                &order.amount.decimal(),
                order.amount.currency.code(),
                &format!("{description} {}", order.payout),
            ]);
        }
        table("payoneer", batch.approved_at, csv)
    }
}
