//! What is frozen when somebody orders.

use super::{Addon, MOST_EXTENDED_MIN};
use crate::domain::{order_price::OrderPrice, policy::Policy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Which comes first, the payment or the agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// Paid first; then times go back and forth.
    Negotiated,
    /// A time is asked for; once it is accepted, it is to be paid.
    PayAfterAccept,
    /// A talk at once is asked for; once it is accepted, it is to be paid, and begins.
    Instant,
}

/// What holds for an order whatever is changed later. Defaults are requirement M11's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Which comes first.
    pub agreement: Agreement,
    /// How long the talk lasts, minutes; at least 1.
    pub length_min: u32,
    /// What it costs, in minor units.
    pub price_minor: i64,
    /// How long before it begins a time must be agreed on, minutes.
    pub notice_min: u32,
    /// Within so many days of the payment it begins, where that comes first; else within so many days of the agreement.
    pub horizon_days: u32,
    /// How long an offer can be taken, seconds.
    pub offer_s: u32,
    /// How long it can be paid, minutes.
    pub pay_min: u32,
    /// Until so many hours before it begins the buyer cancels for nothing.
    pub cancel_free_h: u32,
    /// What of the price is due when the buyer cancels later, in basis points.
    pub late_cancel_bp: u32,
    /// What of the price is due when the seller came and the buyer didn't, in basis points.
    pub no_show_bp: u32,
    /// How long after its beginning somebody who isn't there is missed, minutes.
    pub no_show_min: u32,
    /// Within so many days it is delivered, where it isn't talked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_days: Option<u32>,
    /// What was chosen with it; the price is with all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addons: Vec<Addon>,
    /// What the buyer pays with fee and tax, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charged: Option<OrderPrice>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            agreement: Agreement::Negotiated,
            length_min: 60,
            price_minor: 0,
            notice_min: 0,
            horizon_days: 14,
            offer_s: 48 * 3_600,
            pay_min: 24 * 60,
            cancel_free_h: 24,
            late_cancel_bp: 5_000,
            no_show_bp: 10_000,
            no_show_min: 10,
            delivery_days: None,
            addons: Vec::new(),
            charged: None,
        }
    }
}

impl Terms {
    /// The same for a talk at once: accepted within a minute, paid within ten.
    #[must_use]
    pub fn at_once(self) -> Self {
        Self {
            agreement: Agreement::Instant,
            notice_min: 0,
            offer_s: 60,
            pay_min: 10,
            ..self
        }
    }

    /// The same with extras; none if that is more money than there is.
    pub fn with_addons(mut self, addons: Vec<Addon>) -> Option<Self> {
        for addon in &addons {
            self.price_minor = self.price_minor.checked_add(addon.price_minor)?;
        }
        self.addons = addons;
        Some(self)
    }

    /// The same for a longer talk; none if it can't be that long, or that is more money than there is.
    pub(super) fn extended(&self, minutes: u32, price: OrderPrice) -> Option<Self> {
        let (length_min, more_minor) = (self.length_min.checked_add(minutes), price.price_minor());
        let longer = Self {
            length_min: length_min.filter(|length| *length <= MOST_EXTENDED_MIN)?,
            price_minor: self.price_minor.checked_add(more_minor).filter(|_| more_minor >= 0)?,
            ..self.clone()
        };
        Some(longer.with_charged(self.charged().with(price)?))
    }

    /// The same with the policy's fee and tax on the price as it is now; none if that is more money than there is.
    pub fn with_charges(self, policy: &Policy) -> Option<Self> {
        let charged = OrderPrice::of(self.price_minor, policy.service_fee, policy.tax)?;
        Some(self.with_charged(charged))
    }

    fn with_charged(mut self, charged: OrderPrice) -> Self {
        self.charged = (charged != OrderPrice::bare(self.price_minor)).then_some(charged);
        self
    }

    /// What the buyer pays, part by part. What the price has grown by since is paid as it is, with neither fee nor tax.
    pub fn charged(&self) -> OrderPrice {
        let charged = self.charged.unwrap_or_default();
        charged.grown_by(self.price_minor - charged.price_minor())
    }

    /// What of the price the extras are, in minor units.
    pub fn addons_minor(&self) -> i64 {
        self.addons.iter().map(|addon| addon.price_minor).sum()
    }

    /// What is earned of it by a talk that cost so much when the seller ended it: of what was ordered besides the same
    /// part, rounded down.
    pub(super) fn earned_minor(&self, charged_minor: i64) -> i64 {
        let (addons, talk) = (self.addons_minor(), self.price_minor - self.addons_minor());
        let charged = charged_minor.clamp(0, talk);
        let part = match talk {
            0 => 0,
            talk => i64::try_from(i128::from(addons) * i128::from(charged) / i128::from(talk)).unwrap_or(0),
        };
        charged + part
    }

    pub(super) fn length_ms(&self) -> i64 {
        i64::from(self.length_min.max(1)) * MINUTE_MS
    }

    pub(super) fn notice_ms(&self) -> i64 {
        i64::from(self.notice_min) * MINUTE_MS
    }

    pub(super) fn horizon_ms(&self) -> i64 {
        i64::from(self.horizon_days) * DAY_MS
    }

    pub(super) fn offer_ms(&self) -> i64 {
        i64::from(self.offer_s) * SECOND_MS
    }

    pub(super) fn pay_ms(&self) -> i64 {
        i64::from(self.pay_min) * MINUTE_MS
    }

    pub(super) fn cancel_free_ms(&self) -> i64 {
        i64::from(self.cancel_free_h) * HOUR_MS
    }

    pub(super) fn no_show_ms(&self) -> i64 {
        i64::from(self.no_show_min) * MINUTE_MS
    }

    /// So many basis points of the price, rounded down.
    pub(super) fn share(&self, bp: u32) -> i64 {
        let share = i128::from(self.price_minor) * i128::from(bp.min(10_000)) / 10_000;
        i64::try_from(share).unwrap_or(self.price_minor)
    }
}
