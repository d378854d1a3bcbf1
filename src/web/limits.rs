//! How often somebody may ask. People are counted in a fixed number of slots, so no flood of addresses fills the
//! memory; which slot is secret, so nobody can aim at somebody else's.

use crate::{
    app::{App, ports},
    config::LimitsConfig,
    domain::{
        ids::{TenantId, UserId},
        quota::Counted,
        tenant::Tenant,
    },
    error::{Error, Result},
};
use governor::{
    Quota, RateLimiter, clock::Clock, middleware::NoOpMiddleware, nanos::Nanos, state::keyed::DashMapStateStore,
};
use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use uuid::Uuid;

/// Slots of the counters for the platform's own host.
pub(super) const PLATFORM: TenantId = TenantId::from_uuid(Uuid::nil());

/// Calls that one person may begin a minute.
const RINGS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(30).expect("not zero");
/// How often a person's calendar is read a minute.
const FEEDS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(30).expect("not zero");
/// Calendars elsewhere that one person may have read a minute.
const IMPORTS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(6).expect("not zero");
/// Connections to payment providers that one person may test a minute.
const CHECKS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
/// Stills of themselves in lists, and consents to them, that one person may send a minute.
const SNAPSHOTS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(12).expect("not zero");
/// Pictures that one address may ask for a second, and at once: a page of many sellers shows as many.
const PICTURES_PER_SECOND: NonZeroU32 = NonZeroU32::new(50).expect("not zero");
const PICTURES_AT_ONCE: NonZeroU32 = NonZeroU32::new(400).expect("not zero");
/// Proxies' questions a second, all together: each is a handshake for a host that has no certificate yet.
const CERTIFICATES_PER_SECOND: NonZeroU32 = NonZeroU32::new(50).expect("not zero");
const CERTIFICATES_AT_ONCE: NonZeroU32 = NonZeroU32::new(200).expect("not zero");

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, AppClock, NoOpMiddleware<Nanos>>;

/// The application's clock, as governor wants it.
#[derive(Clone)]
struct AppClock(Arc<dyn ports::Clock>);

impl Clock for AppClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(Duration::from_millis(u64::try_from(self.0.now().0).unwrap_or(0)))
    }
}

/// Who is counted.
#[derive(Clone, Copy, Debug, Hash)]
pub enum Who {
    /// A signed-in person.
    User(UserId),
    /// Somebody who isn't.
    Address(IpAddr),
}

/// How long a request waits for its turn at a tenant that is asked for more than its rate.
const PATIENCE_MS: i64 = 250;
/// Most requests that wait at one tenant; more are refused at once.
const MOST_WAITING: usize = 1_000;

/// Requests at one tenant that wait for their turn, one behind the other.
type Line = Arc<tokio::sync::Mutex<()>>;

/// All counters.
pub struct Limits {
    clock: AppClock,
    slots: RandomState,
    sign_ins: Limiter<u16>,
    requests: Limiter<u16>,
    tenants: Limiter<TenantId>,
    rings: Limiter<u16>,
    feeds: Limiter<u16>,
    imports: Limiter<u16>,
    checks: Limiter<u16>,
    snapshots: Limiter<u16>,
    pictures: Limiter<u16>,
    certificates: Limiter<TenantId>,
    lines: Mutex<HashMap<TenantId, Line>>,
}

