//! The samples: each page in the states that look different.

mod bookings;
mod calendar;
mod calls;
mod earnings;
mod identity;
mod money;
mod notifications;
mod private_rooms;
mod public;
mod refunds;
mod room;
mod search;
mod second_factor;
mod selling;
mod studio;
mod system;

pub use calendar::calendar_answer;

use super::Gallery;

/// Renders a tenant's pages and mails.
pub fn tenant(g: &Gallery<'_>) -> anyhow::Result<()> {
    public::browsing(g)?;
    search::search(g)?;
    public::profile(g)?;
    public::review(g)?;
    public::people(g)?;
    identity::identity(g)?;
    second_factor::second_factor(g)?;
    money::money(g)?;
    selling::selling(g)?;
    selling::checks(g)?;
    studio::studio(g)?;
    bookings::bookings(g)?;
    calendar::calendar(g)?;
    calls::calls(g)?;
    room::rooms(g)?;
    private_rooms::private_rooms(g)?;
    calls::bills(g)?;
    refunds::refunds(g)?;
    refunds::disputes(g)?;
    calls::conversations(g)?;
    notifications::notifications(g)?;
    system::system(g)?;
    system::invoice(g)?;
    system::mails(g)
}

/// Renders the platform's own pages.
pub fn platform(g: &Gallery<'_>) -> anyhow::Result<()> {
    system::platform(g)
}
