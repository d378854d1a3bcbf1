//! The form of a service: filled in, read, and shown again with what is wrong beside its field.

use super::{
    sell::Typed,
    typed,
    views::{Amount, CategoryChoice, Field, Message, ServiceForm},
};
use crate::{
    app::{
        browse,
        selling::{BookableDraft, FixedDraft, ServiceDraft},
    },
    domain::{
        booking::{Addon, Agreement},
        policy::Increment,
        recording::RecordingRule,
    },
    error::Error,
    store::{categories::Category, services::Service},
    web::Site,
};

/// What a talk that can be booked starts on, and how far ahead.
const USUAL_LENGTH_MIN: u32 = 60;
const USUAL_HORIZON_DAYS: u32 = 14;
/// How many days a delivery starts on.
const USUAL_DELIVERY_DAYS: u32 = 7;

/// What was typed, as far as it can be read.
pub(super) fn draft(site: &Site, form: &Typed) -> crate::error::Result<ServiceDraft> {
    let number = |field: &'static str, text: &str| {
        typed::whole(text).ok_or_else(|| Error::field(field, "Write a whole number in digits."))
    };
    let video_enabled = form.video_enabled.is_some();
    let (rate_minor, fixed) = match video_enabled {
        true => (price("rate_minor", &form.rate, site)?, None),
        false => {
            let fixed = FixedDraft {
                price_minor: price("price_minor", &form.price, site)?,
                delivery_days: number("delivery_days", &form.delivery_days)?,
            };
            (0, Some(fixed))
        }
    };
    Ok(ServiceDraft {
        title: form.title.clone(),
        description: form.description.clone(),
        category: match form.category.as_str() {
            "" => None,
            id => Some(
                id.parse()
                    .map_err(|_| Error::field("category_id", "Choose one of the categories."))?,
            ),
        },
        rate_minor,
        minimum_minutes: number("minimum_minutes", &form.minimum_minutes)?,
        increment: match form.increment.as_str() {
            "second" => Increment::Second,
            "minute" => Increment::Minute,
            "block" => Increment::Block {
                seconds: number("block_seconds", &form.block_seconds)?,
            },
            "" if !video_enabled => Increment::Minute,
            _ => return Err(Error::field("increment", "Choose how time is charged.")),
        },
        grace_seconds: number("grace_seconds", &form.grace_seconds)?,
        recording: match form.recording.as_str() {
            "" => None,
            name => {
                let rule = RecordingRule::parse(name);
                Some(rule.ok_or_else(|| Error::field("recording", "Choose who may record."))?)
            }
        },
        booking: match agreement(&form.booking) {
            Some(agreement) => Some(BookableDraft {
                agreement,
                length_min: number("length_min", &form.length_min)?,
                horizon_days: number("horizon_days", &form.horizon_days)?,
                at_once: form.at_once.is_some(),
            }),
            None if form.booking.is_empty() => None,
            None => return Err(Error::field("booking", "Choose how it can be booked.")),
        },
        fixed,
        addons: addons(&form.addons, site)?,
        video_enabled,
        published: form.published.is_some(),
    })
}

fn price(field: &'static str, typed: &str, site: &Site) -> crate::error::Result<i64> {
    typed::minor(typed, site.tenant.currency)
        .ok_or_else(|| Error::field(field, "Write the price in digits, such as 1.80."))
}

/// Extras as typed: one a line, its price after a colon.
fn addons(typed: &str, site: &Site) -> crate::error::Result<Vec<Addon>> {
    let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
    let addon = |line: &str| {
        let (title, price) = line.rsplit_once(':')?;
        Some(Addon {
            title: title.to_owned(),
            price_minor: typed::minor(price, site.tenant.currency)?,
        })
    };
    let words = "Write one extra a line, its price after a colon, such as Notes: 5.00.";
    lines
        .map(|line| addon(line).ok_or_else(|| Error::field("addons", words)))
        .collect()
}

fn addon_line(addon: &Addon, site: &Site) -> String {
    format!(
        "{}: {}",
        addon.title,
        typed::major(addon.price_minor, site.tenant.currency)
    )
}

/// By its name in the form.
fn agreement(name: &str) -> Option<Agreement> {
    match name {
        "negotiated" => Some(Agreement::Negotiated),
        "pay_after_accept" => Some(Agreement::PayAfterAccept),
        _ => None,
    }
}

