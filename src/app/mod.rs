//! What the product does: one verb a file, grouped by what it is about. Use cases reach data through `store` and the
//! outside world through [`ports`].

pub mod archive;
pub mod bookings;
pub mod browse;
pub mod calendar;
pub mod calls;
pub mod console;
pub mod conversations;
pub mod disputes;
pub mod documents;
pub mod domains;
pub mod extensions;
pub mod gateway_accounts;
pub mod guests;
pub mod hours;
pub mod identity;
pub mod identity_checks;
pub mod legs;
pub mod letters;
pub mod look_archive;
pub mod lost;
pub mod notifications;
mod payments;
pub mod payouts;
pub mod pictures;
pub mod platform;
pub mod ports;
pub mod private_rooms;
pub mod quotas;
pub mod recordings;
pub mod refunds;
pub mod relays;
pub mod reviews;
pub mod safety;
mod sealing;
pub mod second_factor;
pub mod seed;
pub mod selling;
pub mod shares;
pub mod snapshots;
pub mod studio;
pub mod subscriptions;
mod tax;
pub mod tips;
pub mod wallet;
pub mod watching;
pub mod webhooks;

use crate::{config::Config, domain::time::Moment, store::Db};
use object_store::{ObjectStore, signer::Signer};
use ports::{
    CalendarSources, Clock, Composer, Dns, FileScanner, IdentityProvider, LivePeople, PaymentGateways, PayoutProviders,
    PushServices,
};
use std::sync::Arc;

/// What every use case may need. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// All lasting state.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Settings.
    pub config: Arc<Config>,
    /// Who takes payments.
    pub gateways: Arc<dyn PaymentGateways>,
    /// Who carries money to sellers.
    pub carriers: Arc<dyn PayoutProviders>,
    /// Looks at who people are.
    pub identity: Arc<dyn IdentityProvider>,
    /// What is too large for the database.
    pub files: Arc<dyn ObjectStore>,
    /// Looks into what people send.
    pub scanner: Arc<dyn FileScanner>,
    /// Gives addresses that lead to those files without us, where there are such.
    pub signer: Option<Arc<dyn Signer>>,
    /// Where media nodes write what they record.
    pub recorded: Arc<dyn ObjectStore>,
    /// Makes films of what was recorded.
    pub composer: Arc<dyn Composer>,
    /// What others say of their domains.
    pub dns: Arc<dyn Dns>,
    /// Calendars that people keep elsewhere.
    pub calendars: Arc<dyn CalendarSources>,
    /// People with an open page.
    pub people: Arc<dyn LivePeople>,
    /// Browsers without an open page.
    pub push: Arc<dyn PushServices>,
    /// What tenants use of the platform.
    pub usage: Arc<quotas::Usage>,
    /// Who was recognised lately.
    pub recognised: Arc<identity::Recognised>,
}

impl App {
    /// The time.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Scheme, host and port of a host of ours.
    pub fn origin(&self, host: &str) -> String {
        let public = &self.config.http.public_url;
        let port = public.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{host}{port}", public.scheme())
    }
}
