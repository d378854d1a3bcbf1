//! Who can be rung right now.

use super::MOST_SWITCHED_ON;
use crate::{
    app::App,
    domain::{ids::TenantId, time::Moment},
    error::Result,
    store::{
        TenantScope, TenantTx,
        sellers::{self, Card, Search},
    },
};

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
}

impl Listed {
    pub(in crate::app) fn of(app: &App, scope: &TenantScope, card: Card, now: Moment) -> Self {
        Self {
            online: app.people.is_online(scope.tenant(), card.user),
            presence: presence(app, scope.tenant(), &card, now),
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
            card: Card {
                available_until: None,
                in_call: false,
                ..self.card
            },
        }
    }
}

/// Whether a seller can be rung now.
pub(in crate::app) fn presence(app: &App, tenant: TenantId, card: &Card, now: Moment) -> Presence {
    let wants_calls = card.available_until.is_some_and(|until| until > now) && !card.do_not_disturb;
    if card.in_call {
        Presence::InCall
    } else if wants_calls && app.people.is_online(tenant, card.user) {
        Presence::Available
    } else {
        Presence::Away
    }
}

/// Everybody who is switched on and matches: the available first, then those in a call. Who is switched on but has no
/// page open isn't here to be rung.
pub(super) fn on_air(
    app: &App,
    scope: &TenantScope,
    tx: &mut TenantTx<'_>,
    search: &Search,
    now: Moment,
) -> Result<Vec<Listed>> {
    let search = Search {
        switched_on_at: Some(now),
        ..search.clone()
    };
    let cards = sellers::search(tx, &search, 0, MOST_SWITCHED_ON)?;
    let mut listed: Vec<Listed> = cards
        .into_iter()
        .map(|card| Listed::of(app, scope, card, now))
        .collect();
    listed.retain(|seller| seller.presence != Presence::Away);
    listed.sort_by_key(|seller| seller.presence);
    Ok(listed)
}
