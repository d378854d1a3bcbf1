//! Transfers to sellers' own accounts.

use super::{Answer, Form, Stripe, amount, currency, failure, invalid, known, required};
use serde_json::{Value, json};

/// An account that takes transfers.
pub const SELLER: &str = "acct_1MTfjCQ9PRzxEwkZ";
/// One that doesn't, yet.
pub const NEWCOMER: &str = "acct_1MTfjCQ9PRzxNew0";

impl Stripe {
    pub(super) fn create_transfer(&mut self, form: &Form) -> Answer {
        let fields = [
            "amount",
            "currency",
            "destination",
            "description",
            "transfer_group",
            "metadata[payout]",
        ];
        known(form, &fields)?;
        let (amount, currency) = (amount(form, "amount")?, currency(form, "currency")?);
        match required(form, "destination")? {
            SELLER => {}
            NEWCOMER => {
                let message = "Your destination account needs to have at least one of the following capabilities enabled: transfers";
                return Err(failure(
                    400,
                    "invalid_request_error",
                    "insufficient_capabilities_for_transfer",
                    message,
                ));
            }
            other => return Err(invalid(&format!("No such destination: '{other}'"))),
        }
        let spent: i64 = self.transfers().iter().filter_map(|made| made["amount"].as_i64()).sum();
        if spent + amount > self.balance {
            return Err(failure(
                400,
                "invalid_request_error",
                "balance_insufficient",
                "You have insufficient available funds",
            ));
        }
        let transfer = json!({
            "id": self.id("tr"),
            "object": "transfer",
            "amount": amount,
            "amount_reversed": 0,
            "currency": currency,
            "description": form.get("description"),
            "destination": form["destination"],
            "livemode": false,
            "metadata": {"payout": required(form, "metadata[payout]")?},
            "reversed": false,
            "transfer_group": required(form, "transfer_group")?,
        });
        Ok(self.keep(transfer))
    }

    /// All that were made.
    pub fn transfers(&self) -> Vec<Value> {
        self.of("transfer").into_iter().cloned().collect()
    }

    /// Staff call one back, in Stripe's own console.
    pub fn reverse(&mut self, id: &str) {
        let made = self.objects.get_mut(id).expect("a transfer");
        made["reversed"] = json!(true);
        made["amount_reversed"] = made["amount"].clone();
    }
}
