//! What people are told, and what they want to be told.

use crate::{
    domain::notification::{Channel, Event, Rule},
    web::{
        gallery::{Gallery, cast::now},
        pages::{notification_words, views::*},
    },
};
use serde_json::{Map, json};
use uuid::Uuid;

/// The list, the bell, and the choice.
pub fn notifications(g: &Gallery<'_>) -> anyhow::Result<()> {
    let symbols = [
        "phone-missed",
        "message-square",
        "star",
        "message-square",
        "shield-check",
        "radio",
        "calendar",
        "wallet",
        "triangle-alert",
        "calendar-clock",
    ];
    let row = |(event, symbol): (Event, &'static str)| {
        let mut params = Map::new();
        for (name, value) in [
            ("name", json!(g.cast.person(1).name)),
            ("count", json!(5)),
            ("amount", json!(g.cast.amount(2_500))),
            ("template", json!("parts/hero")),
            ("at", json!(now().to_string())),
        ] {
            params.insert(name.to_owned(), value);
        }
        NotificationRow {
            id: Uuid::from_u128(event as u128),
            symbol,
            message: notification_words(event, params),
            at: now(),
            unread: matches!(event, Event::Message | Event::MissedCall),
        }
    };
    let items: Vec<_> = Event::ALL.into_iter().zip(symbols).map(row).collect();
    let page = NotificationsPage {
        items: items.clone(),
        unread: true,
        older_url: Some("/notifications?page=2".to_owned()),
    };
    g.page("notifications", &page, &g.buyer("/notifications"))?;
    let none = NotificationsPage {
        items: Vec::new(),
        unread: false,
        older_url: None,
    };
    g.page("notifications-empty", &none, &g.seller("/notifications"))?;
    let choice = |event: Event, channel: Channel| ChannelChoice {
        channel: channel.name(),
        wanted: event.rule(channel) != Rule::Unless(false),
        always: event.rule(channel) == Rule::Always,
    };
    let line = |event: Event| EventChoices {
        event: event.name(),
        channels: Channel::ALL.map(|channel| choice(event, channel)).into(),
    };
    let settings = NotificationSettingsPage {
        events: Event::ALL.map(line).into(),
        push_key: "BPk".to_owned(),
    };
    g.page("notification-settings", &settings, &g.seller("/account/notifications"))
}
