//! What each page shows: one struct a page, filled by the handlers and read by the templates of `tenant_themes/`.
//!
//! Views hold facts (instants, minor units, states), never finished text: words, money and times are written by the
//! theme's helpers in the reader's language and zone. Forms carry back what was typed, with the error beside its field.

mod account;
mod bill;
mod bookings;
mod calendar;
mod calls;
mod check;
mod conversations;
mod dispute;
mod documents;
mod earnings;
mod feed;
mod form;
mod gateway;
mod guest;
mod home;
mod hours;
mod identity;
mod invoice;
mod mails;
mod notifications;
mod people;
mod private_room;
mod refund;
mod review;
mod room;
mod safety;
mod search;
mod sell;
mod seller;
mod strip;
mod studio;
mod system;
mod tip;
mod wallet;

pub use account::{AccountPage, Choice, FactorOffer, ForgetMethodPage, KeptMethod, SecondFactorPage};
pub use bill::{
    BillBlock, BillBlockKind, BillLine, BillPage, ConnectionRow, FaultChoice, FeedbackForm, GivenRow, LegRow,
    RatingForm, RecordingRow, SellerShare, TipRow,
};
pub use bookings::{
    AddonChoice, BookPage, ConferenceOffer, ConferencePage, ConferenceRow, ConferenceStep, ConferencesPage, FreeDay,
    FreeTime, FreeTimes, NextTimes, OrderPage, PriceLines, Seen,
};
pub use calendar::{CalendarDay, CalendarPage, CalendarTalk, Elsewhere};
pub use calls::{CallRow, CallStage, CallsPage, Outcome, Side};
pub use check::CheckPage;
pub use conversations::{
    ConversationPage, ConversationRow, ConversationsPage, Entry, EntryKind, FirstMessagePage, Suggestable,
};
pub use dispute::{ClaimPage, DisputeLink, DisputePage};
pub use documents::{DocumentRow, DocumentsPage};
pub use earnings::{EarningsPage, MethodForm, PayoutRow, ShownMethod};
pub use feed::FeedPage;
pub use form::{Field, Message};
pub use gateway::GatewayPage;
pub use guest::{GuestPage, GuestPrice};
pub use home::{Category, HomePage, LivePage, Reply, Review, ReviewLink};
pub use hours::{DayField, Exception, HoursPage, Notice};
pub use identity::{
    ForgotPage, InvitePage, LogInCodePage, LoginPage, RegisterPage, ResetPage, VerifyPage, VerifyState,
};
pub use invoice::InvoicePage;
pub use mails::{
    ChatMail, ChatMailLine, DomainLostMail, InviteMail, MissedCallMail, NewsMail, PayoutMail, ReceiptMail,
    RegisteredMail, ResetMail, SecondFactorMail, SubscriptionMail, VerifyMail, WelcomeMail,
};
pub use notifications::{
    ChannelChoice, EventChoices, LatestNotifications, NotificationRow, NotificationSettingsPage, NotificationsPage,
};
pub use people::{CardService, Person, Presence, Rating, SellerCard};
pub use private_room::{
    DoorPage, DoorState, PrivateRoomRow, PrivateRoomsPage, RoomUserRow, ServiceChoice, ToldPassword, VisitPage,
};
pub use refund::{RefundPage, RefundPreview, RefundRow};
pub use review::{ReportForm, ReportState, ReviewPage};
pub use room::{DeviceCheckPage, RoomPage, RoomSetup, RoomSnapshots, RoomTerms, RoomUrls};
pub use safety::{BlockedPerson, BlocksPage, PersonPage};
pub use search::{CategoryOption, CountedOption, PriceOption, SearchPage};
pub use sell::{
    Availability, CategoryChoice, LanguageChoice, ProfileForm, SellPage, ServiceForm, ServiceRow, StartPage, StartStep,
};
pub use seller::{Delivery, Increment, OpenDay, OpenHours, OpenSpan, RingBox, RingState, SellerPage, ServiceOffer};
pub use strip::{Span, SpanKind, Strip};
pub use studio::{StudioCall, StudioPage, StudioSeller};
pub use system::{
    DemoLogin, DemoTenant, ErrorPage, MailPage, MailRow, MailboxPage, PlatformHomePage, TermsPage, UnknownHostPage,
};
pub use tip::{GiftChoice, TipChoice, TipPage};
pub use wallet::{
    LeavePage, LineKind, PaidPage, PayField, PayPage, PayWay, StatementLine, TopUpPage, TopUpState, WalletPage,
};

