//! What an order costs, as its pages show it.

use super::{
    book::addons,
    views::{AddonChoice, Amount, PriceLines},
};
use crate::{
    app::bookings,
    domain::{booking::Addon, call::CallRole, order_price::OrderPrice, policy::Policy},
    web::{Result, Site},
};

/// What it would cost now, with the extras that are ticked.
///
/// # Errors
/// That is more money than there is.
pub(super) fn quoted(
    site: &Site,
    base_minor: i64,
    (offered, ticked): (&[Addon], &[AddonChoice]),
    policy: &Policy,
) -> Result<PriceLines> {
    let is_ticked = |addon: &&Addon| ticked.iter().any(|choice| choice.chosen && choice.title == addon.title);
    let chosen: Vec<Addon> = offered.iter().filter(is_ticked).cloned().collect();
    let price = bookings::quote(base_minor, chosen.clone(), policy)?;
    Ok(lines(site, &price, &chosen, CallRole::Buyer))
}

/// What it costs: buyers see what they pay, sellers what they ask for it.
pub(super) fn lines(site: &Site, price: &OrderPrice, chosen: &[Addon], reader: CallRole) -> PriceLines {
    let amount = |minor| Amount::new(minor, site.tenant.currency.code());
    let some = |minor: i64| (minor > 0).then(|| amount(minor));
    let extras: i64 = chosen.iter().map(|addon| addon.price_minor).sum();
    let (fee, tax, total) = match reader {
        CallRole::Buyer => (price.fee_minor(), price.tax_minor(), price.total_minor()),
        CallRole::Seller => (0, 0, price.price_minor()),
    };
    PriceLines {
        base: amount(price.price_minor() - extras),
        addons: addons(site, chosen),
        fee: some(fee),
        tax: some(tax),
        tax_included: price.included,
        total: amount(total),
    }
}
