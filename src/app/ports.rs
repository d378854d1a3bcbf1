//! How use cases reach the outside world.

mod compose;
mod gateway_account;
mod payment;
mod payment_answers;
mod payment_orders;
mod payout_account;
mod payouts;

pub use compose::{Composed, Composer, Part, Plan};
pub use gateway_account::{
    AuthorizeNetKeys, GatewayAccount, GatewayKeys, IyzicoKeys, KeyField, PaypalKeys, PaytrKeys, PayuKeys, StripeKeys,
    TwoCheckoutKeys,
};
pub use payment::{Answer, GatewayError, PaymentGateway, PaymentGateways};
pub use payment_answers::{
    Ack, Begun, Dispute, DisputeStage, Outcome, Refunded, SavedMethod, Standing, Step, Webhook, WebhookKind,
};
pub use payment_orders::{Buyer, Capture, Checkout, RawWebhook, Refund, SavedCharge, Sought, Void};
pub use payout_account::{PayoutAccount, PayoutKeys, StripeConnectKeys};
pub use payouts::{PaidOut, PayoutBatch, PayoutFile, PayoutOrder, PayoutProvider, PayoutProviders};

use crate::{
    app::{letters::Posted, notifications::Told},
    domain::{
        call::Stretch,
        identity_check::Verdict,
        ids::{SessionId, TenantId, UserId},
        imported::{AddressError, Trouble},
        money::Money,
        time::Moment,
    },
    store::{TenantScope, extensions::Asked, push_subscriptions::Device, tips::Tip},
};
use async_trait::async_trait;
use futures::future::BoxFuture;
use serde::Serialize;
use std::net::IpAddr;
use tallyroom_media_protocol::{
    MediaId, PeerFlow, PeerId, Reception, RecordedPart, RecordingProblem, Refusal, Reply, Request, RoomId,
};
use tokio::sync::OwnedSemaphorePermit;
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

/// Tells the time.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Moment;
    /// Returns once it is `moment` or later.
    async fn sleep_until(&self, moment: Moment);
}

/// Asks the DNS.
#[async_trait]
pub trait Dns: Send + Sync {
    /// The texts (TXT records) of a name; none if it has none.
    ///
    /// # Errors
    /// Nobody who knows could be asked.
    async fn texts(&self, name: &str) -> anyhow::Result<Vec<String>>;

    /// The addresses of a name; none if it has none.
    ///
    /// # Errors
    /// Nobody who knows could be asked.
    async fn addresses(&self, name: &str) -> anyhow::Result<Vec<IpAddr>>;
}

/// What was found in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Nothing.
    Clean,
    /// Something that does harm.
    Malware,
    /// Macros in a document.
    Macros,
    /// Something that would run, in what isn't a program.
    Program,
}

/// Looks into files before anybody gets them.
#[async_trait]
pub trait FileScanner: Send + Sync {
    /// What is in a file.
    ///
    /// # Errors
    /// It couldn't be looked at.
    async fn scan(&self, body: &[u8]) -> anyhow::Result<Finding>;
}

/// Reads calendars that people keep elsewhere.
#[async_trait]
pub trait CalendarSources: Send + Sync {
    /// The address, if it may be asked as far as it tells by itself.
    ///
    /// # Errors
    /// It may not.
    fn takes(&self, address: &str) -> Result<Url, AddressError>;

    /// The right to read one now, kept until it is understood; none while as many are read as may be at once.
    fn turn(&self) -> Option<OwnedSemaphorePermit>;

    /// What is there.
    ///
    /// # Errors
    /// It can't be read, or may not be.
    async fn read(&self, address: &str) -> Result<Vec<u8>, Trouble>;
}

/// Looks at whether people are who they say and old enough. Pictures are JPEG, of a document and of the person.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// What it says; who can't say leaves it to the tenant's staff.
    ///
    /// # Errors
    /// It can't be asked now.
    async fn look(&self, document: &[u8], selfie: &[u8]) -> anyhow::Result<Verdict>;
}

/// Sends one mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands it to the mail server.
    ///
    /// # Errors
    /// The server refused or can't be reached; sending may be tried again.
    async fn send(&self, mail: Mail) -> anyhow::Result<()>;

    /// Greets the mail server without sending anything.
    ///
    /// # Errors
    /// It can't be reached, or doesn't take us.
    async fn check(&self) -> anyhow::Result<()>;
}

/// Writes letters out as mails, in the tenant's brand and the reader's language.
#[async_trait]
pub trait Letters: Send + Sync {
    /// The mail.
    ///
    /// # Errors
    /// What the letter tells of isn't there any more, or the database is away.
    async fn write(&self, scope: &TenantScope, posted: Posted) -> crate::error::Result<Mail>;

    /// What a browser shows of a notification.
    ///
    /// # Errors
    /// The person isn't there any more, or the database is away.
    async fn slip(&self, scope: &TenantScope, told: Told) -> crate::error::Result<Slip>;
}

/// A notification as a browser shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Slip {
    /// What is said of the same again stands in the place of what was said before.
    pub id: Uuid,
    /// When it was told: what comes twice, or late, isn't shown again.
    pub at: Moment,
    /// The tenant's name.
    pub title: String,
    /// Plain text.
    pub body: String,
    /// Where a click leads, a path.
    pub link: String,
    /// The tenant's sign, a path.
    pub icon: String,
}

/// What became of a push message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// The push service has it.
    Taken,
    /// There is no such browser any more.
    Gone,
}

