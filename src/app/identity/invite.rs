//! Asking somebody to join a tenant's staff, and their saying yes.

use super::{RESEND_MS, link, passwords, tokens::LinkToken};
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
        staff,
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

/// Gives somebody a standing and writes to them. Whoever has an account with a confirmed address keeps their password and
/// is on the staff at once; everybody else chooses one with the link, which proves their address and says yes.
///
/// # Errors
/// They are staff already, their account is closed, as many are as the plan has, or the database is away.
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
        if user.suspended {
            let words = "This person's account is closed. Open it again first.";
            return Err(Error::conflict("suspended", words));
        }
        if !user.verified {
            // Whoever registered this address may not be the one who reads its mail.
            users::replace_unverified(tx, user.id, new)?;
            mail_tokens::void_all(tx, user.id, &[Purpose::Verify], now)?;
        }
        (user.id, user.verified)
    };
    let had = staff::find(tx, user)?;
    if had.as_ref().is_some_and(|had| had.accepted) {
        return Err(Error::conflict(
            "already_staff",
            "This person is among the staff already.",
        ));
    }
    if had.is_none() {
        subscriptions::one_more_staff(tx, now)?;
    }
    staff::put(tx, user, standing, now)?;
    let before = had.map_or(Value::Null, |had| shown(&had.standing));
    let entry = Entry::new(Action::StaffInvited, new.email.as_str()).changed(before, shown(standing));
    audit::write(tx, actor, &entry, now)?;
    let by = actor.name.clone();
    if known {
        staff::accept(tx, user, now)?;
        let link = format!("{origin}/admin");
        letters::post(tx, user, Letter::Invite { link, by }, now)?;
    } else {
        send_invitation(tx, user, origin, by, now)?;
    }
    Ok(user)
}

/// Writes to somebody how to join, in place of what they were sent before; at most once a minute.
pub(super) fn send_invitation(
    tx: &mut TenantTx<'_>,
    user: UserId,
    origin: &str,
    by: String,
    now: Moment,
) -> Result<()> {
    if mail_tokens::has_fresh(tx, user, Purpose::Invite, now + (LINK_MS - RESEND_MS))? {
        return Ok(());
    }
    let token = LinkToken::new();
    mail_tokens::void_all(tx, user, &[Purpose::Invite], now)?;
    mail_tokens::insert(tx, user, Purpose::Invite, token.hash(), now + LINK_MS)?;
    let link = format!("{origin}/invite?token={}", token.text());
    letters::post(tx, user, Letter::Invite { link, by }, now)
}

/// Whether a link could be used; looking at it uses nothing up.
///
/// # Errors
/// The database is away.
pub async fn invitation_is_good(app: &App, scope: &TenantScope, token: &str) -> Result<bool> {
    link::is_good(app, scope, Purpose::Invite, token).await
}

/// Joins the staff with a password of one's own. False if the link is unknown, used, too old, or was taken back.
///
/// # Errors
/// A password that can't be taken (then the link stays good), or the database is away.
pub async fn join(app: &App, scope: &TenantScope, token: &str, password: String, address: &str) -> Result<bool> {
    let address = address.to_owned();
    link::choose_password(app, scope, Purpose::Invite, token, password, move |tx, id, now| {
        let Some(asked) = staff::find(tx, id)? else {
            return Ok(false);
        };
        staff::accept(tx, id, now)?;
        let user = users::find(tx, id)?;
        let actor = Actor {
            who: ActorId::Staff(id),
            name: user.name,
            address,
        };
        let entry = Entry::new(Action::StaffJoined, user.email).changed(Value::Null, shown(&asked.standing));
        audit::write(tx, &actor, &entry, now)?;
        Ok(true)
    })
    .await
}