impl Limits {
    pub(super) fn new(config: &LimitsConfig, clock: &Arc<dyn ports::Clock>) -> Self {
        let clock = AppClock(Arc::clone(clock));
        let persons = config.requests_per_second;
        let at_once = persons.saturating_mul(NonZeroU32::MIN.saturating_add(2));
        let tenants = config.tenant_requests_per_second;
        let few = NonZeroU32::new(tenants.get() / 10).unwrap_or(NonZeroU32::MIN);
        Self {
            sign_ins: Limiter::dashmap_with_clock(Quota::per_minute(config.sign_ins_per_minute), clock.clone()),
            requests: Limiter::dashmap_with_clock(Quota::per_second(persons).allow_burst(at_once), clock.clone()),
            tenants: Limiter::dashmap_with_clock(Quota::per_second(tenants).allow_burst(few), clock.clone()),
            rings: Limiter::dashmap_with_clock(Quota::per_minute(RINGS_PER_MINUTE), clock.clone()),
            feeds: Limiter::dashmap_with_clock(Quota::per_minute(FEEDS_PER_MINUTE), clock.clone()),
            imports: Limiter::dashmap_with_clock(Quota::per_minute(IMPORTS_PER_MINUTE), clock.clone()),
            checks: Limiter::dashmap_with_clock(Quota::per_minute(CHECKS_PER_MINUTE), clock.clone()),
            snapshots: Limiter::dashmap_with_clock(Quota::per_minute(SNAPSHOTS_PER_MINUTE), clock.clone()),
            pictures: Limiter::dashmap_with_clock(
                Quota::per_second(PICTURES_PER_SECOND).allow_burst(PICTURES_AT_ONCE),
                clock.clone(),
            ),
            certificates: Limiter::dashmap_with_clock(
                Quota::per_second(CERTIFICATES_PER_SECOND).allow_burst(CERTIFICATES_AT_ONCE),
                clock.clone(),
            ),
            lines: Mutex::default(),
            slots: RandomState::new(),
            clock,
        }
    }

    /// Counts a request. A person who asks too often is refused. A tenant that is asked for too often is asked as often as
    /// it may be, evenly: a flood comes to others as a trickle, and nobody there can ask again before they had an answer.
    pub(super) async fn request(&self, tenant: TenantId, who: Who) -> Result<()> {
        self.check(&self.requests, &self.slot(tenant, who))?;
        let Err(refused) = self.check(&self.tenants, &tenant) else {
            return Ok(());
        };
        let Some(line) = self.line(tenant) else {
            return Err(refused);
        };
        let turn = async {
            let _first = line.lock().await;
            while let Err(not_until) = self.tenants.check_key(&tenant) {
                let wait = not_until.wait_time_from(self.clock.now());
                self.sleep(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX).saturating_add(1))
                    .await;
            }
        };
        tokio::select! {
            biased;
            () = turn => Ok(()),
            () = self.sleep(PATIENCE_MS) => Err(refused),
        }
    }

    async fn sleep(&self, ms: i64) {
        self.clock.0.sleep_until(self.clock.0.now() + ms).await;
    }

    /// The end of a tenant's line, if one can still wait there. Lines where nobody is are taken down on the way.
    fn line(&self, tenant: TenantId) -> Option<Line> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|id, line| *id == tenant || Arc::strong_count(line) > 1);
        let line = lines.entry(tenant).or_default();
        (Arc::strong_count(line) <= MOST_WAITING).then(|| Arc::clone(line))
    }

    /// Counts a request at a tenant's host, by the tenant's own number if it has one.
    pub(super) async fn tenant_request(&self, app: &App, tenant: &Tenant, who: Who) -> Result<()> {
        if tenant.quotas.requests_per_second.is_none() {
            return self.request(tenant.id, who).await;
        }
        self.check(&self.requests, &self.slot(tenant.id, who))?;
        app.count(tenant.id, app.quotas(tenant), Counted::Requests)
    }

    /// Counts an attempt to get in: register, log in, forgotten password.
    pub(super) fn sign_in(&self, tenant: TenantId, address: IpAddr) -> Result<()> {
        self.check(&self.sign_ins, &self.slot(tenant, Who::Address(address)))
    }

    /// Counts a person's ring.
    pub(super) fn ring(&self, tenant: TenantId, person: UserId) -> Result<()> {
        self.check(&self.rings, &self.slot(tenant, Who::User(person)))
    }

    /// Counts a program that reads a person's calendar.
    pub(super) fn feed(&self, tenant: TenantId, person: UserId) -> Result<()> {
        self.check(&self.feeds, &self.slot(tenant, Who::User(person)))
    }

    /// Counts a person who has a calendar elsewhere read.
    pub(super) fn import(&self, tenant: TenantId, person: UserId) -> Result<()> {
        self.check(&self.imports, &self.slot(tenant, Who::User(person)))
    }

    /// Counts a person who has a connection to a payment provider tested.
    pub(super) fn connection_check(&self, tenant: TenantId, person: UserId) -> Result<()> {
        self.check(&self.checks, &self.slot(tenant, Who::User(person)))
    }

    /// Counts a person who sends a still of themselves, or agrees to be shown.
    pub(super) fn snapshot(&self, tenant: TenantId, person: UserId) -> Result<()> {
        self.check(&self.snapshots, &self.slot(tenant, Who::User(person)))
    }

    /// Counts a request for a picture of the tenant's. Browsers keep them, so they aren't counted with the pages.
    pub(super) fn picture(&self, tenant: TenantId, address: IpAddr) -> Result<()> {
        self.check(&self.pictures, &self.slot(tenant, Who::Address(address)))
    }

    /// Counts a proxy's question whether a host may have a certificate.
    pub(super) fn certificate(&self) -> Result<()> {
        self.check(&self.certificates, &PLATFORM)
    }

    fn check<K: Hash + Eq + Clone>(&self, limiter: &Limiter<K>, key: &K) -> Result<()> {
        limiter.check_key(key).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            Error::too_many(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1))
        })
    }

    fn slot(&self, tenant: TenantId, who: Who) -> u16 {
        let hash = self.slots.hash_one((tenant, who.network()));
        u16::from_ne_bytes([hash.to_ne_bytes()[0], hash.to_ne_bytes()[1]])
    }
}

