//! What is written down of what staff do: who, what, about whom or what, before and after.

use crate::domain::ids::{PlatformStaffId, UserId};
use serde_json::Value;

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Which of them.
    pub who: ActorId,
    /// Their name then.
    pub name: String,
    /// From which network address.
    pub address: String,
}

/// Who it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorId {
    /// One of the platform's own.
    Platform(PlatformStaffId),
    /// One of the tenant's.
    Staff(UserId),
    /// A seller, or who looks after a studio of theirs.
    Member(UserId),
    /// Nobody: the platform by itself, or whoever runs the program on its machine.
    System,
}

impl Actor {
    /// The platform by itself, when something is due or becomes known.
    pub fn system() -> Self {
        Self {
            who: ActorId::System,
            name: "System".to_owned(),
            address: String::new(),
        }
    }
}

/// One entry, without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was done.
    pub action: Action,
    /// To whom or what: a name or an id.
    pub subject: String,
    /// How it was; null if there was nothing.
    pub before: Value,
    /// How it is; null if there is nothing.
    pub after: Value,
}

impl Entry {
    /// Something that changed nothing that could be shown.
    pub fn new(action: Action, subject: impl Into<String>) -> Self {
        Self {
            action,
            subject: subject.into(),
            before: Value::Null,
            after: Value::Null,
        }
    }

    /// With what changed.
    #[must_use]
    pub fn changed(self, before: Value, after: Value) -> Self {
        Self { before, after, ..self }
    }
}

