//! The marketplace's settings.

use crate::{
    app::{
        console::{self, SettingsChange},
        platform::Change,
    },
    domain::{
        guest::ThirdPerson,
        policy::{Increment, Policy, PolicyChange, resolve},
        recording::{RecordingFor, RecordingRule},
        tenant::Tenant,
    },
    web::{
        Problem, Result, Site, Web,
        extract::{Staff, may},
    },
};
use actix_web::{
    get, patch,
    web::{Data, Json},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(change);
}

/// The marketplace's settings.
#[derive(Serialize, ToSchema)]
struct Settings {
    name: String,
    slug: String,
    currency: &'static str,
    time_zone: String,
    language: String,
    /// Where answers to its mails go.
    reply_to: Option<String>,
    policy: SettingsPolicy,
    /// Least and most a seller may ask a minute.
    rate_bounds_minor: (i64, i64),
}

/// What holds for calls unless a service says otherwise.
#[derive(Serialize, ToSchema)]
struct SettingsPolicy {
    /// How long it rings, seconds.
    ring_s: u32,
    /// Billable seconds that are never charged.
    grace_s: u32,
    /// Least seconds charged.
    minimum_s: u32,
    increment: Increment,
    /// How long a call without credit waits for a top-up, seconds.
    rescue_s: u32,
    /// The marketplace's share, in basis points.
    commission_bp: u32,
    /// How long before an agreed time both are reminded of it, minutes; 0 for not at all.
    reminder_min: u32,
    /// How long after an agreed beginning somebody who isn't there is missed, minutes.
    missed_min: u32,
    /// Until so many hours before an agreed beginning the buyer cancels for nothing.
    cancel_free_h: u32,
    /// What of the price is due when the buyer cancels later, in basis points.
    late_cancel_bp: u32,
    /// What of the price is due when the seller came and the buyer didn't, in basis points.
    no_show_bp: u32,
    /// The marketplace's share of tips, in basis points.
    tip_commission_bp: u32,
    /// Most that is given as a tip at once, in what people count in.
    most_tip: u32,
    /// Who may have calls recorded.
    recording: RecordingRule,
    /// Who sees the recordings.
    recording_for: RecordingFor,
    /// How long they are kept, days.
    recording_days: u32,
    /// Lists may show stills of sellers in live calls who agree.
    snapshots: bool,
    /// Who pays for third persons.
    third_person: ThirdPerson,
}

impl From<&Tenant> for Settings {
    fn from(tenant: &Tenant) -> Self {
        let none = PolicyChange::default();
        let policy = resolve(&Policy::default(), &tenant.policy, &none, &none);
        Self {
            name: tenant.name.clone(),
            slug: tenant.slug.clone(),
            currency: tenant.currency.code(),
            time_zone: tenant.time_zone.clone(),
            language: tenant.language.clone(),
            reply_to: tenant.reply_to.clone(),
            policy: SettingsPolicy {
                ring_s: policy.ring_s,
                grace_s: policy.grace_s,
                minimum_s: policy.minimum_s,
                increment: policy.increment,
                rescue_s: policy.rescue_s,
                commission_bp: policy.commission_bp,
                reminder_min: policy.reminder_min,
                missed_min: policy.missed_min,
                cancel_free_h: policy.cancel_free_h,
                late_cancel_bp: policy.late_cancel_bp,
                no_show_bp: policy.no_show_bp,
                tip_commission_bp: policy.tip_commission_bp,
                most_tip: policy.most_tip,
                recording: policy.recording,
                recording_for: policy.recording_for,
                recording_days: policy.recording_days,
                snapshots: policy.snapshots,
                third_person: policy.third_person,
            },
            rate_bounds_minor: tenant.rate_bounds_minor,
        }
    }
}

/// What holds now.
#[utoipa::path(tag = "console",
    responses((status = 200, body = Settings), (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/settings")]
async fn show(site: Site, _by: Staff<may::Settings>) -> Json<Settings> {
    Json(site.tenant.as_ref().into())
}

/// What is changed; absent fields stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedSettings {
    name: Option<String>,
    time_zone: Option<String>,
    language: Option<String>,
    /// Empty: nowhere in particular.
    reply_to: Option<String>,
    #[serde(default)]
    policy: ChangedPolicy,
    rate_bounds_minor: Option<(i64, i64)>,
}

/// What is changed of the policy; absent fields stay.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct ChangedPolicy {
    ring_s: Option<u32>,
    grace_s: Option<u32>,
    minimum_s: Option<u32>,
    increment: Option<Increment>,
    rescue_s: Option<u32>,
    commission_bp: Option<u32>,
    reminder_min: Option<u32>,
    missed_min: Option<u32>,
    cancel_free_h: Option<u32>,
    late_cancel_bp: Option<u32>,
    no_show_bp: Option<u32>,
    tip_commission_bp: Option<u32>,
    most_tip: Option<u32>,
    recording: Option<RecordingRule>,
    recording_for: Option<RecordingFor>,
    recording_days: Option<u32>,
    snapshots: Option<bool>,
    third_person: Option<ThirdPerson>,
}

/// Changes settings. Calls that were begun keep what was agreed.
#[utoipa::path(tag = "console", responses((status = 200, body = Settings), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem)))]
#[patch("/admin/settings")]
async fn change(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Settings>,
    Json(typed): Json<ChangedSettings>,
) -> Result<Json<Settings>> {
    let change = SettingsChange {
        naming: Change {
            name: typed.name,
            time_zone: typed.time_zone,
            language: typed.language,
        },
        reply_to: typed.reply_to,
        policy: PolicyChange {
            ring_s: typed.policy.ring_s,
            grace_s: typed.policy.grace_s,
            minimum_s: typed.policy.minimum_s,
            increment: typed.policy.increment,
            warnings_min: None,
            reminder_min: typed.policy.reminder_min,
            missed_min: typed.policy.missed_min,
            cancel_free_h: typed.policy.cancel_free_h,
            late_cancel_bp: typed.policy.late_cancel_bp,
            no_show_bp: typed.policy.no_show_bp,
            rescue_s: typed.policy.rescue_s,
            commission_bp: typed.policy.commission_bp,
            tip_commission_bp: typed.policy.tip_commission_bp,
            most_tip: typed.policy.most_tip,
            service_fee: None,
            tax: None,
            recording: typed.policy.recording,
            recording_for: typed.policy.recording_for,
            recording_days: typed.policy.recording_days,
            snapshots: typed.policy.snapshots,
            third_person: typed.policy.third_person,
        },
        rate_bounds_minor: typed.rate_bounds_minor,
    };
    let tenant = console::change_settings(&web.app, &by, site.languages(), change).await?;
    web.hosts.forget(tenant.id);
    Ok(Json((&tenant).into()))
}
