//! Asking somebody to join a tenant's staff, and their saying yes.

use super::{passwords, tokens::LinkToken};
use crate::{
    app::{App, letters, letters::Letter, subscriptions},
    domain::{
        audit::{Action, Actor, ActorId, Entry},
        identity::{Email, Password, PersonName},
        ids::UserId,
        permission::Standing,
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, audit,
        mail_tokens::{self, Purpose},
        sessions, staff,
        users::{self, NewUser},
    },
};
use serde_json::{Value, json};

/// How long a link holds.
const LINK_MS: i64 = 7 * 24 * 3_600 * 1_000;

/// Somebody to be asked.
#[derive(Clone, Debug)]
pub struct Invitation {
    new: NewUser,
}

impl Invitation {
    /// Checks who is to be asked. Until they choose a password nobody knows theirs.
    ///
    /// # Errors
    /// A field that can't be taken.
    pub async fn new(email: &str, name: &str, tenant: &Tenant) -> Result<Self> {
        let (email, name) = (Email::parse(email)?, PersonName::parse(name)?);
        let unknown = Password::parse(LinkToken::new().text())?;
        Ok(Self {
            new: NewUser {
                id: UserId::new(),
                email,
                name,
                password_hash: passwords::hash(unknown).await?,
                time_zone: tenant.time_zone.clone(),
                language: tenant.language.clone(),
            },
        })
    }
}

/// What permissions and role look like in the audit log.
pub(in crate::app) fn shown(standing: &Standing) -> Value {
    json!({"role": standing.role, "permissions": standing.permissions})
}

/// Gives somebody a standing and writes to them. Whoever has an account with a confirmed address keeps their password;
/// everybody else chooses one with the link, which proves their address.
///
/// # Errors
/// They are staff already, as many are as the plan has, or the database is away.
pub(in crate::app) fn invite(
    tx: &mut TenantTx<'_>,
    actor: &Actor,
    invitation: &Invitation,
    standing: &Standing,
    origin: &str,
    now: Moment,
) -> Result<UserId> {
    let new = &invitation.new;
    let (user, known) = if users::insert(tx, new, now)? {
        (new.id, false)
    } else {
        let (user, _) = users::by_email(tx, &new.email)?.ok_or_else(Error::not_found)?;
        if !user.verified {
            // Whoever registered this address may not be the one who reads its mail.
            users::replace_unverified(tx, user.id, new)?;
            mail_tokens::void_all(tx, user.id, Purpose::Verify, now)?;
        }
        (user.id, user.verified)
    };
    if known && staff::find(tx, user)?.is_some() {
        return Err(Error::conflict(
            "already_staff",
            "This person is among the staff already.",
        ));
    }
    if staff::find(tx, user)?.is_none() {
        subscriptions::one_more_staff(tx, now)?;
    }
    staff::put(tx, user, standing, now)?;
    let entry = Entry::new(Action::StaffInvited, new.email.as_str()).changed(Value::Null, shown(standing));
    audit::write(tx, actor, &entry, now)?;
    let link = if known {
        format!("{origin}/admin")
    } else {
        let token = LinkToken::new();
        mail_tokens::void_all(tx, user, Purpose::Invite, now)?;
        mail_tokens::insert(tx, user, Purpose::Invite, token.hash(), now + LINK_MS)?;
        format!("{origin}/invite?token={}", token.text())
    };
    let by = actor.name.clone();
    letters::post(tx, user, Letter::Invite { link, by }, now)?;
    Ok(user)
}

/// Whether a link could be used; looking at it uses nothing up.
///
/// # Errors
/// The database is away.
pub async fn invitation_is_good(app: &App, scope: &TenantScope, token: &str) -> Result<bool> {
    let Some(token) = LinkToken::parse(token) else {
        return Ok(false);
    };
    let now = app.now();
    app.db
        .tenant(scope, move |tx| {
            mail_tokens::is_good(tx, Purpose::Invite, token.hash(), now)
        })
        .await
}

/// Joins the staff with a password of one's own. False if the link is unknown, used, too old, or was taken back.
///
/// # Errors
/// A password that can't be taken (then the link stays good), or the database is away.
pub async fn join(app: &App, scope: &TenantScope, token: &str, password: String, address: &str) -> Result<bool> {
    let password = Password::parse(password)?;
    if !invitation_is_good(app, scope, token).await? {
        return Ok(false);
    }
    let Some(token) = LinkToken::parse(token) else {
        return Ok(false);
    };
    let (now, password_hash, address) = (app.now(), passwords::hash(password).await?, address.to_owned());
    app.db
        .tenant(scope, move |tx| {
            let Some(id) = mail_tokens::take(tx, Purpose::Invite, token.hash(), now)? else {
                return Ok(false);
            };
            let Some(standing) = staff::find(tx, id)? else {
                return Ok(false);
            };
            users::set_password(tx, id, &password_hash)?;
            users::mark_verified(tx, id, now)?;
            mail_tokens::void_all(tx, id, Purpose::Verify, now)?;
            sessions::end_all(tx, id, now)?;
            let user = users::find(tx, id)?;
            let actor = Actor {
                who: ActorId::Staff(id),
                name: user.name,
                address,
            };
            let entry = Entry::new(Action::StaffJoined, user.email).changed(Value::Null, shown(&standing));
            audit::write(tx, &actor, &entry, now)?;
            Ok(true)
        })
        .await
}
