//! What people say about each other after calls: buyers in public, sellers to sellers.

use super::{
    TenantTx,
    moment::At,
    schema::{reviews, sellers, users},
};
use crate::{
    domain::{
        call::CallRole,
        ids::{CallId, UserId},
        rating::Rating,
        time::Moment,
    },
    error::{Error, Result},
};
use diesel::prelude::*;
use uuid::Uuid;

/// A rating with its words; one by each side of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// The call it is about.
    pub call: CallId,
    /// Which side wrote it, about the other.
    pub author: CallRole,
    /// The call's buyer.
    pub buyer: UserId,
    /// Its seller.
    pub seller: UserId,
    /// 1 to 5.
    pub stars: i16,
    /// May be empty.
    pub text: String,
    /// When it was written or changed last.
    pub at: Moment,
}

/// A review as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The review.
    pub review: Review,
    /// The buyer's public name.
    pub author: String,
    /// The seller's.
    pub about: String,
    /// What the seller answers.
    pub reply: Option<Reply>,
    /// Why it isn't shown.
    pub hidden: Option<String>,
}

/// A seller's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Plain text with line breaks.
    pub text: String,
    /// When it was written or changed last.
    pub at: Moment,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reviews)]
struct Row {
    call_id: Uuid,
    buyer_id: Uuid,
    seller_id: Uuid,
    stars: i16,
    body: String,
    at: At,
    author: String,
    reply: Option<String>,
    replied_at: Option<At>,
    hidden_reason: Option<String>,
}

impl Row {
    fn published(mut self, author: String, about: String) -> Published {
        let reply = self.reply.take().zip(self.replied_at.take());
        Published {
            reply: reply.map(|(text, at)| Reply { text, at: at.into() }),
            hidden: self.hidden_reason.take(),
            review: self.review(),
            author,
            about,
        }
    }

    fn review(self) -> Review {
        Review {
            call: CallId::from_uuid(self.call_id),
            author: if self.author == name(CallRole::Seller) {
                CallRole::Seller
            } else {
                CallRole::Buyer
            },
            buyer: UserId::from_uuid(self.buyer_id),
            seller: UserId::from_uuid(self.seller_id),
            stars: self.stars,
            text: self.body,
            at: self.at.into(),
        }
    }
}

fn name(author: CallRole) -> &'static str {
    match author {
        CallRole::Buyer => "buyer",
        CallRole::Seller => "seller",
    }
}

/// Writes a review, or the same side's anew, and keeps the seller's score exact: of what is shown.
///
/// # Errors
/// The database is away.
pub fn put(tx: &mut TenantTx<'_>, review: &Review) -> Result<()> {
    tx.lists_changed();
    let seller = sellers::table.find((tx.tenant().uuid(), review.seller.uuid()));
    // The seller's row is the lock: the sums follow from one review after the other.
    seller.select(sellers::user_id).for_update().first::<Uuid>(tx.conn)?;
    let before = find(tx, review.call, review.author)?;
    diesel::insert_into(reviews::table)
        .values((
            reviews::tenant_id.eq(tx.tenant().uuid()),
            reviews::call_id.eq(review.call.uuid()),
            reviews::buyer_id.eq(review.buyer.uuid()),
            reviews::seller_id.eq(review.seller.uuid()),
            reviews::stars.eq(review.stars),
            reviews::body.eq(&review.text),
            reviews::at.eq(At(review.at)),
            reviews::author.eq(name(review.author)),
        ))
        .on_conflict((reviews::tenant_id, reviews::call_id, reviews::author))
        .do_update()
        .set((
            reviews::stars.eq(review.stars),
            reviews::body.eq(&review.text),
            reviews::at.eq(At(review.at)),
        ))
        .execute(tx.conn)?;
    if review.author == CallRole::Seller {
        return Ok(());
    }
    let hidden: bool = reviews::table
        .find((tx.tenant().uuid(), review.call.uuid(), name(CallRole::Buyer)))
        .select(reviews::hidden_at.is_not_null())
        .first(tx.conn)?;
    if hidden {
        return Ok(());
    }
    let more_stars = i64::from(review.stars) - before.as_ref().map_or(0, |before| i64::from(before.stars));
    count(tx, review.seller, more_stars, i64::from(before.is_none()))
}