/// The push services of browsers' makers.
#[async_trait]
pub trait PushServices: Send + Sync {
    /// What browsers subscribe with: our public key, an uncompressed point of P-256 in base64url.
    fn public_key(&self) -> &str;
    /// Whether an endpoint is at a service that is sent to at all.
    fn takes(&self, endpoint: &str) -> bool;
    /// Whether this is a browser's public key.
    fn is_key(&self, p256dh: &[u8]) -> bool;
    /// Sends a message, encrypted for the browser. Of one topic the service keeps the last for a browser that is away.
    ///
    /// # Errors
    /// The service doesn't take it: not now, or never.
    async fn send(&self, device: &Device, topic: Uuid, message: Vec<u8>, now: Moment) -> crate::error::Result<Pushed>;
}

/// A mail ready to go.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The sender's name, the tenant's.
    pub from_name: String,
    /// Where answers go, if that isn't the sender.
    pub reply_to: Option<String>,
    /// To whom.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Plain-text part.
    pub text: String,
    /// HTML part.
    pub html: String,
    /// What it puts into the reader's calendar.
    pub calendar: Option<CalendarFile>,
}

/// A calendar file (RFC 5545) for mail programs to act on (RFC 6047).
#[derive(Clone, Debug)]
pub struct CalendarFile {
    /// `REQUEST` or `CANCEL`.
    pub method: String,
    /// The file.
    pub text: String,
}

/// People with an open page: what signaling tells use cases and the other way round.
pub trait LivePeople: Send + Sync {
    /// Whether a socket of theirs was seen within 30 s.
    fn is_online(&self, tenant: TenantId, user: UserId) -> bool;
    /// Their wallet changed by something other than a call: calls and pages are told.
    fn wallet_changed(&self, scope: &TenantScope, user: UserId, available: Money);
    /// What can be spent on the call that they are in changed, where that isn't their wallet: the call is told.
    /// Minutes that it came for may have a price of their own.
    fn credit_changed(&self, scope: &TenantScope, buyer: UserId, available: Money, apart: Option<Stretch>);
    /// An extension of a call of these two was asked for or answered: their pages are told.
    fn extension(&self, scope: &TenantScope, people: [UserId; 2], asked: &Asked);
    /// Somebody of that name gave a tip: the pages of whoever got it are told.
    fn tipped(&self, scope: &TenantScope, from_name: &str, tip: &Tip);
    /// They have so many notifications that they haven't seen, and were told of what is at `link` just now: pages are
    /// told.
    fn notified(&self, scope: &TenantScope, user: UserId, unread: i64, link: Option<String>);
    /// A session of theirs was ended, or all of them: pages that were opened with it are closed.
    fn signed_out(&self, scope: &TenantScope, user: UserId, session: Option<SessionId>);
    /// Their account was closed: all their pages are closed but the one that they are in a call with.
    fn shut_out(&self, scope: &TenantScope, user: UserId);
}

/// Media nodes that carry calls.
#[async_trait]
pub trait MediaNodes: Send + Sync {
    /// The node to put a new room on, if any has room.
    fn place(&self) -> Option<Uuid>;

    /// Asks a node to do something. It is on its way, behind all that was asked before, when this returns; what is
    /// returned only waits for the answer.
    ///
    /// # Errors
    /// It refuses, is gone, or doesn't answer in time.
    fn request(&self, node: Uuid, request: Request) -> BoxFuture<'static, Result<Reply, Refusal>>;

    /// The same without waiting: it is on its way, behind all that was asked before, when this returns. A refusal is
    /// only logged.
    fn order(&self, node: Uuid, request: Request);

    /// All nodes that are connected, in no order.
    fn nodes(&self) -> Vec<NodeState>;

    /// Has a node finish what it carries and end: it gets no new rooms. False if it isn't connected.
    fn drain(&self, node: Uuid) -> bool;
}

/// A media node, as its connection knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NodeState {
    /// Which.
    pub id: Uuid,
    /// Participants it takes.
    pub capacity: u32,
    /// Participants it has.
    pub peers: u32,
    /// It gets no new rooms.
    pub draining: bool,
    /// Since when it is connected.
    #[schema(value_type = i64)]
    pub connected_at: Moment,
}

/// What media nodes tell without being asked.
#[derive(Clone, Debug)]
pub enum MediaEvent {
    /// What flowed; see [`PeerFlow`].
    Flow {
        /// Which node.
        node: Uuid,
        /// One entry a peer.
        peers: Vec<PeerFlow>,
    },
    /// How well somebody receives something has changed.
    Receiving {
        /// Which call.
        room: RoomId,
        /// Who receives.
        peer: PeerId,
        /// Which producer.
        producer: MediaId,
        /// How.
        reception: Reception,
    },
    /// The node can't be reached any more; its rooms are lost.
    NodeGone {
        /// Which node.
        node: Uuid,
    },
    /// A file of a recording is complete.
    Recorded {
        /// Which call.
        room: RoomId,
        /// The file.
        part: RecordedPart,
    },
    /// A recording ended by itself.
    RecordingFailed {
        /// Which call.
        room: RoomId,
        /// Which recording.
        recording: Uuid,
        /// Why.
        problem: RecordingProblem,
    },
    /// Somebody stopped sending.
    ProducerClosed {
        /// Which call.
        room: RoomId,
        /// Whose.
        peer: PeerId,
        /// Which.
        producer: MediaId,
    },
}
