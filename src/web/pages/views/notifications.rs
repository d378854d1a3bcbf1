//! What people are told, and what they want to be told.

use super::Message;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// `/notifications`. `/notifications/read` is posted to mark all as seen.
#[derive(Clone, Debug, Serialize)]
pub struct NotificationsPage {
    /// Newest first.
    pub items: Vec<NotificationRow>,
    /// There are some that weren't seen.
    pub unread: bool,
    /// Address of older ones.
    pub older_url: Option<String>,
}

/// What the bell of every page opens: `/notifications/latest`, a part of a page.
#[derive(Clone, Debug, Serialize)]
pub struct LatestNotifications {
    /// Newest first.
    pub items: Vec<NotificationRow>,
}

/// Something that was told. `/notifications/{id}` leads to what it is about.
#[derive(Clone, Debug, Serialize)]
pub struct NotificationRow {
    /// Its id.
    pub id: Uuid,
    /// The icon.
    pub symbol: &'static str,
    /// What happened.
    pub message: Message,
    /// When.
    pub at: Timestamp,
    /// Not seen yet.
    pub unread: bool,
}

/// `/account/notifications`. Posts `{event}.{channel}`, `on` when ticked.
#[derive(Clone, Debug, Serialize)]
pub struct NotificationSettingsPage {
    /// One line each.
    pub events: Vec<EventChoices>,
    /// What browsers subscribe with.
    pub push_key: String,
}

/// How somebody wants to be told of something. The words are `notify.event.{event}`.
#[derive(Clone, Debug, Serialize)]
pub struct EventChoices {
    /// Its name.
    pub event: &'static str,
    /// One a way to tell.
    pub channels: Vec<ChannelChoice>,
}

/// One box. The words are `notify.channel.{channel}`.
#[derive(Clone, Debug, Serialize)]
pub struct ChannelChoice {
    /// Its name.
    pub channel: &'static str,
    /// Ticked.
    pub wanted: bool,
    /// Can't be changed: it always goes.
    pub always: bool,
}