/// Adds to a seller's stars.
fn count(tx: &mut TenantTx<'_>, seller: UserId, stars: i64, ratings: i64) -> Result<()> {
    diesel::update(sellers::table.find((tx.tenant().uuid(), seller.uuid())))
        .set((
            sellers::rating_sum.eq(sellers::rating_sum + stars),
            sellers::rating_count.eq(sellers::rating_count + ratings),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// What sellers think of a buyer: average in tenths and count; none without any rating.
///
/// # Errors
/// The database is away.
pub fn of_buyer(tx: &mut TenantTx<'_>, buyer: UserId) -> Result<Option<Rating>> {
    let (sum, count): (Option<i64>, i64) = reviews::table
        .filter(reviews::tenant_id.eq(tx.tenant().uuid()))
        .filter(reviews::buyer_id.eq(buyer.uuid()))
        .filter(reviews::author.eq(name(CallRole::Seller)))
        .select((diesel::dsl::sum(reviews::stars), diesel::dsl::count_star()))
        .first(tx.conn)?;
    Ok(sum.and_then(|sum| Rating::of(sum, count)))
}

/// What one side said about a call.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, call: CallId, author: CallRole) -> Result<Option<Review>> {
    let row = reviews::table
        .find((tx.tenant().uuid(), call.uuid(), name(author)))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    Ok(row.map(Row::review))
}

/// Hides a buyer's review, or shows it again without a reason, and counts it or not; says whether it was hidden before.
///
/// # Errors
/// Not here, or the database is away.
pub fn hide(tx: &mut TenantTx<'_>, call: CallId, reason: Option<&str>, now: Moment) -> Result<bool> {
    tx.lists_changed();
    let row = reviews::table.find((tx.tenant().uuid(), call.uuid(), name(CallRole::Buyer)));
    let seller: Uuid = row.select(reviews::seller_id).first(tx.conn)?;
    // The seller's row first, as in `put`.
    let lock = sellers::table
        .find((tx.tenant().uuid(), seller))
        .select(sellers::user_id);
    lock.for_update().first::<Uuid>(tx.conn)?;
    let (before, stars): (Option<At>, i16) = row
        .select((reviews::hidden_at, reviews::stars))
        .for_update()
        .first(tx.conn)?;
    diesel::update(row)
        .set((
            reviews::hidden_at.eq(reason.map(|_| At(now))),
            reviews::hidden_reason.eq(reason),
        ))
        .execute(tx.conn)?;
    let more = i64::from(before.is_some()) - i64::from(reason.is_some());
    count(tx, UserId::from_uuid(seller), more * i64::from(stars), more)?;
    Ok(before.is_some())
}

/// What a buyer said about a call, hidden or not, and nobody else changes it until the transaction ends.
///
/// # Errors
/// Not here, or the database is away.
pub fn lock(tx: &mut TenantTx<'_>, call: CallId) -> Result<Published> {
    let row = reviews::table.find((tx.tenant().uuid(), call.uuid(), name(CallRole::Buyer)));
    row.select(reviews::call_id).for_update().first::<Uuid>(tx.conn)?;
    one(tx, call)
}

/// What a buyer said about a call, hidden or not.
///
/// # Errors
/// Not here, or the database is away.
pub fn one(tx: &mut TenantTx<'_>, call: CallId) -> Result<Published> {
    let mut found = read(tx, &Which::OfCall(call), 1)?;
    found.pop().ok_or_else(Error::not_found)
}

/// Writes the seller's answer to what a buyer said.
///
/// # Errors
/// Not here, or the database is away.
pub fn answer(tx: &mut TenantTx<'_>, call: CallId, text: &str, now: Moment) -> Result<()> {
    let row = reviews::table.find((tx.tenant().uuid(), call.uuid(), name(CallRole::Buyer)));
    let changed = diesel::update(row)
        .set((reviews::reply.eq(text), reviews::replied_at.eq(At(now))))
        .execute(tx.conn)?;
    if changed == 1 { Ok(()) } else { Err(Error::not_found()) }
}

/// What buyers say of a seller, newest first.
///
/// # Errors
/// The database is away.
pub fn of_seller(tx: &mut TenantTx<'_>, seller: UserId, limit: i64) -> Result<Vec<Published>> {
    read(tx, &Which::OfSeller(seller), limit)
}

/// The last reviews with words and at least four stars, of all sellers.
///
/// # Errors
/// The database is away.
pub fn praise(tx: &mut TenantTx<'_>, limit: i64) -> Result<Vec<Published>> {
    read(tx, &Which::Praise, limit)
}

/// Which of the buyers' reviews.
enum Which {
    /// Hidden or not.
    OfCall(CallId),
    /// Shown ones about a seller.
    OfSeller(UserId),
    /// Shown ones with words and at least four stars.
    Praise,
}

/// Reviews with both names, newest first.
fn read(tx: &mut TenantTx<'_>, which: &Which, limit: i64) -> Result<Vec<Published>> {
    let (authors, subjects) = diesel::alias!(users as authors, users as subjects);
    let query = reviews::table
        .inner_join(
            authors.on(authors
                .field(users::tenant_id)
                .eq(reviews::tenant_id)
                .and(authors.field(users::id).eq(reviews::buyer_id))),
        )
        .inner_join(
            subjects.on(subjects
                .field(users::tenant_id)
                .eq(reviews::tenant_id)
                .and(subjects.field(users::id).eq(reviews::seller_id))),
        )
        .filter(reviews::tenant_id.eq(tx.tenant().uuid()))
        .filter(reviews::author.eq(name(CallRole::Buyer)))
        .order((reviews::at.desc(), reviews::call_id))
        .limit(limit)
        .select((
            Row::as_select(),
            authors.field(users::name),
            subjects.field(users::name),
        ))
        .into_boxed();
    let shown = reviews::hidden_at.is_null();
    let query = match which {
        Which::OfCall(call) => query.filter(reviews::call_id.eq(call.uuid())),
        Which::OfSeller(seller) => query.filter(shown.and(reviews::seller_id.eq(seller.uuid()))),
        Which::Praise => query.filter(shown.and(reviews::body.ne("")).and(reviews::stars.ge(4))),
    };
    let rows: Vec<(Row, String, String)> = query.load(tx.conn)?;
    Ok(rows
        .into_iter()
        .map(|(row, author, about)| row.published(author, about))
        .collect())
}
