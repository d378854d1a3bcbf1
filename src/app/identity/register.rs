//! Registration.

use super::{MINIMUM_AGE, TERMS_VERSION, invite::send_invitation, passwords, tokens::LinkToken, verify};
use crate::{
    app::{App, letters, letters::Letter},
    domain::{
        identity::{Email, Password, PersonName},
        ids::UserId,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        declarations::{self, Declared},
        mail_tokens::{self, Purpose},
        staff, tenants,
        users::{self, NewUser},
    },
};
use std::net::IpAddr;

/// What somebody typed.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Mail address.
    pub email: String,
    /// Password.
    pub password: String,
    /// Public name.
    pub name: String,
    /// Declares to be old enough.
    pub of_age: bool,
    /// Accepts the terms.
    pub accept_terms: bool,
    /// IANA zone.
    pub time_zone: String,
    /// One of the tenant's languages.
    pub language: String,
    /// From where.
    pub address: IpAddr,
}

/// Registers somebody; what comes next is said by mail, in the same way whether the address was known or not.
///
/// # Errors
/// A field that can't be taken, or the database is away.
pub async fn register(
    app: &App,
    scope: &TenantScope,
    origin: &str,
    languages: &[String],
    typed: Registration,
) -> Result<()> {
    let email = Email::parse(&typed.email)?;
    let name = PersonName::parse(&typed.name)?;
    let password = Password::parse(typed.password)?;
    if !typed.of_age {
        return Err(Error::field(
            "of_age",
            format!("You must be {MINIMUM_AGE} or older to register."),
        ));
    }
    if !typed.accept_terms {
        return Err(Error::field("accept_terms", "Accept the terms to register."));
    }
    super::me::check_zone(&typed.time_zone)?;
    super::me::check_language(&typed.language, languages)?;
    let new = NewUser {
        id: UserId::new(),
        email,
        name,
        password_hash: passwords::hash(password).await?,
        time_zone: typed.time_zone,
        language: typed.language,
    };
    let (now, origin, address) = (app.now(), origin.to_owned(), typed.address.to_string());
    app.db
        .tenant(scope, move |tx| store(tx, &new, &origin, &address, now))
        .await
}

fn store(tx: &mut TenantTx<'_>, new: &NewUser, origin: &str, address: &str, now: Moment) -> Result<()> {
    let user = if users::insert(tx, new, now)? {
        new.id
    } else {
        let taken = users::by_email(tx, &new.email)?.ok_or_else(Error::not_found)?.0;
        if taken.verified {
            return letters::post(
                tx,
                taken.id,
                Letter::AlreadyRegistered {
                    link: format!("{origin}/login"),
                },
                now,
            );
        }
        if staff::find(tx, taken.id)?.is_some() {
            // Asked to join the staff, and only the link they were sent may give this account a password.
            let by = tenants::own(tx)?.name;
            return send_invitation(tx, taken.id, origin, by, now);
        }
        // Whoever registered first may not be the one who reads the mail. The newest registration counts, and only its
        // own link confirms it, so nobody confirms a password that somebody else chose.
        users::replace_unverified(tx, taken.id, new)?;
        mail_tokens::void_all(tx, taken.id, &[Purpose::Verify], now)?;
        taken.id
    };
    for declared in [Declared::OfAge, Declared::Terms] {
        declarations::insert(tx, user, declared, TERMS_VERSION, address, now)?;
    }
    send_verification(tx, user, origin, now)
}

/// Writes to somebody how to confirm their address.
pub(super) fn send_verification(tx: &mut TenantTx<'_>, user: UserId, origin: &str, now: Moment) -> Result<()> {
    let token = LinkToken::new();
    mail_tokens::insert(tx, user, Purpose::Verify, token.hash(), now + verify::LINK_MS)?;
    let link = format!("{origin}/verify?token={}", token.text());
    letters::post(tx, user, Letter::Verify { link }, now)
}
