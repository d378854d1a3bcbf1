//! Handing what is written over to a paid call (preset P5).

use crate::{
    app::{App, identity::Viewer, notifications::tell, safety},
    domain::{
        ids::{ConversationId, ServiceId},
        notification::Event,
    },
    error::{Error, Result},
    store::{conversations, notifications::News, services},
};

/// The reader, who is its seller, suggests a call about something that they offer.
///
/// # Errors
/// It isn't theirs to suggest or isn't offered, one keeps from the other, or the database is away.
pub async fn suggest(app: &App, viewer: &Viewer, id: ConversationId, service: ServiceId) -> Result<()> {
    let (user, now, handle) = (viewer.user.id, app.now(), app.clone());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let conversation = conversations::of_person(tx, id, user)?;
            if conversation.seller.id != user {
                return Err(Error::invalid("Only the one who sells can suggest a call."));
            }
            let service = services::find(tx, service)?;
            if service.seller != user || !service.published || !service.video_enabled {
                return Err(Error::not_found());
            }
            let buyer = conversation.buyer;
            safety::can_write(tx, user, (buyer.id, &buyer.name))?;
            conversations::add_suggestion(tx, id, user, service.id, now)?;
            let news = News::about(Event::Message, user, format!("/conversations/{id}"));
            tell(&handle, tx, buyer.id, news, now)
        })
        .await
}
