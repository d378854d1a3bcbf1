//! Going in: the room's call opens, or, where that goes on and is free, one more person comes to it.

use super::door::{gone, is_here, takes};
use crate::{
    app::{
        App, browse, calls as talks, guests,
        identity::{Begun, LinkToken, SignedIn, begin_as_guest},
        identity_checks, safety, subscriptions,
    },
    domain::{
        call::Terms,
        guest::{GuestRole, LINK_MS},
        identity::PersonName,
        identity_check::Side,
        ids::{CallId, GuestId, UserId},
        money::Money,
        private_room::{ADMITTED_MS, LOST_MS, UNSEEN_MS},
        quota::Counted,
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Kind, Result},
    store::{
        TenantScope, TenantTx,
        call_guests::{self, Guest},
        calls::{self, Call, CallRefused, Party},
        earning_shares, frozen, identity_checks as checks,
        ledger::{self, AccountKind},
        private_room_visits::{self, Visit},
        private_rooms::{self, PrivateRoom},
        reviews, services, users,
    },
};

/// Who goes in, and on what.
#[derive(Clone, Debug)]
pub struct Going {
    /// Who is signed in.
    pub user: Option<UserId>,
    /// Where nobody is: the zone and the language of who becomes a guest.
    pub zone_and_language: (String, String),
    /// Of a guest's session.
    pub device: String,
}

/// How it went.
#[derive(Debug)]
pub enum Inside {
    /// The host hasn't answered.
    Waiting,
    /// The host said no.
    Refused,
    /// They may come in, and the host has no page open.
    Away,
    /// They may come in when the host's talk is over.
    Busy,
    /// They may come in when somebody has left.
    Full,
    /// They are in.
    In {
        /// Where.
        call: CallId,
        /// The call, if it was opened just now and wants its room.
        opened: Option<Box<Call>>,
        /// The session of whoever had none.
        signed: Option<Box<SignedIn>>,
    },
}

/// Goes in, as soon as it can be.
///
/// # Errors
/// There is no such visit, it is somebody else's, their credit doesn't cover the start, or whatever else a ring is refused
/// for.
pub async fn go_in(
    app: &App,
    (scope, tenant): (&TenantScope, &Tenant),
    (slug, token): (&str, &str),
    going: Going,
) -> Result<(PrivateRoom, Visit, Inside)> {
    let token = LinkToken::parse(token).ok_or_else(gone)?.hash();
    let (now, tenant, inner, address) = (app.now(), tenant.clone(), app.clone(), slug.to_owned());
    let tried = app.db.tenant(scope, move |tx| {
        let room = private_rooms::by_slug(tx, &address)?;
        // One after the other: two at once don't open two calls. The room comes first, as wherever both are locked.
        let room = private_rooms::lock(tx, room.id, room.host.id)?;
        let visit = private_room_visits::by_token(tx, room.id, token)?;
        if visit.call.is_none() {
            private_room_visits::seen(tx, visit.id, now)?;
        }
        let entry = Entry {
            app: &inner,
            tenant: &tenant,
            going: &going,
            now,
        };
        let step = entry.step(tx, &room, &visit)?;
        Ok((room, visit, step))
    });
    let (room, visit, step) = match tried.await {
        Ok(tried) => tried,
        Err(error) if error.kind == Kind::NotFound => return Err(gone()),
        Err(error) => {
            // What was refused was undone, and with it that their page is still there.
            let (slug, now) = (slug.to_owned(), app.now());
            let seen = move |tx: &mut TenantTx<'_>| {
                let room = private_rooms::by_slug(tx, &slug)?;
                let visit = private_room_visits::by_token(tx, room.id, token)?;
                private_room_visits::seen(tx, visit.id, now)
            };
            app.db.tenant(scope, seen).await?;
            return Err(error);
        }
    };
    let inside = match step {
        Step::Stays(inside) => inside,
        Step::In { call, opened, begun } => Inside::In {
            call,
            opened,
            signed: begun.map(|begun| Box::new(begun.signed_in(scope))),
        },
    };
    Ok((room, visit, inside))
}

enum Step {
    Stays(Inside),
    In {
        call: CallId,
        opened: Option<Box<Call>>,
        begun: Option<Box<Begun>>,
    },
}

/// One try to go in.
struct Entry<'a> {
    app: &'a App,
    tenant: &'a Tenant,
    going: &'a Going,
    now: Moment,
}

