//! Wallets that PayPal keeps for us, charged without the person.
//!
//! An order is begun without anybody to pay it, under a key that follows from the intent, and only taking it moves money.
//! So an order whose answer got lost is found by beginning it again, as long as PayPal remembers the key.

use super::{
    link::Link,
    wire::{Amount, Order},
};
use crate::{
    app::ports::{Answer, GatewayError, Outcome, SavedCharge, Sought, Standing},
    domain::{money::Money, time::Moment},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// PayPal remembers the keys of orders for six hours.
const REMEMBERED_MS: i64 = 5 * 3_600_000;

/// What an order says of itself, so that PayPal keeps what it is paid with.
pub(super) fn to_be_kept() -> Value {
    json!({"vault": {"store_in_vault": "ON_SUCCESS", "usage_type": "MERCHANT"}})
}

/// Charges a wallet.
pub(super) async fn charge(link: &Link, charge: &SavedCharge) -> Answer<Standing> {
    let order = begin(link, charge.intent, charge.amount).await?;
    let path = format!("v2/checkout/orders/{}/capture", order.id);
    let source = json!({"payment_source": {"paypal": {"vault_id": charge.method.token}}});
    let taken = link
        .post::<Order>(&path, &format!("capture-{}", order.id), &source)
        .await;
    match taken {
        Err(GatewayError::Rejected(why)) => Err(refused(why)),
        taken => taken?.standing(),
    }
}

/// How a charge stands whose answer got lost; nothing, if it wasn't made.
pub(super) async fn look_up(link: &Link, sought: &Sought, now: Moment) -> Answer<Option<Standing>> {
    if now - sought.since > REMEMBERED_MS {
        return Err(GatewayError::Unknown(
            "PayPal doesn't remember the key any more".to_owned(),
        ));
    }
    let begun = begin(link, sought.intent, sought.amount).await?;
    let order: Order = link.get(&format!("v2/checkout/orders/{}", begun.id)).await?;
    let standing = order.standing()?;
    Ok(Some(standing).filter(|standing| standing.outcome != Outcome::Pending || standing.charge.is_some()))
}

/// An order that nobody pays yet: the same whenever it is begun for an intent.
async fn begin(link: &Link, intent: Uuid, amount: Money) -> Answer<Order> {
    let intent = intent.to_string();
    let order = json!({
        "intent": "CAPTURE",
        "purchase_units": [{
            "custom_id": intent,
            // PayPal takes the money for an invoice once.
            "invoice_id": intent,
            "amount": Amount::of(amount)?,
        }],
    });
    link.post("v2/checkout/orders", &format!("order-{intent}"), &order)
        .await
}

/// A refusal that is about the wallet is the person's affair.
fn refused(why: String) -> GatewayError {
    let requires_action = why.contains("PAYER_ACTION_REQUIRED");
    let declined = ["INSTRUMENT_DECLINED", "PAYER_CANNOT_PAY", "TRANSACTION_REFUSED"];
    if requires_action || declined.iter().any(|issue| why.contains(issue)) {
        return GatewayError::Declined {
            reason: why,
            requires_action,
        };
    }
    GatewayError::Rejected(why)
}
