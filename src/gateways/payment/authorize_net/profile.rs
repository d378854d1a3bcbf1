//! Cards that Authorize.net keeps for us (Customer Information Manager): a profile is made of a payment, once, and named
//! by the payment's invoice number.

use super::{invoice::Invoice, link::Link, wire::Charge};
use crate::app::ports::{Answer, GatewayError, SavedMethod};
use serde::{Deserialize, Serialize};

/// What a charge names instead of a card.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Profile {
    customer_profile_id: String,
    payment_profile: PaymentProfile,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentProfile {
    payment_profile_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    merchant_customer_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Order<'a> {
    trans_id: &'a str,
    customer: Question<'a>,
}

#[derive(Deserialize)]
struct Found {
    profile: Kept,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    customer_profile_id: String,
    #[serde(default)]
    payment_profiles: Vec<KeptCard>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeptCard {
    customer_payment_profile_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    customer_profile_id: String,
    customer_payment_profile_id_list: Vec<String>,
}

impl Profile {
    /// The one that a token of ours names.
    pub(super) fn of(method: &SavedMethod) -> Answer<Self> {
        let parts = method.token.split_once('/');
        let (customer, card) =
            parts.ok_or_else(|| GatewayError::Rejected("the saved method isn't one of Authorize.net's".to_owned()))?;
        Ok(Self {
            customer_profile_id: customer.to_owned(),
            payment_profile: PaymentProfile {
                payment_profile_id: card.to_owned(),
            },
        })
    }
}

/// Keeps what a payment was paid with; nothing if the account can't.
///
/// # Errors
/// `Unknown`.
pub(super) async fn keep(link: &Link, invoice: &Invoice, charge: &Charge) -> Answer<Option<SavedMethod>> {
    let kept = match find(link, invoice).await? {
        Some(kept) => Some(kept),
        None => make(link, invoice, charge).await?,
    };
    Ok(kept.map(|token| SavedMethod {
        token,
        label: charge.label(),
    }))
}

async fn find(link: &Link, invoice: &Invoice) -> Answer<Option<String>> {
    let question = Question {
        merchant_customer_id: invoice.number(),
    };
    match link.ask::<Found>("getCustomerProfileRequest", &question).await {
        Ok(Found { profile }) => {
            let card = profile.payment_profiles.first();
            Ok(card.map(|card| format!("{}/{}", profile.customer_profile_id, card.customer_payment_profile_id)))
        }
        Err(GatewayError::Rejected(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn make(link: &Link, invoice: &Invoice, charge: &Charge) -> Answer<Option<String>> {
    let order = Order {
        trans_id: charge.number(),
        customer: Question {
            merchant_customer_id: invoice.number(),
        },
    };
    let name = "createCustomerProfileFromTransactionRequest";
    match link.ask::<Made>(name, &order).await {
        Ok(made) => {
            let card = made.customer_payment_profile_id_list.first();
            Ok(card.map(|card| format!("{}/{card}", made.customer_profile_id)))
        }
        // The payment is what it is all the same.
        Err(GatewayError::Rejected(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
