//! A person's second factor: switched on with a code, asked for at each sign-in and before money moves, switched off
//! with a code. Whoever has lost their phone uses a recovery code.

mod code;
mod enter;
mod recovery;
mod renew;
mod step_up;
mod switch_off;
mod switch_on;
mod telling;

pub use enter::{LogInToken, enter_code};
pub(super) use enter::{ask_for_code, is_asked_for};
pub use renew::renew_codes;
pub use step_up::step_up;
pub use switch_off::switch_off;
pub use switch_on::{Offer, offer, switch_on};
pub use telling::Whence;

use super::Viewer;
use crate::{
    app::App,
    domain::{permission::Permission, time::Moment},
    error::Result,
    store::{second_factors, staff},
};

/// How somebody's second factor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactorState {
    /// Since when it is on.
    pub since: Option<Moment>,
    /// Recovery codes that are left.
    pub codes_left: u32,
    /// They may move money here, and need it for that.
    pub needed: bool,
}

/// How the person's second factor stands.
///
/// # Errors
/// The database is away.
pub async fn second_factor(app: &App, viewer: &Viewer) -> Result<FactorState> {
    let user = viewer.user.id;
    app.db
        .read(&viewer.scope, move |tx| {
            let known = second_factors::find(tx, user)?;
            let left = second_factors::codes_left(tx, user)?;
            let standing = staff::standing(tx, user)?;
            Ok(FactorState {
                since: known.and_then(|known| known.switched_on_at),
                codes_left: u32::try_from(left).unwrap_or(u32::MAX),
                needed: standing.is_some_and(|standing| standing.may(Permission::Money)),
            })
        })
        .await
}
