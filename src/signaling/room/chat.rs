//! What people in a room say to each other. It goes by the socket and needs no media.

use super::task::Room;
use crate::{
    app::calls,
    domain::call::{CallRole, Epoch},
    error::{Error, Result},
};
use anyhow::anyhow;
use serde_json::Value;
use tallyroom_media_protocol::signaling::{ChatLine, ClientRequest, ServerMessage};
use uuid::Uuid;

impl Room {
    /// Something about the chat that a person asks for.
    pub(super) async fn talk(&self, role: CallRole, request: ClientRequest) -> Result<Value> {
        match request {
            ClientRequest::Chat { epoch, text, line } => self.say(role, epoch, (line, &text)).await?,
            ClientRequest::Typing { epoch, on } => {
                self.current(role, epoch)?;
                self.tell_other(role, &ServerMessage::Typing { on });
            }
            ClientRequest::Read { epoch, up_to } => self.read(role, epoch, up_to).await?,
            _ => return Err(Error::internal(anyhow!("not about the chat"))),
        }
        Ok(Value::Null)
    }

    async fn say(&self, role: CallRole, epoch: Epoch, (id, text): (Option<Uuid>, &str)) -> Result<()> {
        self.current(role, epoch)?;
        let id = id.unwrap_or_else(Uuid::now_v7);
        let said = calls::say(&self.world.app, &self.scope, &self.call, role, (id, text)).await?;
        // Who says it again hasn't heard that it was said: they have seen it since they joined.
        if let Some(line) = said {
            self.said(line);
        }
        Ok(())
    }

    /// Tells both what is stored already.
    pub(super) fn said(&self, line: ChatLine) {
        self.tell_both(&ServerMessage::Chat { line });
    }

    async fn read(&self, role: CallRole, epoch: Epoch, up_to: Uuid) -> Result<()> {
        self.current(role, epoch)?;
        if let Some(mark) = calls::see(&self.world.app, &self.scope, &self.call, role, up_to).await? {
            self.tell_other(role, &ServerMessage::Read { mark });
        }
        Ok(())
    }
}
