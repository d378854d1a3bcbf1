//! What people are told of, and by which way (B5). Letters that are about safety or money aren't here: they always go.

use serde::{Deserialize, Serialize};

/// How long a notification is kept.
pub const KEPT_MS: i64 = 90 * 86_400_000;
/// How many a person keeps, the newest.
pub const MOST_KEPT: i64 = 200;
/// How many browsers of a person are told things.
pub const MOST_DEVICES: i64 = 10;

/// Something that somebody may want to be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A seller didn't answer.
    MissedCall,
    /// Somebody wrote outside of a call.
    Message,
    /// The other side of a call rated it.
    Review,
    /// The person whom a review of theirs is about answered it.
    Reply,
    /// The staff decided about something that they wrote or reported.
    Decision,
    /// A seller who was waited for is available.
    Available,
    /// Something happened to an order of theirs.
    Booking,
    /// A calendar that they keep elsewhere isn't read any more.
    CalendarLost,
    /// It was decided whether they are who they say.
    IdentityCheck,
    /// Something that was paid goes back.
    Refund,
    /// Something happened to a dispute of theirs.
    Dispute,
    /// A payment whose outcome wasn't known at once has arrived.
    TopUp,
    /// Somebody gave them a tip.
    Tip,
    /// A recording of a call of theirs can be seen.
    Recording,
    /// Staff decided about a payout of theirs, or it arrived or didn't.
    Payout,
    /// A template of the tenant's own fails.
    TemplateFailed,
    /// What the tenant has paid for ends.
    SubscriptionEnds,
}

/// A way to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A mail.
    Mail,
    /// The bell of every page.
    Site,
    /// The browser, also when no page is open.
    Push,
}

/// Who can be told of an event at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Whoever has an account.
    Everyone,
    /// Whoever sells.
    Sellers,
    /// The tenant's admins.
    Admins,
}

/// What holds for an event and a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// As the person likes; this unless they say otherwise.
    Unless(bool),
    /// Whatever they like: it is a mail that has to reach them, and is sent by who knows when.
    Always,
}

impl Event {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 17] = [
        Self::MissedCall,
        Self::Message,
        Self::Review,
        Self::Reply,
        Self::Decision,
        Self::Available,
        Self::Booking,
        Self::CalendarLost,
        Self::IdentityCheck,
        Self::Refund,
        Self::Dispute,
        Self::TopUp,
        Self::Tip,
        Self::Recording,
        Self::Payout,
        Self::TemplateFailed,
        Self::SubscriptionEnds,
    ];

    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::MissedCall => "missed_call",
            Self::Message => "message",
            Self::Review => "review",
            Self::Reply => "reply",
            Self::Decision => "decision",
            Self::Available => "available",
            Self::Booking => "booking",
            Self::CalendarLost => "calendar_lost",
            Self::IdentityCheck => "identity_check",
            Self::Refund => "refund",
            Self::Dispute => "dispute",
            Self::TopUp => "top_up",
            Self::Tip => "tip",
            Self::Recording => "recording",
            Self::Payout => "payout",
            Self::TemplateFailed => "template_failed",
            Self::SubscriptionEnds => "subscription_ends",
        }
    }

    /// By its name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }

    /// Who can be told of it.
    pub fn audience(self) -> Audience {
        match self {
            Self::MissedCall | Self::CalendarLost | Self::Tip | Self::Payout => Audience::Sellers,
            Self::Message
            | Self::Review
            | Self::Reply
            | Self::Decision
            | Self::Available
            | Self::Booking
            | Self::IdentityCheck
            | Self::Refund
            | Self::Dispute
            | Self::Recording
            | Self::TopUp => Audience::Everyone,
            Self::TemplateFailed | Self::SubscriptionEnds => Audience::Admins,
        }
    }

    /// What holds for it on a channel.
    pub fn rule(self, channel: Channel) -> Rule {
        use Channel::{Mail, Push, Site};
        match (self, channel) {
            (Self::SubscriptionEnds | Self::IdentityCheck | Self::Refund | Self::Dispute | Self::Payout, Mail) => {
                Rule::Always
            }
            (_, Site)
            | (
                Self::MissedCall | Self::Available | Self::Booking | Self::CalendarLost | Self::Tip | Self::Recording,
                _,
            ) => Rule::Unless(true),
            (Self::Message | Self::TopUp, Push) | (Self::TemplateFailed, Mail) => Rule::Unless(true),
            (_, Mail | Push) => Rule::Unless(false),
        }
    }
}

impl Channel {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::Site, Self::Push, Self::Mail];

    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Site => "site",
            Self::Push => "push",
        }
    }

    /// By its name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }
}

/// What a person wants, over the defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes(Vec<(Event, Channel, bool)>);

impl Wishes {
    /// What is stored; what says the same as the default is left out.
    pub fn new(stated: impl IntoIterator<Item = (Event, Channel, bool)>) -> Self {
        let differs =
            |(event, channel, wanted): &(Event, Channel, bool)| event.rule(*channel) == Rule::Unless(!*wanted);
        Self(stated.into_iter().filter(differs).collect())
    }

    /// Only what differs from the default.
    pub fn stated(&self) -> &[(Event, Channel, bool)] {
        &self.0
    }

    /// Whether to tell of an event on a channel.
    pub fn want(&self, event: Event, channel: Channel) -> bool {
        let stated = self.0.iter().find(|(of, on, _)| (*of, *on) == (event, channel));
        match (event.rule(channel), stated) {
            (Rule::Always, _) => true,
            (_, Some((_, _, wanted))) => *wanted,
            (Rule::Unless(default), None) => default,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_kept_and_what_must_go_goes() {
        use Channel::{Mail, Push, Site};
        let wishes = Wishes::new([
            (Event::Message, Site, true),
            (Event::Message, Push, false),
            (Event::Review, Mail, true),
            (Event::SubscriptionEnds, Mail, false),
        ]);
        assert_eq!(
            wishes.stated(),
            [(Event::Message, Push, false), (Event::Review, Mail, true)]
        );
        assert!(wishes.want(Event::Message, Site) && !wishes.want(Event::Message, Push));
        assert!(wishes.want(Event::Review, Mail) && wishes.want(Event::SubscriptionEnds, Mail));
        for event in Event::ALL {
            assert_eq!(Event::parse(event.name()), Some(event));
        }
        for channel in Channel::ALL {
            assert_eq!(Channel::parse(channel.name()), Some(channel));
        }
    }
}
