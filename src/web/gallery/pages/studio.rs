//! A manager's page.

use crate::web::{
    gallery::{Gallery, cast::now},
    pages::views::{Message, Presence, StudioCall, StudioPage, StudioSeller},
    theme::{PageContext, PageUser},
};
use jiff::ToSpan as _;

/// A studio in full swing, and an empty one.
pub fn studio(g: &Gallery<'_>) -> anyhow::Result<()> {
    let sellers = (0..g.cast.sellers.len()).map(|nth| {
        let card = g.cast.card(nth);
        let calls = [31, 12, 0, 104, 7, 1][nth % 6];
        StudioSeller {
            id: card.id,
            person: card.person,
            presence: card.presence,
            switched_on: card.presence != Presence::Away,
            calls,
            minutes: calls * 14,
            earned: g.cast.amount(calls * 2_016),
        }
    });
    let call = |seller: usize, minutes: i64| StudioCall {
        seller: g.cast.person(seller).name,
        buyer: g.cast.buyer.to_owned(),
        since: now() - minutes.minutes(),
    };
    let full = StudioPage {
        name: "Kleine Freiheit & Töchter".to_owned(),
        days: 30,
        share: Some(Message::new("studio.share").with("rate", 3_000)),
        sellers: sellers.collect(),
        calls: vec![call(3, 24), call(5, 1)],
    };
    g.page("studio", &full, &manager(g))?;
    let empty = StudioPage {
        sellers: Vec::new(),
        share: None,
        calls: Vec::new(),
        ..full
    };
    g.page("studio-empty", &empty, &manager(g))
}

fn manager(g: &Gallery<'_>) -> PageContext {
    PageContext {
        user: Some(PageUser {
            name: g.cast.buyer.to_owned(),
            manages: true,
            ..PageUser::default()
        }),
        ..g.buyer("/studio")
    }
}
