//! Giving a tip.

use super::{Amount, Field, Message};
use serde::Serialize;
use uuid::Uuid;

/// `/sellers/{id}/tip`. Posts `id`, `call`, and `choice` (a suggestion's minor units or a gift's name) or `amount`
/// (as typed; wins).
#[derive(Clone, Debug, Serialize)]
pub struct TipPage {
    /// The form's: sent twice, it gives once.
    pub id: Uuid,
    /// Who gets it.
    pub seller_id: Uuid,
    /// Their name.
    pub name: String,
    /// The call it is for, if it is for one.
    pub call: Option<Uuid>,
    /// Back without giving; not while the call goes on in another tab.
    pub back_url: Option<String>,
    /// Amounts offered as buttons.
    pub suggestions: Vec<TipChoice>,
    /// Gifts offered beside them.
    pub gifts: Vec<GiftChoice>,
    /// Another amount, as typed.
    pub amount: Field,
    /// Least that can be given.
    pub minimum: Amount,
    /// Most that can be given at once.
    pub maximum: Amount,
    /// The reader's credit.
    pub available: Amount,
    /// Why it couldn't be given.
    pub error: Option<Message>,
    /// Where credit is added, if that is what is missing.
    pub add_url: Option<String>,
}

/// Something to give.
#[derive(Clone, Debug, Serialize)]
pub struct GiftChoice {
    /// Of which the words and the picture are.
    pub name: &'static str,
    /// What it costs.
    pub price: Amount,
    /// It is chosen.
    pub chosen: bool,
}

/// An amount to give.
#[derive(Clone, Debug, Serialize)]
pub struct TipChoice {
    /// How much.
    pub amount: Amount,
    /// It is chosen.
    pub chosen: bool,
}

impl TipPage {
    /// Keeps what was chosen, if it is offered.
    pub fn choose(&mut self, choice: &str) {
        for gift in &mut self.gifts {
            gift.chosen = gift.name == choice;
        }
        let of_gifts = self.gifts.iter().any(|gift| gift.chosen);
        let chosen = |suggested: &TipChoice| suggested.amount.minor.to_string() == choice;
        if of_gifts || self.suggestions.iter().any(chosen) {
            for suggested in &mut self.suggestions {
                suggested.chosen = chosen(suggested);
            }
        }
    }
}
