//! A call's chat as a mail.

use super::{
    Web,
    pages::views::{ChatMail, ChatMailLine},
};
use crate::{
    app::calls,
    domain::{ids::CallId, time::Moment},
    error::Result,
    store::{TenantScope, users::User},
};
use tallyroom_media_protocol::signaling::ChatLine;

impl Web {
    /// What was said in a call; files are named, and lead to where they are. `origin` is where the tenant's pages are, `url`
    /// the conversation.
    pub(super) async fn chat_letter(
        &self,
        scope: &TenantScope,
        user: &User,
        call: CallId,
        (origin, url): (&str, String),
    ) -> Result<ChatMail> {
        let (call, lines) = calls::whole_chat(&self.app, scope, user.id, call).await?;
        let other = if call.buyer.id == user.id {
            call.seller
        } else {
            call.buyer
        };
        Ok(ChatMail {
            name: user.name.clone(),
            other_name: other.name,
            service_title: call.service_title,
            at: call.rang_at.timestamp(),
            lines: lines.into_iter().map(|line| told(line, origin)).collect(),
            url,
        })
    }
}

fn told(line: ChatLine, origin: &str) -> ChatMailLine {
    let file = line.file.filter(|file| !file.name.is_empty());
    ChatMailLine {
        at: Moment(line.at_ms).timestamp(),
        by: line.name,
        // For people, a page of ours: it lets them sign in first.
        file_url: file
            .as_ref()
            .and_then(|file| file.url.as_deref())
            .map(|url| format!("{origin}{}", url.trim_start_matches("/api/v1"))),
        file: file.map(|file| file.name),
        text: line.text,
    }
}
