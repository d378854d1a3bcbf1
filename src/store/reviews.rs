//! What buyers say about calls they paid for.

use super::{
    TenantTx,
    moment::At,
    schema::{reviews, sellers, users},
};
use crate::{
    domain::{
        ids::{CallId, UserId},
        time::Moment,
    },
    error::Result,
};
use diesel::prelude::*;
use uuid::Uuid;

/// A rating with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// The call it is about; one review a call.
    pub call: CallId,
    /// Who paid.
    pub buyer: UserId,
    /// Whom it is about.
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
}

impl Row {
    fn review(self) -> Review {
        Review {
            call: CallId::from_uuid(self.call_id),
            buyer: UserId::from_uuid(self.buyer_id),
            seller: UserId::from_uuid(self.seller_id),
            stars: self.stars,
            text: self.body,
            at: self.at.into(),
        }
    }
}

/// Writes a review, or the same call's anew, and keeps the seller's score exact.
///
/// # Errors
/// The database is away.
pub fn put(tx: &mut TenantTx<'_>, review: &Review) -> Result<()> {
    let seller = sellers::table.find((tx.tenant().uuid(), review.seller.uuid()));
    // The seller's row is the lock: the sums follow from one review after the other.
    seller.select(sellers::user_id).for_update().first::<Uuid>(tx.conn)?;
    let before = find(tx, review.call)?;
    diesel::insert_into(reviews::table)
        .values((
            reviews::tenant_id.eq(tx.tenant().uuid()),
            reviews::call_id.eq(review.call.uuid()),
            reviews::buyer_id.eq(review.buyer.uuid()),
            reviews::seller_id.eq(review.seller.uuid()),
            reviews::stars.eq(review.stars),
            reviews::body.eq(&review.text),
            reviews::at.eq(At(review.at)),
        ))
        .on_conflict((reviews::tenant_id, reviews::call_id))
        .do_update()
        .set((
            reviews::stars.eq(review.stars),
            reviews::body.eq(&review.text),
            reviews::at.eq(At(review.at)),
        ))
        .execute(tx.conn)?;
    let more_stars = i64::from(review.stars) - before.as_ref().map_or(0, |before| i64::from(before.stars));
    diesel::update(seller)
        .set((
            sellers::rating_sum.eq(sellers::rating_sum + more_stars),
            sellers::rating_count.eq(sellers::rating_count + i64::from(before.is_none())),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// A call's review.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, call: CallId) -> Result<Option<Review>> {
    let row = reviews::table
        .find((tx.tenant().uuid(), call.uuid()))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    Ok(row.map(Row::review))
}

/// Hides a review, or shows it again without a reason; says whether it was hidden before.
///
/// # Errors
/// Not here, or the database is away.
pub fn hide(tx: &mut TenantTx<'_>, call: CallId, reason: Option<&str>, now: Moment) -> Result<bool> {
    let row = reviews::table.find((tx.tenant().uuid(), call.uuid()));
    let before: Option<At> = row.select(reviews::hidden_at).for_update().first(tx.conn)?;
    diesel::update(row)
        .set((
            reviews::hidden_at.eq(reason.map(|_| At(now))),
            reviews::hidden_reason.eq(reason),
        ))
        .execute(tx.conn)?;
    Ok(before.is_some())
}

/// A seller's reviews, newest first.
///
/// # Errors
/// The database is away.
pub fn of_seller(tx: &mut TenantTx<'_>, seller: UserId, limit: i64) -> Result<Vec<Published>> {
    newest(tx, Some(seller), 1, limit)
}

/// The last reviews with words and at least four stars, of all sellers.
///
/// # Errors
/// The database is away.
pub fn praise(tx: &mut TenantTx<'_>, limit: i64) -> Result<Vec<Published>> {
    newest(tx, None, 4, limit)
}

fn newest(tx: &mut TenantTx<'_>, seller: Option<UserId>, stars: i16, limit: i64) -> Result<Vec<Published>> {
    let (authors, subjects) = diesel::alias!(users as authors, users as subjects);
    let mut query = reviews::table
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
        .filter(reviews::stars.ge(stars).and(reviews::hidden_at.is_null()))
        .order((reviews::at.desc(), reviews::call_id))
        .limit(limit)
        .select((
            Row::as_select(),
            authors.field(users::name),
            subjects.field(users::name),
        ))
        .into_boxed();
    query = match seller {
        Some(seller) => query.filter(reviews::seller_id.eq(seller.uuid())),
        None => query.filter(reviews::body.ne("")),
    };
    let rows: Vec<(Row, String, String)> = query.load(tx.conn)?;
    Ok(rows
        .into_iter()
        .map(|(row, author, about)| Published {
            review: row.review(),
            author,
            about,
        })
        .collect())
}