impl Entry<'_> {
    fn step(&self, tx: &mut TenantTx<'_>, room: &PrivateRoom, visit: &Visit) -> Result<Step> {
        if let Some(call) = visit.call {
            let entered = calls::find(tx, call)?;
            if is_out(tx, &entered, visit.user)? {
                return Ok(Step::Stays(Inside::Refused));
            }
            let (opened, begun) = (None, self.begin_again(tx, &entered, visit)?.map(Box::new));
            return Ok(Step::In { call, opened, begun });
        }
        if visit.user.is_some() && visit.user != self.going.user {
            return Err(Error::not_found());
        }
        if visit.refused {
            return Ok(Step::Stays(Inside::Refused));
        }
        let Some(since) = visit.admitted else {
            return Ok(Step::Stays(Inside::Waiting));
        };
        if self.now - since >= ADMITTED_MS || self.now - visit.seen >= UNSEEN_MS {
            // Their page leads back to the door.
            return Err(gone());
        }
        // The call doesn't end between here and the place in it.
        let current = room.call.map(|call| calls::lock(tx, call, room.host.id)).transpose()?;
        match current.filter(|call| call.ended.is_none()) {
            Some(call) if room.free => self.join(tx, room, &call, visit),
            Some(_) => Ok(Step::Stays(Inside::Busy)),
            None if !is_here(self.app, tx.tenant(), room) => Ok(Step::Stays(Inside::Away)),
            None => self.open(tx, room, visit),
        }
    }

    /// The session of a guest whose page didn't get the answer that let them in.
    fn begin_again(&self, tx: &mut TenantTx<'_>, call: &Call, visit: &Visit) -> Result<Option<Begun>> {
        let Some(user) = visit.user.filter(|_| self.going.user.is_none()) else {
            return Ok(None);
        };
        // Whoever has an account logs in.
        let is_lost = self.now - visit.seen < LOST_MS && users::find(tx, user)?.is_guest;
        if !is_lost || call.ended.is_some() {
            return Ok(None);
        }
        begin_as_guest(tx, user, &self.going.device, self.now).map(Some)
    }

    /// Refuses whom blocks, suspensions, moderation or identity checks keep away, in free rooms as anywhere.
    fn may_meet(&self, tx: &mut TenantTx<'_>, room: &PrivateRoom) -> Result<()> {
        let host = users::find(tx, room.host.id)?;
        if !takes(tx, room)? {
            return Err(safety::away(&host));
        }
        match self.going.user {
            Some(user) => {
                safety::can_meet(tx, user, &host)?;
                identity_checks::require(tx, user, Side::Buying)
            }
            None if checks::rules(tx)?.ask(Side::Buying) => {
                let words = "This marketplace asks everybody to show who they are. Log in first.";
                Err(Error::conflict("account_needed", words))
            }
            None => Ok(()),
        }
    }

    /// Who goes in; a guest if nobody is signed in.
    fn person(&self, tx: &mut TenantTx<'_>, visit: &Visit) -> Result<(Party, Option<Box<Begun>>)> {
        if let Some(user) = self.going.user {
            let name = users::find(tx, user)?.name;
            return Ok((Party { id: user, name }, None));
        }
        let (id, name) = (UserId::new(), PersonName::parse(&visit.name)?);
        let (zone, language) = &self.going.zone_and_language;
        users::insert_guest(tx, id, &name, (zone, language), self.now)?;
        let begun = Box::new(begin_as_guest(tx, id, &self.going.device, self.now)?);
        let name = name.as_str().to_owned();
        Ok((Party { id, name }, Some(begun)))
    }

    /// Comes to a free talk that goes on.
    fn join(&self, tx: &mut TenantTx<'_>, room: &PrivateRoom, call: &Call, visit: &Visit) -> Result<Step> {
        self.may_meet(tx, room)?;
        if is_out(tx, call, self.going.user)? {
            return Ok(Step::Stays(Inside::Refused));
        }
        let known = self.going.user.is_some_and(|user| {
            [call.buyer.id, call.seller.id].contains(&user) || call_guests::of_person(tx, call.id, user).is_ok()
        });
        if known {
            let (call, opened, begun) = (call.id, None, None);
            return Ok(Step::In { call, opened, begun });
        }
        let places = call_guests::of_call(tx, call.id)?;
        let taken = places
            .iter()
            .filter(|place| place.person.is_some() || place.expires_at > self.now)
            .count();
        match guests::has_room(tx, call, taken, self.now) {
            Err(error) if error.code() == "room_full" => return Ok(Step::Stays(Inside::Full)),
            checked => checked?,
        }
        let (person, begun) = self.person(tx, visit)?;
        let place = Guest {
            id: GuestId::new(),
            call: call.id,
            role: GuestRole::Visitor,
            languages: Vec::new(),
            invited_by: call.seller.id,
            expires_at: self.now + LINK_MS,
            person: None,
            since: None,
            admitted: true,
            ended: false,
            leg: None,
        };
        call_guests::insert(tx, &place, LinkToken::new().hash(), self.now)?;
        call_guests::take(tx, place.id, person.id, self.now)?;
        private_room_visits::entered(tx, visit.id, person.id, call.id)?;
        let (call, opened) = (call.id, None);
        Ok(Step::In { call, opened, begun })
    }

    fn open(&self, tx: &mut TenantTx<'_>, room: &PrivateRoom, visit: &Visit) -> Result<Step> {
        let plan = subscriptions::running(tx, self.now)?;
        let busy = calls::busy(tx, &[room.host.id])?;
        if busy.contains(&room.host.id) {
            return Ok(Step::Stays(Inside::Busy));
        }
        self.may_meet(tx, room)?;
        let (buyer, begun) = self.person(tx, visit)?;
        if !calls::busy(tx, &[buyer.id])?.is_empty() {
            return Err(talks::in_a_call());
        }
        let service = services::find(tx, room.service)?;
        let mut policy = browse::policy(self.tenant, &service.category_policy(), &service.policy);
        // Both agreed already: nobody is rung.
        policy.ring_s = 0;
        // What is private isn't shown in lists.
        policy.snapshots = false;
        let terms = if room.free {
            Terms::free(policy)
        } else {
            Terms {
                shares: earning_shares::agreed(tx, room.host.id)?,
                ..Terms::new(service.rate_minor, policy)
            }
        };
        let call = self.call(tx, (room, buyer), (service.title, terms))?;
        if !room.free {
            Self::can_pay(tx, &call)?;
        }
        let accounts = talks::accounts(tx, &call, self.now)?;
        subscriptions::one_more_call(tx, &plan)?;
        self.app
            .count(tx.tenant(), self.app.quotas(self.tenant), Counted::Joins)?;
        calls::insert(tx, &call, accounts).map_err(|refused| match refused {
            CallRefused::SellerBusy => Error::conflict("busy", talks::busy_words(&call.seller)),
            CallRefused::BuyerBusy => talks::in_a_call(),
            CallRefused::Other(error) => error,
        })?;
        private_rooms::opened(tx, room.id, call.id)?;
        private_room_visits::entered(tx, visit.id, call.buyer.id, call.id)?;
        let (id, opened) = (call.id, Some(Box::new(call)));
        Ok(Step::In {
            call: id,
            opened,
            begun,
        })
    }

    fn call(
        &self,
        tx: &mut TenantTx<'_>,
        (room, buyer): (&PrivateRoom, Party),
        (service_title, terms): (String, Terms),
    ) -> Result<Call> {
        let currency = self.tenant.currency;
        let opening_minor = if terms.free {
            0
        } else {
            ledger::balance(tx, AccountKind::Wallet(buyer.id), currency)?
                .available()
                .minor
        };
        Ok(Call {
            id: CallId::new(),
            caller_rating: reviews::of_buyer(tx, buyer.id)?,
            buyer,
            seller: room.host.clone(),
            service: room.service,
            service_title,
            currency,
            terms,
            opening_minor,
            rang_at: self.now,
            ended: None,
            booking: None,
            parent: None,
        })
    }

    fn can_pay(tx: &mut TenantTx<'_>, call: &Call) -> Result<()> {
        if frozen::is_frozen(tx, call.buyer.id)? {
            return Err(frozen::refusal());
        }
        talks::afford_start(call, Money::new(call.opening_minor, call.currency))
    }
}

/// Whether the host has shown out whoever it is, if that is known.
fn is_out(tx: &mut TenantTx<'_>, call: &Call, person: Option<UserId>) -> Result<bool> {
    person.map_or(Ok(false), |person| call_guests::is_out(tx, call, person))
}
