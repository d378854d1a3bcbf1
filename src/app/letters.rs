//! Mails the product sends. A letter is enqueued with the change it tells of; the `mail` job writes and sends it later,
//! in the language the person then reads.

use crate::{
    app::identity::Task,
    domain::{
        ids::{CallId, UserId},
        notification::Event,
        time::Moment,
    },
    error::{Error, Result},
    store::{TenantTx, jobs},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The job's kind in the outbox.
pub const JOB: &str = "mail";

/// What a mail is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub enum Letter {
    /// Confirm the address.
    Verify {
        /// Absolute.
        link: String,
    },
    /// Somebody registered with an address that has an account already.
    AlreadyRegistered {
        /// Absolute, to log in.
        link: String,
    },
    /// Choose a new password.
    Reset {
        /// Absolute.
        link: String,
    },
    /// Join, to help run the place or to sell.
    Invite {
        /// Absolute.
        link: String,
        /// Who asks.
        by: String,
        /// For what.
        #[serde(default)]
        task: Task,
    },
    /// The address is confirmed.
    Welcome {
        /// Absolute, the tenant's home.
        link: String,
    },
    /// To the buyer, after a settled call.
    Receipt {
        /// Which.
        call: CallId,
        /// Absolute, the bill.
        link: String,
    },
    /// To an admin: what is paid for ends.
    SubscriptionEnds(SubscriptionEnds),
    /// To the seller who didn't answer.
    MissedCall {
        /// Which.
        call: CallId,
        /// Absolute, the conversation.
        link: String,
    },
    /// What was said in a call, for one of its two who wants it.
    Chat {
        /// Which.
        call: CallId,
        /// Absolute, the conversation.
        link: String,
    },
    /// What the person wants to be told by mail.
    News(NewsLetter),
    /// Something happened to their second factor.
    SecondFactor {
        /// What.
        news: FactorNews,
        /// Absolute, where to see to it.
        link: String,
    },
    /// To a seller, whatever they like to be told: where their money goes was changed, or it was asked for. Whoever didn't
    /// do it themselves should know.
    Payout {
        /// What.
        news: PayoutNews,
        /// Absolute, their earnings.
        link: String,
    },
    /// To those who run the tenant: a domain's proof is gone.
    DomainLost {
        /// Which.
        domain: String,
        /// Absolute, where to see to it.
        link: String,
    },
}

/// What happened to somebody's second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorNews {
    /// It was switched on.
    On,
    /// It was switched off.
    Off,
    /// There are new recovery codes.
    CodesRenewed,
    /// A recovery code was used.
    CodeUsed,
    /// The staff reset it, for somebody who can't show a code any more.
    Reset,
}

/// What happened to the way a seller gets their money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum PayoutNews {
    /// It goes somewhere else now.
    Goes {
        /// Where to, as far as that is shown.
        to: String,
    },
    /// It was asked for.
    Asked {
        /// How much, in minor units.
        minor: i64,
        /// ISO 4217 code.
        currency: String,
        /// Where to, as far as that is shown.
        to: String,
    },
}

/// A notification by mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewsLetter {
    /// What happened.
    pub event: Event,
    /// Whom it is about.
    pub about: Option<UserId>,
    /// What else goes into the text.
    pub params: Map<String, Value>,
    /// Absolute, the page it leads to.
    pub link: String,
}

/// What a mail about the end of what is paid for says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionEnds {
    /// The sender's name, the platform's.
    pub from: String,
    /// As the platform's owners wrote it, with variables.
    pub subject: String,
    /// The same.
    pub body: String,
    /// Which plan, if there ever was one.
    pub plan: Option<String>,
    /// Days that are left.
    pub days: i64,
    /// The end.
    pub ends_at: Moment,
    /// When new calls stop.
    pub stops_at: Moment,
    /// Absolute, where to pay.
    pub link: String,
}

/// The job's payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// To whom.
    pub to: UserId,
    /// What.
    #[serde(flatten)]
    pub letter: Letter,
}

/// Puts a letter into the outbox.
///
/// # Errors
/// The database is away.
pub fn post(tx: &mut TenantTx<'_>, to: UserId, letter: Letter, now: Moment) -> Result<()> {
    let payload = serde_json::to_value(Posted { to, letter }).map_err(Error::internal)?;
    jobs::enqueue(tx, JOB, payload, now)
}
