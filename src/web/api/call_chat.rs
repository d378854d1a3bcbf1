//! A call's chat, as far as it doesn't go by the socket: files, and the whole of it by mail.

use crate::{
    app::{
        calls,
        conversations::{self, Sender},
        identity::Viewer,
    },
    domain::{attachment::MAX_BYTES, ids::CallId},
    error::Error,
    web::{Problem, Result, Site, Web, extract::InRoom, upload},
};
use actix_multipart::Multipart;
use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(send).service(mail);
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "only described")]
struct SentFile {
    /// At most 5 MB: a picture, a PDF, a text or an office document.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Sends a file to the chat of a call that goes on, as one of the two or a third person; everybody hears of it over the
/// socket. Only the two can open it.
#[utoipa::path(
    tag = "calls",
    request_body(content = inline(SentFile), content_type = "multipart/form-data"),
    responses((status = 201, body = Object, description = "The line of the chat"), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "call_over, too_many_files"),
        (status = 422, body = Problem))
)]
#[post("/calls/{id}/files")]
async fn send(
    web: Data<Web>,
    site: Site,
    InRoom(viewer): InRoom,
    id: Path<Uuid>,
    form: Multipart,
) -> Result<HttpResponse> {
    let id = CallId::from_uuid(*id);
    let (call, _) = calls::joined(&web.app, &site.scope, viewer.user.id, id).await?;
    let over = || Error::conflict("call_over", "The call is over.");
    let room = web.live.registry.room(&site.scope, id).ok_or_else(over)?;
    let sender = Sender::in_call(&web.app, &viewer, &call).await?;
    let conversation = sender.conversation();
    let (name, body) = upload::named_of_form(&web, &site, form, MAX_BYTES, "file").await?;
    let message = conversations::send_file(&web.app, sender, &name, body).await?;
    let speakers = calls::speakers(&web.app, &site.scope, &call).await?;
    let line = speakers.line(conversation, message).ok_or_else(Error::not_found)?;
    // A call that has ended meanwhile tells nobody; the file is in the inbox all the same.
    room.said(line.clone()).await;
    let is_theirs = [call.buyer.id, call.seller.id].contains(&viewer.user.id);
    let line = if is_theirs { line } else { calls::for_guests(line) };
    Ok(HttpResponse::Created().json(line))
}

/// Mails the reader all that was said in a call of theirs, three times a call.
#[utoipa::path(
    tag = "calls",
    responses((status = 202, description = "It will be sent"), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "nothing_said, mailed_often"))
)]
#[post("/calls/{id}/chat/mail")]
async fn mail(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    calls::mail_chat(&web.app, &viewer, CallId::from_uuid(*id), site.origin()).await?;
    Ok(HttpResponse::Accepted().finish())
}
