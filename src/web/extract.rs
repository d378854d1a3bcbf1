//! What handlers ask for. Each extractor returns the authorised thing itself, so a handler that forgets to check who
//! asks has nothing to work with.

use super::{
    error::{Result, WebError},
    limits,
    site::{Platform, Site},
    state::Web,
};
use crate::{
    app::{
        console::{StaffMember, Visit},
        identity::Viewer,
        platform::{PlatformOwner, PlatformStaff},
    },
    domain::permission::Permission,
    error::Error,
};
use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    web::{Data, FormConfig, JsonConfig, PathConfig, PayloadConfig, QueryConfig, ServiceConfig},
};
use anyhow::anyhow;
use std::{
    future::{Ready, ready},
    marker::PhantomData,
    ops::Deref,
};

/// Largest body of a form or a JSON request, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// Bounds of everything that is read from requests.
pub(super) fn bounds(config: &mut ServiceConfig) {
    config
        .app_data(JsonConfig::default().limit(MAX_BODY))
        .app_data(FormConfig::default().limit(MAX_BODY))
        .app_data(PayloadConfig::new(MAX_BODY))
        // An id that isn't one names nothing.
        .app_data(PathConfig::default().error_handler(|_, _| WebError(Error::not_found()).into()))
        .app_data(QueryConfig::default());
}

fn carried<T: Clone + 'static>(request: &HttpRequest) -> Option<T> {
    request.extensions().get::<T>().cloned()
}

/// The tenant's site; only behind its gate.
impl FromRequest for Site {
    type Error = WebError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(carried(request).ok_or_else(|| WebError(outside())))
    }
}

/// The platform's own site; only behind its gate.
impl FromRequest for Platform {
    type Error = WebError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(carried(request).ok_or_else(|| WebError(outside())))
    }
}

/// The signed-in person: 401 without, which pages turn into the way to the sign-in page. `Option<Viewer>` for pages
/// that anybody may see.
impl FromRequest for Viewer {
    type Error = WebError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(carried(request).ok_or_else(|| WebError(Error::sign_in_needed())))
    }
}

/// Somebody who may be in a call's room: signed in, or come by a link without an account. Nothing else asks for this.
#[derive(Clone)]
pub(super) struct InRoom(pub Viewer);

impl FromRequest for InRoom {
    type Error = WebError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let person = carried(request).or_else(|| carried::<Viewer>(request).map(Self));
        ready(person.ok_or_else(|| WebError(Error::sign_in_needed())))
    }
}

/// One of the platform's staff who looks at a tenant's console; `Option<Visit>` for what its own staff see, too.
impl FromRequest for Visit {
    type Error = WebError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(carried(request).ok_or_else(|| WebError(Error::sign_in_needed())))
    }
}

/// One of the platform's staff: 401 without.
impl FromRequest for PlatformStaff {
    type Error = WebError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(carried(request).ok_or_else(|| WebError(Error::sign_in_needed())))
    }
}

/// One of the platform's owners: 403 for the rest of its staff.
impl FromRequest for PlatformOwner {
    type Error = WebError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let staff: Option<PlatformStaff> = carried(request);
        let owner = staff.ok_or_else(Error::sign_in_needed).and_then(PlatformStaff::owner);
        ready(owner.map_err(WebError))
    }
}

/// An attempt to sign in at the platform, counted: too many are 429 before anything that was sent is looked at.
pub(super) struct Attempt;

impl FromRequest for Attempt {
    type Error = WebError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let web = request.app_data::<Data<Web>>();
        let known = web.zip(carried::<Platform>(request)).ok_or_else(outside);
        let counted = known.and_then(|(web, platform)| web.limits.sign_in(limits::PLATFORM, platform.client));
        ready(counted.map(|()| Self).map_err(WebError))
    }
}

/// A route that isn't behind its gate.
fn outside() -> Error {
    Error::internal(anyhow!("a route outside its gate"))
}

/// Names a permission in a handler's type.
pub(super) trait Needs: 'static {
    /// Which; `None` is what all staff may.
    const PERMISSION: Option<Permission>;
}

/// One of the tenant's staff who may do what `N` names: a handler can't get hold of one without naming it. 401 for
/// nobody, 403 for everybody else. The gate has found out who they are, so this is decided before any body is read.
pub(super) struct Staff<N>(StaffMember, PhantomData<N>);

impl<N> Deref for Staff<N> {
    type Target = StaffMember;

    fn deref(&self) -> &StaffMember {
        &self.0
    }
}

