//! Looking for somebody (requirement C4). The words find at most so many; what those are narrowed and sorted by is known
//! of each of them, so that counts beside the choices are exact. Only where the words find more than that, the database
//! narrows, and the counts are of what is left.

use super::{
    Facets, PAGE, Sort, Wish,
    facets::Narrowing,
    presence::{self, Listed},
};
use crate::{
    app::{App, bookings, identity::Viewer, safety},
    domain::{ids::UserId, time::Moment},
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        categories::{self, Category},
        seller_search::{self, Candidate, Query},
        sellers::{self, Named},
    },
};
use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

/// Most sellers that one search tells of.
pub const MOST_FOUND: usize = 2_000;
/// How similar words are looked for when nobody has those that were written: what comes first and finds somebody counts.
const LIKENESSES: [f32; 2] = [0.6, 0.4];
/// Most sellers whose words are similar.
const MOST_SIMILAR: usize = 500;

/// Whom a search found.
#[derive(Clone, Debug)]
pub struct Found {
    /// One page of them, in order.
    pub sellers: Vec<Listed>,
    /// How many there are on all pages.
    pub total: usize,
    /// There are more, and only the best were looked at.
    pub cut: bool,
    /// There is another page.
    pub more: bool,
    /// Nobody has the words that were written; these have similar ones.
    pub similar: bool,
    /// What it can be narrowed to.
    pub facets: Facets,
    /// All open categories, by slug.
    pub categories: Vec<Category>,
}

impl Found {
    /// All open categories, by slug, with how many sellers each would leave.
    pub fn filed<'a>(&'a self) -> impl Iterator<Item = (&'a Category, usize)> {
        let counts = &self.facets.categories;
        let counted = |category: &'a Category| (category, counts.get(&category.id).copied().unwrap_or(0));
        self.categories.iter().map(counted)
    }
}

/// The `page`-th page (from 1) of everybody who has something published, is what `wish` looks for, and isn't kept from the
/// reader. What the reader has planned themselves is not free for them.
///
/// # Errors
/// There is no such category, or the database is away.
pub async fn search(app: &App, scope: &TenantScope, viewer: Option<&Viewer>, wish: Wish, page: u32) -> Result<Found> {
    let wish = Wish {
        reader: viewer.map(|viewer| viewer.user.id),
        without: safety::hidden_from(app, viewer).await?,
        ..wish
    };
    let (handle, own_scope, now) = (app.clone(), *scope, app.now());
    app.db
        .read(scope, move |tx| found(&handle, &own_scope, tx, &wish, page, now))
        .await
}

fn found(app: &App, scope: &TenantScope, tx: &mut TenantTx<'_>, wish: &Wish, page: u32, now: Moment) -> Result<Found> {
    let categories = categories::open(tx)?;
    let narrowing = narrowing(wish, &categories)?;
    let here = presence::switched_on(app, scope, tx, now)?;
    let Matches {
        mut all,
        mut cut,
        similar,
    } = matches(tx, wish, &narrowing, &here)?;
    all.retain(|one| !wish.without.contains(&one.seller));
    // Times are looked at of fewer: of the best.
    let by_time = wish.free.is_some() || wish.sort == Sort::Next;
    if by_time && all.len() > bookings::MOST_SELLERS {
        all.truncate(bookings::MOST_SELLERS);
        cut = true;
    }
    let mut free = HashMap::new();
    if by_time {
        let ids: Vec<UserId> = all.iter().map(|one| one.seller).collect();
        free = match wish.free {
            Some(within) => bookings::first_free(tx, (&ids, wish.reader), narrowing.category, within, now)?,
            None => bookings::next_free(tx, (&ids, wish.reader), narrowing.category, now)?,
        };
    }
    if wish.free.is_some() {
        all.retain(|one| free.contains_key(&one.seller));
    }
    let facets = Facets::count(&all, &narrowing);
    all.retain(|one| narrowing.fits(one));
    sort(&mut all, wish, &narrowing, &here, &free);
    let skip = (page.max(1) as usize - 1).saturating_mul(PAGE);
    let shown = all.iter().skip(skip).take(PAGE).map(|one| one.seller);
    let shown: Vec<UserId> = shown.collect();
    Ok(Found {
        sellers: listed(app, scope, tx, (&shown, wish.reader), &narrowing, now)?,
        total: all.len(),
        cut,
        more: all.len() > skip.saturating_add(PAGE),
        similar,
        facets,
        categories,
    })
}