/// Everything that is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// One of the platform's staff signed in.
    PlatformSignedIn,
    /// One of the platform's staff set up their second factor.
    PlatformEnrolled,
    /// Somebody with the password of one of the platform's staff sent a wrong code.
    PlatformCodeRefused,
    /// One of the platform's staff is to set up another second factor.
    PlatformFactorReset,
    /// One of the platform's staff was taken off it.
    PlatformRemoved,
    /// A tenant was added.
    TenantCreated,
    /// A tenant's name, zone or language was changed by the platform.
    TenantChanged,
    /// A tenant's site was closed.
    TenantSuspended,
    /// A tenant's site was opened again.
    TenantRestored,
    /// A tenant is to be deleted.
    TenantDeleted,
    /// A tenant's cooling-off was over, and everything of it that could go went.
    TenantErased,
    /// A tenant was marked as free of subscriptions, or no longer.
    TenantSubscription,
    /// A plan was added.
    PlanCreated,
    /// A plan was changed.
    PlanChanged,
    /// What holds for all subscriptions was changed.
    SubscriptionsChanged,
    /// Somebody went to pay for a subscription.
    SubscriptionBegun,
    /// A subscription was paid.
    SubscriptionPaid,
    /// Somebody was asked to join the staff.
    StaffInvited,
    /// Somebody joined the staff.
    StaffJoined,
    /// One of the staff switched their second factor on.
    FactorOn,
    /// One of the staff switched their second factor off.
    FactorOff,
    /// One of the staff has new recovery codes.
    FactorCodesRenewed,
    /// A recovery code of one of the staff was used.
    FactorCodeUsed,
    /// Somebody's second factor was reset.
    FactorReset,
    /// Somebody was asked to sell.
    SellerInvited,
    /// Role or permissions were changed.
    StaffChanged,
    /// Somebody left the staff.
    StaffRemoved,
    /// A studio was opened.
    StudioCreated,
    /// A studio's name was changed.
    StudioRenamed,
    /// A studio was closed.
    StudioClosed,
    /// Somebody was asked to look after a studio.
    StudioManagerAdded,
    /// Somebody doesn't look after a studio any more.
    StudioManagerRemoved,
    /// A seller was put into a studio.
    StudioSellerAdded,
    /// A seller was taken out of a studio.
    StudioSellerRemoved,
    /// A seller left their studio.
    StudioSellerLeft,
    /// A studio's manager switched a seller's availability off.
    StudioSwitchedOff,
    /// Staff looked at a picture that somebody sent to show who they are.
    IdentityLookedAt,
    /// Staff found that somebody is who they say.
    IdentityApproved,
    /// Staff couldn't see from what somebody sent who they are.
    IdentityDeclined,
    /// What showing who one is is asked for was changed.
    IdentityRulesChanged,
    /// Staff gave back what was paid.
    RefundGiven,
    /// Staff looked at what is known about a dispute.
    DisputeLookedAt,
    /// Staff decided a dispute.
    DisputeDecided,
    /// Until when something can be disputed was changed.
    DisputeRulesChanged,
    /// Who issues documents was changed.
    IssuerChanged,
    /// Fee, tax or the marketplace's share was changed, for all or for a category or a seller.
    ChargesChanged,
    /// What others get of what a seller, or a studio's sellers, earn was changed.
    SharesChanged,
    /// What is asked for before sellers are paid out was changed.
    PayoutRulesChanged,
    /// Staff asked for a payout of a seller.
    PayoutRequested,
    /// A payout was approved.
    PayoutApproved,
    /// A payout was refused.
    PayoutRefused,
    /// Payouts were put into a batch.
    PayoutsBatched,
    /// A batch was fetched, with where the money goes.
    PayoutsFetched,
    /// A batch was sent and has arrived.
    PayoutsPaid,
    /// A payout didn't arrive.
    PayoutFailed,
    /// Somebody's money was frozen.
    MoneyFrozen,
    /// Somebody's money was let go.
    MoneyReleased,
    /// An account was closed.
    UserSuspended,
    /// An account was opened again.
    UserRestored,
    /// A person was erased.
    UserErased,
    /// Somebody read what others wrote.
    ConversationRead,
    /// Somebody looked for something in what others wrote.
    ConversationSearched,
    /// A review was hidden.
    ReviewHidden,
    /// A review is shown again.
    ReviewShown,
    /// A note on a report about somebody was written.
    ReportNoted,
    /// A report about somebody was closed.
    ReportClosed,
    /// A review that was reported stays.
    ReviewKept,
    /// Settings were changed.
    SettingsChanged,
    /// A look was published.
    BrandingPublished,
    /// An earlier look was taken up again.
    BrandingReverted,
    /// A text was changed.
    WordsChanged,
    /// A template of the tenant's failed, and the theme's stood in for it.
    TemplateFailed,
    /// A service was taken off the site.
    ServiceUnpublished,
    /// A service is on the site again.
    ServicePublished,
    /// A category was added.
    CategoryCreated,
    /// A category was changed.
    CategoryChanged,
    /// A category takes nothing more.
    CategoryClosed,
    /// A closed category was opened again.
    CategoryOpened,
    /// A running call was ended.
    CallEnded,
    /// What people wrote to each other was taken along.
    ConversationsExported,
    /// A media node was told to finish and end.
    NodeDrained,
    /// A dead job is to be tried again.
    JobRetried,
    /// A dead job was given up.
    JobDropped,
    /// One of the platform's staff asked for a way into a tenant's console.
    ViewAsked,
    /// One of the platform's staff looked at a tenant's console.
    ViewEntered,
    /// An archive of the tenant was asked for.
    ExportAsked,
    /// An archive of the tenant was fetched.
    ExportFetched,
    /// Somebody watched or downloaded a recording.
    RecordingWatched,
    /// A recording was deleted.
    RecordingDeleted,
    /// A domain was claimed.
    DomainClaimed,
    /// A claim on a domain was given up.
    DomainRemoved,
    /// A domain was proved, and is served.
    DomainProven,
    /// The proof of a domain is gone, and it isn't served any more.
    DomainLost,
    /// Another of the tenant's hosts is the one that links name.
    AddressChanged,
    /// An account at a payment provider was added.
    GatewayAdded,
    /// Keys or currencies of an account at a payment provider were changed.
    GatewayChanged,
    /// People can pay through an account at a payment provider, or no longer.
    GatewaySwitched,
    /// An account at a payment provider was removed.
    GatewayRemoved,
    /// The marketplace takes real money.
    WentLive,
    /// Somebody was done with a difference between a payment provider and the books.
    DifferenceCleared,
}