impl<N: Needs> FromRequest for Staff<N> {
    type Error = WebError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let member = match carried::<Option<StaffMember>>(request) {
            Some(member) => Ok(member),
            None if carried::<Viewer>(request).is_some() => Err(outside()),
            None => Err(Error::sign_in_needed()),
        };
        let member = member.and_then(|member| StaffMember::who_may(member, N::PERMISSION));
        ready(member.map(|member| Self(member, PhantomData)).map_err(WebError))
    }
}

/// The same, with a code of their second factor from the last minutes: for what moves money out, and for gateways' keys.
/// Besides what [`Staff`] answers, 409 `step_up_needed` without; the console then asks for a code and sends the request
/// again.
pub(super) struct Fresh<N>(Staff<N>);

impl<N> Deref for Fresh<N> {
    type Target = StaffMember;

    fn deref(&self) -> &StaffMember {
        &self.0
    }
}

impl<N: Needs> FromRequest for Fresh<N> {
    type Error = WebError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let web = request.app_data::<Data<Web>>().ok_or_else(|| WebError(outside()));
        let staff = Staff::<N>::from_request(request, payload).into_inner();
        let fresh = web.and_then(|web| {
            let Staff(member, needs) = staff?;
            Ok(Self(Staff(member.who_is_fresh(web.app.now())?, needs)))
        });
        ready(fresh)
    }
}

/// What handlers of the tenant's console may need, each a type of its own.
pub(super) mod may {
    use super::{Needs, Permission};

    /// What all staff may.
    pub struct Enter;
    /// See [`Permission::Dashboard`].
    pub struct Dashboard;
    /// See [`Permission::Sellers`].
    pub struct Sellers;
    /// See [`Permission::Users`].
    pub struct Users;
    /// See [`Permission::IdentityChecks`].
    pub struct IdentityChecks;
    /// See [`Permission::Staff`].
    pub struct Staff;
    /// See [`Permission::Services`].
    pub struct Services;
    /// See [`Permission::Calls`].
    pub struct Calls;
    /// See [`Permission::Recordings`].
    pub struct Recordings;
    /// See [`Permission::ChatHistory`].
    pub struct ChatHistory;
    /// See [`Permission::Reviews`].
    pub struct Reviews;
    /// See [`Permission::Settings`].
    pub struct Settings;
    /// See [`Permission::Branding`].
    pub struct Branding;
    /// See [`Permission::Words`].
    pub struct Words;
    /// See [`Permission::Audit`].
    pub struct Audit;
    /// See [`Permission::Subscription`].
    pub struct Subscription;
    /// See [`Permission::Export`].
    pub struct Export;
    /// See [`Permission::Money`]; asks for a second factor, too.
    pub struct Money;

    impl Needs for Enter {
        const PERMISSION: Option<Permission> = None;
    }
    impl Needs for Dashboard {
        const PERMISSION: Option<Permission> = Some(Permission::Dashboard);
    }
    impl Needs for Sellers {
        const PERMISSION: Option<Permission> = Some(Permission::Sellers);
    }
    impl Needs for Users {
        const PERMISSION: Option<Permission> = Some(Permission::Users);
    }
    impl Needs for IdentityChecks {
        const PERMISSION: Option<Permission> = Some(Permission::IdentityChecks);
    }
    impl Needs for Staff {
        const PERMISSION: Option<Permission> = Some(Permission::Staff);
    }
    impl Needs for Services {
        const PERMISSION: Option<Permission> = Some(Permission::Services);
    }
    impl Needs for Calls {
        const PERMISSION: Option<Permission> = Some(Permission::Calls);
    }
    impl Needs for Recordings {
        const PERMISSION: Option<Permission> = Some(Permission::Recordings);
    }
    impl Needs for ChatHistory {
        const PERMISSION: Option<Permission> = Some(Permission::ChatHistory);
    }
    impl Needs for Reviews {
        const PERMISSION: Option<Permission> = Some(Permission::Reviews);
    }
    impl Needs for Settings {
        const PERMISSION: Option<Permission> = Some(Permission::Settings);
    }
    impl Needs for Subscription {
        const PERMISSION: Option<Permission> = Some(Permission::Subscription);
    }
    impl Needs for Branding {
        const PERMISSION: Option<Permission> = Some(Permission::Branding);
    }
    impl Needs for Words {
        const PERMISSION: Option<Permission> = Some(Permission::Words);
    }
    impl Needs for Export {
        const PERMISSION: Option<Permission> = Some(Permission::Export);
    }
    impl Needs for Money {
        const PERMISSION: Option<Permission> = Some(Permission::Money);
    }
    impl Needs for Audit {
        const PERMISSION: Option<Permission> = Some(Permission::Audit);
    }
}
