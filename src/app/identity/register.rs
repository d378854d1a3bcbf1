//! Registration.

use super::{
    declarations::Declarations,
    invite::{Task, send_invitation},
    passwords,
    tokens::LinkToken,
    verify,
};
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
        mail_tokens::{self, Purpose},
        tenants,
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
    /// What was declared.
    pub declared: Declarations,
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
    typed.declared.check()?;
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
        .tenant(scope, move |tx| {
            if let Some(user) = store(tx, &new, &origin, now)? {
                typed.declared.write(tx, user, &address, now)?;
                send_verification(tx, user, &origin, now)?;
            }
            Ok(())
        })
        .await
}

/// Gives the new account, unless the address is somebody's or was asked for something; then they are told by mail.
fn store(tx: &mut TenantTx<'_>, new: &NewUser, origin: &str, now: Moment) -> Result<Option<UserId>> {
    let user = if users::insert(tx, new, now)? {
        new.id
    } else {
        let (taken, _) = users::by_email(tx, &new.email)?.ok_or_else(Error::not_found)?;
        // Whoever asks this person for something meanwhile is waited for, and seen below.
        let taken = users::lock(tx, taken.id)?;
        if taken.verified {
            let link = format!("{origin}/login");
            letters::post(tx, taken.id, Letter::AlreadyRegistered { link }, now)?;
            return Ok(None);
        }
        if let Some(task) = Task::of(tx, taken.id)? {
            // Only the link they were sent may give this account a password.
            let by = tenants::own(tx)?.name;
            send_invitation(tx, taken.id, task, origin, by, now)?;
            return Ok(None);
        }
        // Whoever registered first may not be the one who reads the mail. The newest registration counts, and only its
        // own link confirms it, so nobody confirms a password that somebody else chose.
        users::replace_unverified(tx, taken.id, new)?;
        mail_tokens::void_all(tx, taken.id, &[Purpose::Verify], now)?;
        taken.id
    };
    Ok(Some(user))
}

/// Writes to somebody how to confirm their address.
pub(super) fn send_verification(tx: &mut TenantTx<'_>, user: UserId, origin: &str, now: Moment) -> Result<()> {
    let token = LinkToken::new();
    mail_tokens::insert(tx, user, Purpose::Verify, token.hash(), now + verify::LINK_MS)?;
    let link = format!("{origin}/verify?token={}", token.text());
    letters::post(tx, user, Letter::Verify { link }, now)
}
