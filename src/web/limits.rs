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
    hash::{BuildHasher, Hash, RandomState},
    net::IpAddr,
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};
use uuid::Uuid;

/// Slots of the counters for the platform's own host.
pub(super) const PLATFORM: TenantId = TenantId::from_uuid(Uuid::nil());

/// Proxies' questions a second, all together: each is a handshake for a host that has no certificate yet.
const CERTIFICATES_PER_SECOND: NonZeroU32 = NonZeroU32::new(50).expect("not zero");

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

/// All counters.
pub struct Limits {
    clock: AppClock,
    slots: RandomState,
    sign_ins: Limiter<u16>,
    requests: Limiter<u16>,
    tenants: Limiter<TenantId>,
    certificates: Limiter<TenantId>,
}

impl Limits {
    pub(super) fn new(config: &LimitsConfig, clock: &Arc<dyn ports::Clock>) -> Self {
        let clock = AppClock(Arc::clone(clock));
        let per_second = |count: NonZeroU32, burst: u32| {
            Quota::per_second(count).allow_burst(count.saturating_mul(NonZeroU32::MIN.saturating_add(burst - 1)))
        };
        Self {
            sign_ins: Limiter::dashmap_with_clock(Quota::per_minute(config.sign_ins_per_minute), clock.clone()),
            requests: Limiter::dashmap_with_clock(per_second(config.requests_per_second, 3), clock.clone()),
            tenants: Limiter::dashmap_with_clock(per_second(config.tenant_requests_per_second, 2), clock.clone()),
            certificates: Limiter::dashmap_with_clock(per_second(CERTIFICATES_PER_SECOND, 4), clock.clone()),
            slots: RandomState::new(),
            clock,
        }
    }

    /// Counts a request.
    pub(super) fn request(&self, tenant: TenantId, who: Who) -> Result<()> {
        self.check(&self.requests, &self.slot(tenant, who))?;
        self.check(&self.tenants, &tenant)
    }

    /// Counts a request at a tenant's host, by the tenant's own number if it has one.
    pub(super) fn tenant_request(&self, app: &App, tenant: &Tenant, who: Who) -> Result<()> {
        if tenant.quotas.requests_per_second.is_none() {
            return self.request(tenant.id, who);
        }
        self.check(&self.requests, &self.slot(tenant.id, who))?;
        app.count(tenant.id, app.quotas(tenant), Counted::Requests)
    }

    /// Counts an attempt to get in: register, log in, forgotten password.
    pub(super) fn sign_in(&self, tenant: TenantId, address: IpAddr) -> Result<()> {
        self.check(&self.sign_ins, &self.slot(tenant, Who::Address(address)))
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
}