/// The form of a service, or of a new one with what is usual here.
pub(super) fn service_form(site: &Site, service: Option<&Service>, open: &[Category]) -> ServiceForm {
    let tenant = &site.tenant;
    let filed = service.and_then(|service| service.category.as_ref());
    let changes = service.map(|service| (service.category_policy(), service.policy.clone()));
    let (category, own) = changes.unwrap_or_default();
    let policy = browse::policy(tenant, &category, &own);
    let (kind, block_seconds) = match policy.increment {
        Increment::Second => ("second", String::new()),
        Increment::Minute => ("minute", String::new()),
        Increment::Block { seconds } => ("block", seconds.to_string()),
    };
    let booking = service.and_then(|service| service.booking);
    let fixed = service.and_then(|service| service.fixed);
    let amount = |minor| Amount::new(minor, tenant.currency.code());
    let text = |of: fn(&Service) -> &str| Field::of(service.map(of).unwrap_or_default());
    ServiceForm {
        id: service.map(|service| service.id.uuid()),
        title: text(|service| &service.title),
        description: text(|service| &service.description),
        category: Field::of(filed.map(|category| category.id.to_string()).unwrap_or_default()),
        categories: choices(site, filed, open),
        rate: Field::of(
            service
                .filter(|service| service.video_enabled)
                .map(|service| typed::major(service.rate_minor, tenant.currency))
                .unwrap_or_default(),
        ),
        currency: tenant.currency.code().to_owned(),
        rate_minimum: amount(tenant.rate_bounds_minor.0),
        rate_maximum: amount(tenant.rate_bounds_minor.1),
        minimum_minutes: Field::of((policy.minimum_s / 60).to_string()),
        increment: Field::of(kind),
        block_seconds: Field::of(block_seconds),
        grace_seconds: Field::of(policy.grace_s.to_string()),
        recording: Field::of(own.recording.map(RecordingRule::name).unwrap_or_default()),
        booking: Field::of(match booking.map(|booking| booking.agreement) {
            Some(Agreement::Negotiated) => "negotiated",
            Some(Agreement::PayAfterAccept) => "pay_after_accept",
            Some(Agreement::Instant) | None => "",
        }),
        length_min: Field::of(
            booking
                .map_or(USUAL_LENGTH_MIN, |booking| booking.length_min)
                .to_string(),
        ),
        horizon_days: Field::of(
            booking
                .map_or(USUAL_HORIZON_DAYS, |booking| booking.horizon_days)
                .to_string(),
        ),
        at_once: booking.is_some_and(|booking| booking.at_once),
        price: Field::of(
            fixed
                .map(|fixed| typed::major(fixed.price_minor, tenant.currency))
                .unwrap_or_default(),
        ),
        delivery_days: Field::of(
            fixed
                .map_or(USUAL_DELIVERY_DAYS, |fixed| fixed.delivery_days)
                .to_string(),
        ),
        addons: Field::of(
            service
                .map(|service| {
                    service
                        .addons
                        .iter()
                        .map(|addon| addon_line(addon, site))
                        .collect::<Vec<_>>()
                })
                .unwrap_or_default()
                .join("\n"),
        ),
        video_enabled: service.is_none_or(|service| service.video_enabled),
        published: service.is_none_or(|service| service.published),
    }
}

/// The open categories by name, and the one that a service is in.
fn choices(site: &Site, filed: Option<&Category>, open: &[Category]) -> Vec<CategoryChoice> {
    let closed = filed.filter(|category| category.closed_at.is_some());
    let choice = |category: &Category| CategoryChoice {
        id: category.id.to_string(),
        name: site.said(&category.names).to_owned(),
        video: category.video,
    };
    let mut choices: Vec<CategoryChoice> = open.iter().chain(closed).map(choice).collect();
    choices.sort_by_cached_key(|choice| choice.name.to_lowercase());
    choices
}

/// The form as it was typed, with what is wrong beside its field.
pub(super) fn retype(form: &mut ServiceForm, typed: &Typed, field: &str, wrong: Message) {
    form.title = Field::of(&typed.title);
    form.description = Field::of(&typed.description);
    form.category = Field::of(&typed.category);
    form.rate = Field::of(&typed.rate);
    form.minimum_minutes = Field::of(&typed.minimum_minutes);
    form.increment = Field::of(&typed.increment);
    form.block_seconds = Field::of(&typed.block_seconds);
    form.grace_seconds = Field::of(&typed.grace_seconds);
    form.recording = Field::of(&typed.recording);
    form.booking = Field::of(&typed.booking);
    form.length_min = Field::of(&typed.length_min);
    form.horizon_days = Field::of(&typed.horizon_days);
    form.at_once = typed.at_once.is_some();
    form.price = Field::of(&typed.price);
    form.delivery_days = Field::of(&typed.delivery_days);
    form.addons = Field::of(&typed.addons);
    form.video_enabled = typed.video_enabled.is_some();
    form.published = typed.published.is_some();
    let beside = match field {
        "description" => &mut form.description,
        "category_id" => &mut form.category,
        "rate_minor" => &mut form.rate,
        "minimum_minutes" => &mut form.minimum_minutes,
        "increment" => &mut form.increment,
        "block_seconds" => &mut form.block_seconds,
        "grace_seconds" => &mut form.grace_seconds,
        "recording" => &mut form.recording,
        "booking" => &mut form.booking,
        "length_min" => &mut form.length_min,
        "horizon_days" => &mut form.horizon_days,
        "price_minor" => &mut form.price,
        "delivery_days" => &mut form.delivery_days,
        "addons" => &mut form.addons,
        _ => &mut form.title,
    };
    beside.error = Some(wrong);
}
