//! Asking a third person in.

use crate::{
    app::{
        App,
        identity::{LinkToken, Viewer},
    },
    domain::{
        guest::{self, GuestRole, LINK_MS, MOST_GUESTS},
        ids::{CallId, GuestId},
        plan::FEWEST_PARTICIPANTS,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        call_guests::{self, Guest},
        calls::{self, Call},
        subscriptions,
    },
};

/// A place that was made, and the only copy of its link.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The place.
    pub guest: Guest,
    /// What stands in the link: a path of the tenant's host.
    pub path: String,
}

/// Makes a place in a call of one's own. Whom the buyer asks may come in; whom the seller asks, the buyer lets in. To a free
/// talk only its host asks, and nobody else has to say yes.
///
/// # Errors
/// The call isn't theirs to ask into or is over, it has as many people as may be, the languages don't fit, or the database is away.
pub async fn invite(
    app: &App,
    viewer: &Viewer,
    call: CallId,
    role: GuestRole,
    languages: Vec<String>,
) -> Result<Invited> {
    let (person, now, token) = (viewer.user.id, app.now(), LinkToken::new());
    let path = format!("/guest/{}", token.text());
    let make = move |tx: &mut TenantTx<'_>| {
        let call = calls::lock(tx, call, person)?;
        if call.ended.is_some() {
            return Err(Error::conflict("call_over", "The call is over."));
        }
        // A leg has no room that anybody could come into.
        if call.parent.is_some() {
            return Err(Error::not_found());
        }
        super::may_invite(&call, person)?;
        let languages = room_for(tx, &call, role, &languages, now)?;
        let guest = Guest {
            id: GuestId::new(),
            call: call.id,
            role,
            languages,
            invited_by: person,
            expires_at: now + LINK_MS,
            person: None,
            since: None,
            admitted: person == call.admits().id,
            ended: false,
            leg: None,
        };
        call_guests::insert(tx, &guest, token.hash(), now)?;
        Ok(guest)
    };
    let guest = app.db.tenant(&viewer.scope, make).await?;
    Ok(Invited { guest, path })
}

/// Whether one more may come, as that; gives what they interpret.
///
/// # Errors
/// Nobody is asked in as that, the room is full, the languages don't fit, or the database is away.
pub(in crate::app) fn room_for(
    tx: &mut TenantTx<'_>,
    call: &Call,
    role: GuestRole,
    languages: &[String],
    now: Moment,
) -> Result<Vec<String>> {
    if role == GuestRole::Visitor {
        return Err(Error::field("role", "Say what you ask them in for."));
    }
    let others: Vec<Guest> = call_guests::of_call(tx, call.id)?;
    let open = |guest: &&Guest| guest.person.is_some() || guest.expires_at > now;
    let mut spoken: Vec<String> = others
        .iter()
        .filter(open)
        .flat_map(|guest| guest.languages.clone())
        .collect();
    spoken.sort_unstable();
    spoken.dedup();
    has_room(tx, call, others.iter().filter(open).count(), now)?;
    guest::languages(role, languages, &spoken).map_err(|unfit| Error::field("languages", sentence(&unfit.to_string())))
}

/// Whether one more may be asked in beside the two and `guests`. Whoever came first and was shown out keeps no place.
///
/// # Errors
/// There are as many as may be, or the database is away.
pub(in crate::app) fn has_room(tx: &mut TenantTx<'_>, call: &Call, guests: usize, now: Moment) -> Result<()> {
    let gone = usize::from(call_guests::is_out(tx, call, call.buyer.id)?);
    let limits = subscriptions::terms(tx, now)?.limits;
    let most = limits.participants.map_or(MOST_GUESTS, |most| {
        usize::try_from(most.saturating_sub(FEWEST_PARTICIPANTS)).unwrap_or(MOST_GUESTS)
    });
    if guests < most.min(MOST_GUESTS) + gone {
        return Ok(());
    }
    Err(Error::conflict(
        "room_full",
        "No more people can be asked into this call. Take back a link that nobody needs.",
    ))
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
