//! Asking somebody to join a tenant's staff, to look after a studio or to sell there, and their saying yes.

use super::{RESEND_MS, declarations::Declarations, link, passwords, tokens::LinkToken};
use crate::{
    app::{App, letters, letters::Letter, subscriptions},
    domain::{
        audit::{Action, Actor, ActorId, Entry},
        identity::{Email, Password, PersonName},
        ids::{StudioId, UserId},
        permission::Standing,
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, audit,
        mail_tokens::{self, Purpose},
        sellers::{self, Profile},
        staff, studios,
        users::{self, NewUser},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::net::IpAddr;

/// How long a link holds.
const LINK_MS: i64 = 7 * 24 * 3_600 * 1_000;

/// What somebody is asked to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// To help run the place.
    #[default]
    Run,
    /// To look after a studio.
    Manage,
    /// To sell there.
    Sell,
}

impl Task {
    /// Where it is done.
    pub fn path(self) -> &'static str {
        match self {
            Self::Run => "/admin",
            Self::Manage => "/studio",
            Self::Sell => "/sell",
        }
    }

    /// What somebody is asked to do, or was; running the place comes first, then looking after a part of it.
    pub(super) fn of(tx: &mut TenantTx<'_>, user: UserId) -> Result<Option<Self>> {
        if staff::find(tx, user)?.is_some() {
            return Ok(Some(Self::Run));
        }
        if studios::managed_by(tx, user)?.is_some() {
            return Ok(Some(Self::Manage));
        }
        Ok(sellers::find(tx, user)?.map(|_| Self::Sell))
    }
}

/// Whether somebody is asked for anything.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn is_asked(tx: &mut TenantTx<'_>, user: UserId) -> Result<bool> {
    Ok(Task::of(tx, user)?.is_some())
}

/// Somebody to be asked.
#[derive(Clone, Debug)]
pub struct Invitation {
    new: NewUser,
}

impl Invitation {
    /// Where they are written to.
    pub(in crate::app) fn email(&self) -> &str {
        self.new.email.as_str()
    }

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
    let (user, known) = newcomer(tx, invitation, now)?;
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
    let entry = Entry::new(Action::StaffInvited, invitation.new.email.as_str()).changed(before, shown(standing));
    audit::write(tx, actor, &entry, now)?;
    if known {
        staff::accept(tx, user, now)?;
    }
    ask(tx, (user, known), Task::Run, origin, actor.name.clone(), now)?;
    Ok(user)
}

/// Makes somebody a seller and writes to them, as [`invite`] does; nobody finds them before they said yes.
///
/// # Errors
/// They sell already, their account is closed, as many sell as the plan has, or the database is away.
pub(in crate::app) fn invite_seller(
    tx: &mut TenantTx<'_>,
    actor: &Actor,
    invitation: &Invitation,
    headline: String,
    origin: &str,
    now: Moment,
) -> Result<UserId> {
    let (user, known) = newcomer(tx, invitation, now)?;
    let had = sellers::find(tx, user)?;
    if known && had.is_some() {
        return Err(Error::conflict("already_seller", "This person sells here already."));
    }
    if had.is_none() {
        subscriptions::one_more_seller(tx, now)?;
    }
    let entry = Entry::new(Action::SellerInvited, invitation.new.email.as_str())
        .changed(Value::Null, json!({"headline": headline}));
    sellers::put(tx, &Profile::new(user, headline), now)?;
    audit::write(tx, actor, &entry, now)?;
    ask(tx, (user, known), Task::Sell, origin, actor.name.clone(), now)?;
    Ok(user)
}

/// Lets somebody look after a studio and writes to them, as [`invite`] does.
///
/// # Errors
/// They look after one already, their account is closed, or the database is away.
pub(in crate::app) fn invite_manager(
    tx: &mut TenantTx<'_>,
    actor: &Actor,
    invitation: &Invitation,
    studio: StudioId,
    origin: &str,
    now: Moment,
) -> Result<UserId> {
    let (user, known) = newcomer(tx, invitation, now)?;
    let added = studios::add_manager(tx, studio, user, now)?;
    let managed = studios::managed_by(tx, user)?.ok_or_else(Error::not_found)?;
    if !added && (known || managed.id != studio) {
        let words = "This person looks after a studio already. They can look after one only.";
        return Err(Error::conflict("already_manager", words));
    }
    let entry = Entry::new(Action::StudioManagerAdded, invitation.new.email.as_str())
        .changed(Value::Null, json!({"studio": managed.name}));
    audit::write(tx, actor, &entry, now)?;
    ask(tx, (user, known), Task::Manage, origin, actor.name.clone(), now)?;
    Ok(user)
}