fn narrowing(wish: &Wish, categories: &[Category]) -> Result<Narrowing> {
    let by_slug = |slug: &String| {
        let category = categories.iter().find(|category| category.slug == *slug);
        category.map(|category| category.id).ok_or_else(Error::not_found)
    };
    Ok(Narrowing {
        // Whoever only delivers is neither here nor free.
        talks: wish.available || wish.free.is_some(),
        category: wish.category.as_ref().map(by_slug).transpose()?,
        language: wish.language.clone(),
        least_minor: wish.least_minor,
        highest_minor: wish.highest_minor,
        rating_tenths: wish.rating_tenths,
    })
}

/// Whom the words found.
struct Matches {
    all: Vec<Candidate>,
    cut: bool,
    similar: bool,
}

fn matches(tx: &mut TenantTx<'_>, wish: &Wish, narrowing: &Narrowing, here: &HashSet<UserId>) -> Result<Matches> {
    let mut query = Query {
        words: (!wish.query.is_empty()).then(|| wish.query.clone()),
        only: wish.available.then(|| here.iter().copied().collect()),
        most: MOST_FOUND + 1,
        ..Query::default()
    };
    let mut all = seller_search::find(tx, &query)?;
    let mut similar = false;
    if all.is_empty() && query.words.is_some() {
        query.most = MOST_SIMILAR + 1;
        for likeness in LIKENESSES {
            query.likeness = Some(likeness);
            all = seller_search::find(tx, &query)?;
            similar = !all.is_empty();
            if similar {
                break;
            }
        }
    }
    if all.len() >= query.most {
        query.category = narrowing.category;
        query.language.clone_from(&narrowing.language);
        query.least_minor = narrowing.least_minor;
        query.highest_minor = narrowing.highest_minor;
        query.rating_tenths = narrowing.rating_tenths;
        all = seller_search::find(tx, &query)?;
    }
    let cut = all.len() >= query.most;
    all.truncate(query.most - 1);
    Ok(Matches { all, cut, similar })
}

/// Who is alike in what is sorted by stays in the order of relevance, presence and score.
fn sort(
    all: &mut [Candidate],
    wish: &Wish,
    narrowing: &Narrowing,
    here: &HashSet<UserId>,
    free: &HashMap<UserId, Moment>,
) {
    all.sort_by_key(|one| (Reverse(one.relevance), !(one.talks() && here.contains(&one.seller))));
    match wish.sort {
        Sort::Best => {}
        Sort::Price => {
            all.sort_by_key(|one| {
                let rate = narrowing.rate(one);
                (rate.is_none(), rate)
            });
        }
        Sort::Rating => all.sort_by_key(|one| Reverse(one.score)),
        Sort::Next => {
            all.sort_by_key(|one| {
                let next = free.get(&one.seller);
                (next.is_none(), next.copied())
            });
        }
    }
}

/// Cards of these sellers, in this order, with when each can be booked next by that reader, or by anybody.
pub(super) fn listed(
    app: &App,
    scope: &TenantScope,
    tx: &mut TenantTx<'_>,
    (sellers, reader): (&[UserId], Option<UserId>),
    narrowing: &Narrowing,
    now: Moment,
) -> Result<Vec<Listed>> {
    let named = Named {
        category: narrowing.category,
        least_minor: narrowing.least_minor,
        highest_minor: narrowing.highest_minor,
    };
    let next = bookings::next_free(tx, (sellers, reader), narrowing.category, now)?;
    let cards = sellers::cards(tx, sellers, named)?.into_iter();
    let listed = cards.map(|card| Listed {
        next_free: next.get(&card.user).copied(),
        ..Listed::of(app, scope, card, now)
    });
    Ok(listed.collect())
}
