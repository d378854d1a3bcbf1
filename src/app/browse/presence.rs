//! Who can be rung right now.

use crate::{
    app::App,
    domain::{
        ids::{TenantId, UserId},
        snapshot,
        time::Moment,
    },
    error::Result,
    store::{
        TenantScope, TenantTx,
        seller_search::{self, Query},
        sellers::{self, Card, Named},
    },
};
use std::collections::HashSet;

/// Most sellers that are looked at as switched on; whether they are online is known only outside of the database.
const MOST_SWITCHED_ON: usize = 1_000;

/// Whether a seller can be rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// Switched on, online, and free.
    Available,
    /// In a call.
    InCall,
    /// Neither.
    Away,
}

/// A seller with what is known of them outside of the database.
#[derive(Clone, Debug)]
pub struct Listed {
    /// What lists show.
    pub card: Card,
    /// Has an open page.
    pub online: bool,
    /// Whether they can be rung.
    pub presence: Presence,
    /// The address of a still of them in their call.
    pub snapshot_url: Option<String>,
    /// When they can be booked next, where that was looked at and is soon.
    pub next_free: Option<Moment>,
}

impl Listed {
    pub(in crate::app) fn of(app: &App, scope: &TenantScope, card: Card, now: Moment) -> Self {
        Self {
            online: app.people.is_online(scope.tenant(), card.user),
            presence: presence(app, scope.tenant(), &card, now),
            snapshot_url: (card.snapshot.as_ref())
                .filter(|(_, at)| card.in_call && snapshot::is_fresh(*at, now))
                .map(|(url, _)| url.clone()),
            next_free: None,
            card,
        }
    }

    /// As somebody sees them who is kept from them: never here.
    pub(in crate::app) fn kept_from(self, hidden: bool) -> Self {
        if !hidden {
            return self;
        }
        Self {
            online: false,
            presence: Presence::Away,
            snapshot_url: None,
            next_free: None,
            card: Card {
                available_until: None,
                in_call: false,
                snapshot: None,
                ..self.card
            },
        }
    }
}

/// Whether a seller can be rung now.
pub(in crate::app) fn presence(app: &App, tenant: TenantId, card: &Card, now: Moment) -> Presence {
    let wants_calls = card.talks() && card.available_until.is_some_and(|until| until > now) && !card.do_not_disturb;
    if card.in_call {
        Presence::InCall
    } else if wants_calls && app.people.is_online(tenant, card.user) {
        Presence::Available
    } else {
        Presence::Away
    }
}

/// Who is switched on, wants calls and has a page open.
pub(super) fn switched_on(
    app: &App,
    scope: &TenantScope,
    tx: &mut TenantTx<'_>,
    now: Moment,
) -> Result<HashSet<UserId>> {
    let ids = sellers::switched_on(tx, now, MOST_SWITCHED_ON as i64)?.into_iter();
    Ok(ids.filter(|id| app.people.is_online(scope.tenant(), *id)).collect())
}

/// All of them who have something published that can be rung for: the available first, then those in a call.
pub(super) fn on_air(app: &App, scope: &TenantScope, tx: &mut TenantTx<'_>, now: Moment) -> Result<Vec<Listed>> {
    let query = Query {
        only: Some(switched_on(app, scope, tx, now)?.into_iter().collect()),
        most: MOST_SWITCHED_ON,
        ..Query::default()
    };
    let found = seller_search::find(tx, &query)?;
    let ids: Vec<UserId> = (found.iter().filter(|one| one.talks())).map(|one| one.seller).collect();
    let mut listed: Vec<Listed> = (sellers::cards(tx, &ids, Named::default())?.into_iter())
        .map(|card| Listed::of(app, scope, card, now))
        .collect();
    listed.retain(|seller| seller.presence != Presence::Away);
    listed.sort_by_key(|seller| seller.presence);
    Ok(listed)
}
