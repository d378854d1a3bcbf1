//! Coming in by the link.

use crate::{
    app::{
        App,
        identity::{LinkToken, SignedIn, Viewer, begin_as_guest},
    },
    domain::{
        guest::GuestRole,
        identity::PersonName,
        ids::{CallId, UserId},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        call_guests::{self, Guest},
        calls, users,
    },
};

/// What the link's page says before anybody comes in.
#[derive(Clone, Debug)]
pub struct Shown {
    /// As what one is asked.
    pub role: GuestRole,
    /// Who asks.
    pub invited_by: String,
    /// What the call is about.
    pub service_title: String,
    /// What an interpreter speaks.
    pub languages: Vec<String>,
    /// The call.
    pub call: CallId,
}

/// Who came, and where to.
#[derive(Debug)]
pub struct Entered {
    /// Their session.
    pub signed: Box<SignedIn>,
    /// The call.
    pub call: CallId,
}

/// What a link leads to; it isn't used up by looking.
///
/// # Errors
/// It leads nowhere any more, or the database is away.
pub async fn show(app: &App, scope: &TenantScope, token: &str) -> Result<Shown> {
    let (link, now) = (LinkToken::parse(token).ok_or_else(gone)?, app.now());
    app.db
        .tenant(scope, move |tx| {
            let (guest, call) = open(tx, &link, now)?;
            Ok(Shown {
                role: guest.role,
                invited_by: users::find(tx, guest.invited_by)?.name,
                service_title: call.service_title,
                languages: guest.languages,
                call: call.id,
            })
        })
        .await
}

/// Comes in without an account, under a name.
///
/// # Errors
/// No name, a link that leads nowhere any more, or the database is away.
pub async fn enter(
    app: &App,
    scope: &TenantScope,
    token: &str,
    name: &str,
    (time_zone, language): (String, String),
    device: &str,
) -> Result<Entered> {
    let name = PersonName::parse(name)?;
    let (link, now, device) = (LinkToken::parse(token).ok_or_else(gone)?, app.now(), device.to_owned());
    let person = UserId::new();
    let (begun, call) = app
        .db
        .tenant(scope, move |tx| {
            let (guest, call) = open(tx, &link, now)?;
            users::insert_guest(tx, person, &name, (&time_zone, &language), now)?;
            call_guests::take(tx, guest.id, person, now)?;
            Ok((begin_as_guest(tx, person, &device, now)?, call.id))
        })
        .await?;
    Ok(Entered {
        signed: Box::new(begun.signed_in(scope)),
        call,
    })
}

/// Comes in as who one is here already.
///
/// # Errors
/// It is the reader's own call, a link that leads nowhere any more, or the database is away.
pub async fn enter_as(app: &App, viewer: &Viewer, token: &str) -> Result<CallId> {
    let (link, now, person) = (LinkToken::parse(token).ok_or_else(gone)?, app.now(), viewer.user.id);
    app.db
        .tenant(&viewer.scope, move |tx| {
            let (guest, call) = open(tx, &link, now)?;
            if [call.buyer.id, call.seller.id].contains(&person) {
                return Err(Error::conflict(
                    "own_call",
                    "This link is for somebody else: you are in the call already.",
                ));
            }
            if call_guests::of_person(tx, call.id, person).is_err() {
                call_guests::take(tx, guest.id, person, now)?;
            }
            Ok(call.id)
        })
        .await
}

/// The place and call behind a link that can be used.
fn open(tx: &mut TenantTx<'_>, link: &LinkToken, now: Moment) -> Result<(Guest, calls::Call)> {
    let guest = call_guests::by_link(tx, link.hash()).map_err(|error| match error.kind {
        crate::error::Kind::NotFound => gone(),
        _ => error,
    })?;
    let call = calls::of_person(tx, guest.call, guest.invited_by)?;
    if guest.ended || guest.person.is_some() || guest.expires_at <= now || call.ended.is_some() {
        return Err(gone());
    }
    Ok((guest, call))
}

fn gone() -> Error {
    Error::missing(
        "This link leads nowhere any more: the call is over, or somebody has used the link. Ask for a new one.",
    )
}
