//! What people in a room say to each other. It goes by the socket and needs no media.

use super::{Chair, task::Room};
use crate::{
    app::calls,
    domain::call::Epoch,
    error::{Error, Result},
    store::calls::Party,
};
use anyhow::anyhow;
use serde_json::Value;
use tallyroom_media_protocol::signaling::{ChatLine, ClientRequest, MAX_CAPTION_CHARS, RoomRole, ServerMessage};
use uuid::Uuid;

impl Room {
    /// Something about the chat that a person asks for.
    pub(super) async fn talk(&self, chair: Chair, request: ClientRequest) -> Result<Value> {
        match request {
            ClientRequest::Chat { epoch, text, line } => self.say(chair, epoch, (line, &text)).await?,
            ClientRequest::Caption { epoch, text } => self.caption(chair, epoch, &text)?,
            ClientRequest::Typing { epoch, on } => {
                self.current(chair, epoch)?;
                let person = self.person_on(chair).uuid();
                self.tell_others(chair, &ServerMessage::Typing { person, on });
            }
            ClientRequest::Read { epoch, up_to } => self.read(chair, epoch, up_to).await?,
            _ => return Err(Error::internal(anyhow!("not about the chat"))),
        }
        Ok(Value::Null)
    }

    async fn say(&self, chair: Chair, epoch: Epoch, (id, text): (Option<Uuid>, &str)) -> Result<()> {
        self.current(chair, epoch)?;
        let id = id.unwrap_or_else(Uuid::now_v7);
        let speaker = self.speaker(chair).ok_or_else(Error::not_found)?;
        let said = calls::say(&self.world.app, &self.scope, &self.call, speaker, (id, text)).await?;
        // Who says it again hasn't heard that it was said: they have seen it since they joined.
        if let Some(line) = said {
            self.said(line);
        }
        Ok(())
    }

    /// Shows a line to everybody, whoever wrote it, too: so they see that it arrived.
    fn caption(&self, chair: Chair, epoch: Epoch, text: &str) -> Result<()> {
        self.current(chair, epoch)?;
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() || text.chars().count() > MAX_CAPTION_CHARS {
            return Err(Error::field("text", "A caption has 1 to 200 characters."));
        }
        let person = self.person_on(chair);
        self.tell_all(&ServerMessage::Caption {
            person: person.uuid(),
            language: self.guest(person).and_then(|guest| guest.speaks.clone()),
            text,
        });
        Ok(())
    }

    pub(super) fn speaker(&self, chair: Chair) -> Option<(Party, RoomRole)> {
        match chair {
            Chair::Side(role) => Some((self.person(role).clone(), role.into())),
            Chair::Guest(person) => self.guest(person).map(|guest| {
                let (id, name) = (guest.person, guest.name.clone());
                (Party { id, name }, guest.place.role.into())
            }),
        }
    }

    /// Tells everybody what is stored already.
    pub(super) fn said(&self, line: ChatLine) {
        let message = ServerMessage::Chat { line: line.clone() };
        self.tell_both(&message);
        let line = calls::for_guests(line);
        self.tell_guests(&ServerMessage::Chat { line });
    }

    /// Only what the two have read is marked.
    async fn read(&self, chair: Chair, epoch: Epoch, up_to: Uuid) -> Result<()> {
        self.current(chair, epoch)?;
        let Chair::Side(role) = chair else { return Ok(()) };
        if let Some(mark) = calls::see(&self.world.app, &self.scope, &self.call, role, up_to).await? {
            self.side(role.other()).tell(&ServerMessage::Read { mark });
        }
        Ok(())
    }
}