impl Action {
    /// As it is stored and searched for.
    pub fn name(self) -> &'static str {
        match self {
            Self::PlatformSignedIn => "platform.signed_in",
            Self::PlatformEnrolled => "platform.enrolled",
            Self::PlatformCodeRefused => "platform.code_refused",
            Self::PlatformFactorReset => "platform.factor_reset",
            Self::PlatformRemoved => "platform.removed",
            Self::TenantCreated => "tenant.created",
            Self::TenantChanged => "tenant.changed",
            Self::TenantSuspended => "tenant.suspended",
            Self::TenantRestored => "tenant.restored",
            Self::TenantDeleted => "tenant.deleted",
            Self::TenantErased => "tenant.erased",
            Self::TenantSubscription => "tenant.subscription",
            Self::PlanCreated => "plan.created",
            Self::PlanChanged => "plan.changed",
            Self::SubscriptionsChanged => "subscriptions.changed",
            Self::SubscriptionBegun => "subscription.begun",
            Self::SubscriptionPaid => "subscription.paid",
            Self::StaffInvited => "staff.invited",
            Self::StaffJoined => "staff.joined",
            Self::FactorOn => "factor.on",
            Self::FactorOff => "factor.off",
            Self::FactorCodesRenewed => "factor.codes_renewed",
            Self::FactorCodeUsed => "factor.code_used",
            Self::FactorReset => "factor.reset",
            Self::SellerInvited => "seller.invited",
            Self::StaffChanged => "staff.changed",
            Self::StaffRemoved => "staff.removed",
            Self::StudioCreated => "studio.created",
            Self::StudioRenamed => "studio.renamed",
            Self::StudioClosed => "studio.closed",
            Self::StudioManagerAdded => "studio.manager_added",
            Self::StudioManagerRemoved => "studio.manager_removed",
            Self::StudioSellerAdded => "studio.seller_added",
            Self::StudioSellerRemoved => "studio.seller_removed",
            Self::StudioSellerLeft => "studio.seller_left",
            Self::StudioSwitchedOff => "studio.switched_off",
            Self::RefundGiven => "refund.given",
            Self::DisputeLookedAt => "dispute.looked_at",
            Self::DisputeDecided => "dispute.decided",
            Self::DisputeRulesChanged => "dispute.rules_changed",
            Self::IssuerChanged => "document.issuer_changed",
            Self::ChargesChanged => "charges.changed",
            Self::SharesChanged => "shares.changed",
            Self::PayoutRulesChanged => "payout.rules_changed",
            Self::PayoutRequested => "payout.requested",
            Self::PayoutApproved => "payout.approved",
            Self::PayoutRefused => "payout.refused",
            Self::PayoutsBatched => "payouts.batched",
            Self::PayoutsFetched => "payouts.fetched",
            Self::PayoutsPaid => "payouts.paid",
            Self::PayoutFailed => "payout.failed",
            Self::MoneyFrozen => "money.frozen",
            Self::MoneyReleased => "money.released",
            Self::UserSuspended => "user.suspended",
            Self::UserRestored => "user.restored",
            Self::UserErased => "user.erased",
            Self::ConversationRead => "conversation.read",
            Self::ConversationSearched => "conversation.searched",
            Self::ReviewHidden => "review.hidden",
            Self::ReviewShown => "review.shown",
            Self::ReportNoted => "report.noted",
            Self::ReportClosed => "report.closed",
            Self::ReviewKept => "review.kept",
            Self::SettingsChanged => "settings.changed",
            Self::BrandingPublished => "branding.published",
            Self::BrandingReverted => "branding.reverted",
            Self::WordsChanged => "words.changed",
            Self::TemplateFailed => "branding.template_failed",
            Self::ServiceUnpublished => "service.unpublished",
            Self::ServicePublished => "service.published",
            Self::IdentityLookedAt => "identity.looked_at",
            Self::IdentityApproved => "identity.approved",
            Self::IdentityDeclined => "identity.declined",
            Self::IdentityRulesChanged => "identity.rules_changed",
            Self::CategoryCreated => "category.created",
            Self::CategoryChanged => "category.changed",
            Self::CategoryClosed => "category.closed",
            Self::CategoryOpened => "category.opened",
            Self::CallEnded => "call.ended",
            Self::ConversationsExported => "conversations.exported",
            Self::NodeDrained => "node.drained",
            Self::JobRetried => "job.retried",
            Self::JobDropped => "job.dropped",
            Self::ViewAsked => "view.asked",
            Self::ViewEntered => "view.entered",
            Self::ExportAsked => "export.asked",
            Self::ExportFetched => "export.fetched",
            Self::RecordingWatched => "recording.watched",
            Self::RecordingDeleted => "recording.deleted",
            Self::DomainClaimed => "domain.claimed",
            Self::DomainRemoved => "domain.removed",
            Self::DomainProven => "domain.proven",
            Self::DomainLost => "domain.lost",
            Self::AddressChanged => "address.changed",
            Self::GatewayAdded => "gateway.added",
            Self::GatewayChanged => "gateway.changed",
            Self::GatewaySwitched => "gateway.switched",
            Self::GatewayRemoved => "gateway.removed",
            Self::WentLive => "money.live",
            Self::DifferenceCleared => "gateway.difference_cleared",
        }
    }
}
