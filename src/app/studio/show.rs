//! What a manager sees.

use super::managed;
use crate::{
    app::{App, browse::Listed, identity::Viewer},
    domain::ids::UserId,
    error::Result,
    store::{
        earning_shares, sellers,
        studio_figures::{self, Figures, RunningCall},
    },
};
use std::collections::HashMap;

/// How far back figures reach.
pub const DAYS: u32 = 30;
const DAY_MS: i64 = 24 * 3_600 * 1_000;

/// A studio at this moment.
#[derive(Clone, Debug)]
pub struct Overview {
    /// What it is called.
    pub name: String,
    /// Who sells in it, by name.
    pub sellers: Vec<StudioSeller>,
    /// What of their earnings the reader is paid for the studio, in basis points.
    pub share_bp: Option<u32>,
    /// Calls that aren't over.
    pub calls: Vec<RunningCall>,
}

/// One of its sellers.
#[derive(Clone, Debug)]
pub struct StudioSeller {
    /// Who, and whether they can be rung.
    pub listed: Listed,
    /// Their switch is on, whether they are there or not.
    pub switched_on: bool,
    /// What came of their calls in the last [`DAYS`] days.
    pub figures: Figures,
}

/// The reader's studio.
///
/// # Errors
/// They look after none, or the database is away.
pub async fn show(app: &App, viewer: &Viewer) -> Result<Overview> {
    let (handle, reader, now) = (app.clone(), viewer.clone(), app.now());
    app.db
        .read(&viewer.scope, move |tx| {
            let studio = managed(tx, &reader)?;
            let since = now + -(i64::from(DAYS) * DAY_MS);
            let figures: HashMap<UserId, Figures> = studio_figures::figures(tx, studio.id, since)?;
            let cards = sellers::of_studio(tx, studio.id)?.into_iter();
            let sellers = cards.map(|card| StudioSeller {
                switched_on: card.available_until.is_some_and(|until| until > now),
                figures: figures.get(&card.user).copied().unwrap_or_default(),
                listed: Listed::of(&handle, &reader.scope, card, now),
            });
            let share = earning_shares::of_studio(tx, studio.id)?;
            let share = share.filter(|share| share.manager == reader.user.id);
            Ok(Overview {
                share_bp: share.map(|share| share.bp),
                name: studio.name,
                sellers: sellers.collect(),
                calls: studio_figures::running(tx, studio.id)?,
            })
        })
        .await
}
