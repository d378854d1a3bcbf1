//! What a call's chat needs of its conversation: lines that aren't said twice, and how far each has read.

use super::{During, touch};
use crate::{
    domain::{
        ids::{CallId, ConversationId, UserId},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        moment::At,
        schema::{conversations, messages},
    },
};
use diesel::prelude::*;
use uuid::Uuid;

/// How far somebody has read, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The time of the last message that they have seen.
    pub up_to: Moment,
    /// When they saw it.
    pub at: Moment,
}

/// Adds words of a call's chat under an id that the sender chose. Says whether they weren't there before.
///
/// # Errors
/// The id is that of something else, or the database is away.
pub fn add_once(
    tx: &mut TenantTx<'_>,
    id: Uuid,
    (conversation, call): (ConversationId, During),
    sender: UserId,
    text: &str,
    at: Moment,
) -> Result<bool> {
    let added = diesel::insert_into(messages::table)
        .values((
            messages::tenant_id.eq(tx.tenant().uuid()),
            messages::id.eq(id),
            messages::conversation_id.eq(conversation.uuid()),
            messages::call_id.eq(call.id.uuid()),
            messages::without_buyer.eq(call.without_buyer),
            messages::sender_id.eq(sender.uuid()),
            messages::kind.eq("chat"),
            messages::body.eq(text),
            messages::at.eq(At(at)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    if added == 1 {
        touch(tx, conversation, at)?;
        return Ok(true);
    }
    let same = messages::table
        .find((tx.tenant().uuid(), id))
        .filter(messages::call_id.eq(call.id.uuid()))
        .filter(messages::sender_id.eq(sender.uuid()))
        .filter(messages::body.eq(text));
    match diesel::select(diesel::dsl::exists(same)).get_result(tx.conn)? {
        true => Ok(false),
        false => Err(Error::invalid("This message's id was used for another one.")),
    }
}

/// The conversation and the time of a message of a call.
///
/// # Errors
/// It isn't there, or not of this call; or the database is away.
pub fn find_in_call(tx: &mut TenantTx<'_>, call: CallId, message: Uuid) -> Result<(ConversationId, Moment)> {
    let (conversation, at) = messages::table
        .find((tx.tenant().uuid(), message))
        .filter(messages::call_id.eq(call.uuid()))
        .select((messages::conversation_id, messages::at))
        .first::<(Uuid, At)>(tx.conn)?;
    Ok((ConversationId::from_uuid(conversation), at.into()))
}

/// One of the two has read up to the message of that time. None if they had already.
///
/// # Errors
/// The database is away.
pub fn see(
    tx: &mut TenantTx<'_>,
    id: ConversationId,
    by_buyer: bool,
    up_to: Moment,
    now: Moment,
) -> Result<Option<Seen>> {
    let row = conversations::table.find((tx.tenant().uuid(), id.uuid()));
    let moved = if by_buyer {
        let before = conversations::buyer_read_to;
        let behind = before.is_null().or(before.assume_not_null().lt(At(up_to)));
        diesel::update(row.filter(behind))
            .set((before.eq(At(up_to)), conversations::buyer_read_at.eq(At(now))))
            .execute(tx.conn)?
    } else {
        let before = conversations::seller_read_to;
        let behind = before.is_null().or(before.assume_not_null().lt(At(up_to)));
        diesel::update(row.filter(behind))
            .set((before.eq(At(up_to)), conversations::seller_read_at.eq(At(now))))
            .execute(tx.conn)?
    };
    Ok((moved == 1).then_some(Seen { up_to, at: now }))
}

/// How far the buyer and the seller have read what these two wrote.
///
/// # Errors
/// The database is away.
pub fn seen(tx: &mut TenantTx<'_>, buyer: UserId, seller: UserId) -> Result<[Option<Seen>; 2]> {
    type Marks = (Option<At>, Option<At>, Option<At>, Option<At>);
    let marks: Option<Marks> = conversations::table
        .filter(conversations::tenant_id.eq(tx.tenant().uuid()))
        .filter(conversations::buyer_id.eq(buyer.uuid()))
        .filter(conversations::seller_id.eq(seller.uuid()))
        .select((
            conversations::buyer_read_to,
            conversations::buyer_read_at,
            conversations::seller_read_to,
            conversations::seller_read_at,
        ))
        .first(tx.conn)
        .optional()?;
    let mark = |up_to: Option<At>, at: Option<At>| {
        Some(Seen {
            up_to: up_to?.into(),
            at: at?.into(),
        })
    };
    Ok(
        marks.map_or([None, None], |(buyer_to, buyer_at, seller_to, seller_at)| {
            [mark(buyer_to, buyer_at), mark(seller_to, seller_at)]
        }),
    )
}
