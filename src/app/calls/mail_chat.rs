//! A call's chat, mailed to oneself (requirement G3).

use crate::{
    app::{
        App,
        identity::Viewer,
        letters::{self, Letter},
    },
    domain::{call::CallRole, ids::CallId},
    error::{Error, Result},
    store::{calls, chat_mails, conversations},
};

/// How often somebody can have one call's chat mailed.
const MOST: i16 = 3;
/// Lines in a mail; of longer chats the last ones.
pub(super) const MOST_LINES: i64 = 2_000;

/// Mails the reader what was said in a call of theirs so far; `origin` is where the tenant's pages are.
///
/// # Errors
/// The call isn't theirs, nothing was said, they had it mailed as often as they can, or the database is away.
pub async fn mail_chat(app: &App, viewer: &Viewer, id: CallId, origin: &str) -> Result<()> {
    let (person, now) = (viewer.user.id, app.now());
    let link = format!("{origin}/conversations/");
    app.db
        .tenant(&viewer.scope, move |tx| {
            let call = calls::of_person(tx, id, person)?;
            let said = !conversations::chat_of_call(tx, id, Some(person), 1)?.is_empty();
            let conversation = conversations::between(tx, call.buyer.id, call.seller.id)?;
            let conversation = conversation.filter(|_| said).ok_or_else(nothing_said)?;
            let side = if call.buyer.id == person {
                CallRole::Buyer
            } else {
                CallRole::Seller
            };
            if !chat_mails::count_one(tx, id, side, MOST)? {
                let words = format!("You had this chat mailed {MOST} times already. It stays in your messages.");
                return Err(Error::conflict("mailed_often", words));
            }
            let link = format!("{link}{conversation}");
            letters::post(tx, person, Letter::Chat { call: id, link }, now)
        })
        .await
}

fn nothing_said() -> Error {
    Error::conflict("nothing_said", "Nobody has written anything in this call yet.")
}
