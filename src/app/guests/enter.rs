//! Coming in by the link.

use crate::{
    app::{
        App,
        browse::Offer,
        identity::{LinkToken, SignedIn, Viewer, begin_as_guest},
        legs::{self, Agreed},
    },
    domain::{
        guest::{GuestRole, ThirdPerson},
        identity::PersonName,
        ids::{CallId, UserId},
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        call_guests::{self, Guest},
        calls::{self, Call},
        users,
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
    /// What it costs whoever comes, if they pay.
    pub price: Option<Offer>,
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
pub async fn show(app: &App, scope: &TenantScope, tenant: &Tenant, token: &str) -> Result<Shown> {
    let (link, tenant, now) = (LinkToken::parse(token).ok_or_else(gone)?, tenant.clone(), app.now());
    app.db
        .tenant(scope, move |tx| {
            let (guest, call) = open(tx, &link, now)?;
            Ok(Shown {
                role: guest.role,
                price: legs::price(tx, &tenant, &call)?,
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
/// No name, a link that leads nowhere any more or by which one pays, or the database is away.
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
            if call.terms.policy.third_person == ThirdPerson::GuestPays {
                let words = "Sign in to come in: in this call everybody pays for themselves.";
                return Err(Error::field("agreed", words));
            }
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

/// Comes in as who one is here already; where one pays for oneself, having agreed to what it costs. Gives the call,
/// and the leg if that began one.
///
/// # Errors
/// It is the reader's own call, a link that leads nowhere any more, they didn't agree to the price or can't pay it, or the
/// database is away.
pub async fn enter_as(
    app: &App,
    viewer: &Viewer,
    tenant: &Tenant,
    token: &str,
    agreed: Option<Agreed>,
) -> Result<(CallId, Option<Call>)> {
    let (link, now, person) = (LinkToken::parse(token).ok_or_else(gone)?, app.now(), viewer.user.id);
    let (handle, tenant) = (app.clone(), tenant.clone());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let (guest, call) = open(tx, &link, now)?;
            if [call.buyer.id, call.seller.id].contains(&person) {
                return Err(Error::conflict(
                    "own_call",
                    "This link is for somebody else: you are in the call already.",
                ));
            }
            if call_guests::of_person(tx, call.id, person).is_ok() {
                return Ok((call.id, None));
            }
            call_guests::take(tx, guest.id, person, now)?;
            if call.terms.policy.third_person != ThirdPerson::GuestPays {
                return Ok((call.id, None));
            }
            let agreed = agreed.ok_or_else(|| Error::field("agreed", "Agree to the price first."))?;
            let leg = legs::begin_to_pay(&handle, tx, &tenant, (&call, &guest), (person, agreed), now)?;
            Ok((call.id, Some(leg)))
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