use serde::Serialize;

/// A page or mail: its template and the data that goes with it.
pub trait View: Serialize {
    /// Template's name below `templates/`, without the ending.
    const TEMPLATE: &'static str;
}

/// A page of which a part is written once for all who read it in the same language and zone: that part sees the view's
/// fields and `page` without its reader. Around it `page` and `theme` are all there is.
pub trait Shared: View {
    /// The part's name below `templates/`.
    const PART: &'static str;
}

impl Shared for HomePage {
    const PART: &'static str = "parts/home";
}

/// Money: minor units and the ISO code. The `money` helper writes it as the reader's language does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// Minor units; how many make one is the currency's matter.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

impl Amount {
    /// An amount of `minor` units of `currency`.
    pub fn new(minor: i64, currency: impl Into<String>) -> Self {
        Self {
            minor,
            currency: currency.into(),
        }
    }
}

/// Implements [`View`] for a list of structs.
macro_rules! views {
    ($($view:ty => $template:literal),+ $(,)?) => {
        $(impl View for $view { const TEMPLATE: &'static str = $template; })+
        /// Every template a view names, so that a theme can be checked whole.
        pub const TEMPLATES: &[&str] = &[$($template),+];
    };
}

views! {
    HomePage => "home",
    LivePage => "live",
    SearchPage => "search",
    SellerPage => "seller",
    ReviewPage => "review",
    PersonPage => "person",
    BlocksPage => "blocks",
    RegisterPage => "register",
    LoginPage => "login",
    LogInCodePage => "login_code",
    ForgotPage => "forgot",
    ResetPage => "reset",
    VerifyPage => "verify",
    InvitePage => "invite",
    GuestPage => "guest",
    DoorPage => "door",
    VisitPage => "door_visit",
    PrivateRoomsPage => "private_rooms",
    AccountPage => "account",
    ForgetMethodPage => "method",
    SecondFactorPage => "second_factor",
    WalletPage => "wallet",
    TopUpPage => "top_up",
    PayPage => "pay",
    LeavePage => "leave",
    PaidPage => "paid",
    GatewayPage => "gateway",
    SellPage => "sell",
    StartPage => "start",
    EarningsPage => "earnings",
    HoursPage => "hours",
    CalendarPage => "calendar",
    FeedPage => "feed",
    StudioPage => "studio",
    BookPage => "book",
    OrderPage => "order",
    ConferencesPage => "conferences",
    ConferencePage => "conference",
    CallsPage => "calls",
    CheckPage => "check",
    DeviceCheckPage => "device_check",
    RoomPage => "room",
    BillPage => "bill",
    RefundPage => "refund",
    TipPage => "tip",
    ClaimPage => "claim",
    DisputePage => "dispute",
    ConversationsPage => "conversations",
    ConversationPage => "conversation",
    FirstMessagePage => "first_message",
    NotificationsPage => "notifications",
    LatestNotifications => "notifications_latest",
    NotificationSettingsPage => "notification_settings",
    TermsPage => "terms",
    ErrorPage => "error",
    UnknownHostPage => "unknown_host",
    PlatformHomePage => "platform_home",
    MailboxPage => "mailbox",
    MailPage => "mail",
    VerifyMail => "mails/verify",
    ResetMail => "mails/reset",
    InviteMail => "mails/invite",
    WelcomeMail => "mails/welcome",
    RegisteredMail => "mails/registered",
    ReceiptMail => "mails/receipt",
    MissedCallMail => "mails/missed_call",
    ChatMail => "mails/chat",
    NewsMail => "mails/news",
    DomainLostMail => "mails/domain_lost",
    SecondFactorMail => "mails/second_factor",
    PayoutMail => "mails/payout",
    SubscriptionMail => "mails/subscription",
    InvoicePage => "invoice",
    DocumentsPage => "documents",
}