impl Who {
    /// One household has a whole IPv6 network: its addresses count as one.
    fn network(self) -> Self {
        match self {
            Self::Address(IpAddr::V6(address)) => {
                let network = u128::from(address) >> 64 << 64;
                Self::Address(IpAddr::V6(network.into()))
            }
            who => who,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::time::Moment, gateways::clock::ManualClock};

    #[test]
    fn too_often_is_refused_until_time_has_passed_and_tenants_are_counted_apart() {
        let turned = Arc::new(ManualClock::new(Moment(1_000_000_000_000)));
        let clock: Arc<dyn ports::Clock> = turned.clone();
        let five = NonZeroU32::new(5).unwrap();
        let config = LimitsConfig {
            sign_ins_per_minute: five,
            requests_per_second: five,
            tenant_requests_per_second: NonZeroU32::new(1_000).unwrap(),
        };
        let limits = Limits::new(&config, &clock);
        let (one, other) = (TenantId::new(), TenantId::new());
        let addresses: [IpAddr; 2] = ["2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap()];
        for count in 0..5 {
            limits.sign_in(one, addresses[count % 2]).expect("within bounds");
        }
        let refused = limits.sign_in(one, addresses[0]).expect_err("one too many");
        assert_eq!(refused.kind, crate::error::Kind::TooMany { retry_after_s: 13 });
        limits.sign_in(other, addresses[0]).expect("another tenant");
        turned.advance(12_000);
        limits.sign_in(one, addresses[0]).expect("a fifth of a minute later");
    }

    #[tokio::test]
    async fn a_flood_waits_for_its_turn_and_nobody_else_does() {
        let turned = Arc::new(ManualClock::new(Moment(1_000_000_000_000)));
        let clock: Arc<dyn ports::Clock> = turned.clone();
        let config = LimitsConfig {
            sign_ins_per_minute: NonZeroU32::MIN,
            requests_per_second: NonZeroU32::new(1_000).unwrap(),
            tenant_requests_per_second: NonZeroU32::new(10).unwrap(),
        };
        let limits = Limits::new(&config, &clock);
        let (one, other, who) = (TenantId::new(), TenantId::new(), Who::User(UserId::new()));
        limits.request(one, who).await.expect("a tenth of them at once");
        let meanwhile = async {
            limits.request(other, who).await.expect("another tenant");
            turned.advance(101);
        };
        tokio::join!(limits.request(one, who), meanwhile)
            .0
            .expect("its turn has come");
        let ask = || limits.request(one, who);
        let asked = tokio::join!(ask(), ask(), ask(), ask(), async { turned.advance(PATIENCE_MS) });
        let refused = [asked.0, asked.1, asked.2, asked.3].map(|asked| asked.map_err(|error| error.kind));
        let too_many = Err(crate::error::Kind::TooMany { retry_after_s: 1 });
        assert_eq!(refused, [Ok(()), too_many, too_many, too_many], "one behind the other");
        drop(limits.line(other));
        assert!(!limits.lines.lock().unwrap().contains_key(&one), "taken down");
        assert!(
            limits
                .lines
                .lock()
                .unwrap()
                .values()
                .all(|line| Arc::strong_count(line) == 1)
        );
    }
}
