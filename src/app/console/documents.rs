//! Who issues the marketplace's invoices.

use super::StaffMember;
use crate::{
    app::App,
    domain::{
        audit::{Action, Entry},
        document::{Issuer, MOST_ADDRESS_CHARS, MOST_ADDRESS_LINES, MOST_NAME_CHARS, MOST_TAX_NUMBER_CHARS},
        text,
    },
    error::{Error, Result},
    store::{audit, documents},
};
use serde_json::json;

/// Sets who issues documents from now on; those that are numbered stay as they are.
///
/// # Errors
/// A field that can't be taken, or the database is away.
pub async fn change_issuer(app: &App, by: &StaffMember, typed: Issuer) -> Result<()> {
    let issuer = checked(&typed)?;
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let before = documents::issuer(tx)?;
            if before.as_ref() == Some(&issuer) {
                return Ok(());
            }
            documents::set_issuer(tx, &issuer)?;
            let entry = Entry::new(Action::IssuerChanged, &issuer.name);
            audit::write(tx, &actor, &entry.changed(json!(before), json!(issuer)), now)
        })
        .await
}

fn checked(typed: &Issuer) -> Result<Issuer> {
    let name = text::line(&typed.name, 1..=MOST_NAME_CHARS);
    let address = text::paragraphs(&typed.address, 0..=MOST_ADDRESS_CHARS);
    let address = address.filter(|address| address.lines().count() <= MOST_ADDRESS_LINES);
    let tax_number = text::line(&typed.tax_number, 0..=MOST_TAX_NUMBER_CHARS);
    Ok(Issuer {
        name: name.ok_or_else(|| Error::field("name", "Write the name of the business, in up to 120 characters."))?,
        address: address.ok_or_else(|| Error::field("address", "Use at most 6 lines and 300 characters."))?,
        tax_number: tax_number.ok_or_else(|| Error::field("tax_number", "Use at most 40 characters."))?,
    })
}