/// Somebody's account, new if they have none, and whether its address is known to be theirs.
fn newcomer(tx: &mut TenantTx<'_>, invitation: &Invitation, now: Moment) -> Result<(UserId, bool)> {
    let new = &invitation.new;
    if users::insert(tx, new, now)? {
        return Ok((new.id, false));
    }
    let (user, _) = users::by_email(tx, &new.email)?.ok_or_else(Error::not_found)?;
    // Whoever registers with this address meanwhile is waited for.
    let user = users::lock(tx, user.id)?;
    if user.suspended {
        let words = "This person's account is closed. Open it again first.";
        return Err(Error::conflict("suspended", words));
    }
    if !user.verified {
        // Whoever registered this address may not be the one who reads its mail.
        users::replace_unverified(tx, user.id, new)?;
        mail_tokens::void_all(tx, user.id, &[Purpose::Verify], now)?;
    }
    Ok((user.id, user.verified))
}

/// Writes to somebody what they are asked for.
fn ask(
    tx: &mut TenantTx<'_>,
    (user, known): (UserId, bool),
    task: Task,
    origin: &str,
    by: String,
    now: Moment,
) -> Result<()> {
    if known {
        let link = format!("{origin}{}", task.path());
        return letters::post(tx, user, Letter::Invite { link, by, task }, now);
    }
    send_invitation(tx, user, task, origin, by, now)
}

/// Writes to somebody how to join, in place of what they were sent before; at most once a minute.
pub(super) fn send_invitation(
    tx: &mut TenantTx<'_>,
    user: UserId,
    task: Task,
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
    letters::post(tx, user, Letter::Invite { link, by, task }, now)
}

/// Whether a link could be used; looking at it uses nothing up.
///
/// # Errors
/// The database is away.
pub async fn invitation_is_good(app: &App, scope: &TenantScope, token: &str) -> Result<bool> {
    link::is_good(app, scope, Purpose::Invite, token).await
}

/// What somebody types who says yes.
#[derive(Clone, Debug)]
pub struct Joining {
    /// From the mail's link.
    pub token: String,
    /// One's own from now on.
    pub password: String,
    /// What everybody with an account declares.
    pub declared: Declarations,
    /// From where.
    pub address: IpAddr,
}

/// Says yes with a password of one's own, and gives what to. `None` if the link is unknown, used, too old, or was taken
/// back.
///
/// # Errors
/// A password that can't be taken or something not declared (then the link stays good), or the database is away.
pub async fn join(app: &App, scope: &TenantScope, typed: Joining) -> Result<Option<Task>> {
    typed.declared.check()?;
    let address = typed.address.to_string();
    link::choose_password(
        app,
        scope,
        Purpose::Invite,
        &typed.token,
        typed.password,
        move |tx, id, now| {
            let Some(task) = Task::of(tx, id)? else {
                return Ok(None);
            };
            typed.declared.write(tx, id, &address, now)?;
            if task == Task::Run {
                accept(tx, id, address, now)?;
            }
            Ok(Some(task))
        },
    )
    .await
}

/// Somebody is on the staff from now on.
fn accept(tx: &mut TenantTx<'_>, id: UserId, address: String, now: Moment) -> Result<()> {
    let (asked, user) = (staff::find(tx, id)?.ok_or_else(Error::not_found)?, users::find(tx, id)?);
    staff::accept(tx, id, now)?;
    let actor = Actor {
        who: ActorId::Staff(id),
        name: user.name,
        address,
    };
    let entry = Entry::new(Action::StaffJoined, user.email).changed(Value::Null, shown(&asked.standing));
    audit::write(tx, &actor, &entry, now)
}
