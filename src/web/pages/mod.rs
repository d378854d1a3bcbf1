//! Server-rendered pages, one file a topic.

mod account;
mod bill;
mod book;
mod calendar;
mod calls;
mod cards;
mod check;
mod conferences;
mod conversations;
mod device_check;
mod dispute;
mod documents;
mod earnings;
mod feed;
pub mod flash;
mod gateway;
mod guest;
mod home;
mod hours;
mod identity;
mod links;
mod live;
mod notifications;
mod order;
mod people;
mod platform;
mod price;
mod private_room;
mod private_rooms;
mod refund;
mod reporting;
mod reviews;
mod search;
pub mod second_factor;
mod sell;
mod seller;
mod service_form;
mod start;
mod studio;
mod terms;
mod tip;
mod typed;
pub mod views;
mod wallet;
mod zones;

pub use bill::bill_lines;
pub use notifications::words as notification_words;
pub use wallet::{keep_words, words as statement_words};

use super::{
    Frame, Result, Site,
    theme::{PageContext, PageUser, ThemeError},
};
use crate::{
    app::identity::Viewer,
    domain::time::Zone,
    error::{Error, Kind},
};
use actix_web::{
    HttpResponse, HttpResponseBuilder,
    body::MessageBody,
    cookie::Cookie,
    http::{StatusCode, header},
    web::ServiceConfig,
};
use std::borrow::Cow;
use views::{Amount, Message, View};

/// Pages at a tenant's host.
pub(super) fn tenant(config: &mut ServiceConfig) {
    config
        .configure(identity::routes)
        .configure(links::routes)
        .configure(account::routes)
        .configure(calls::routes)
        .configure(check::routes)
        .configure(device_check::routes)
        .configure(bill::routes)
        .configure(book::routes)
        .configure(calendar::routes)
        .configure(conferences::routes)
        .configure(conversations::routes)
        .configure(earnings::routes)
        .configure(feed::routes)
        .configure(gateway::routes)
        .configure(guest::routes)
        .configure(home::routes)
        .configure(hours::routes)
        .configure(live::routes)
        .configure(notifications::routes)
        .configure(search::routes)
        .configure(second_factor::routes)
        .configure(people::routes)
        .configure(dispute::routes)
        .configure(documents::routes)
        .configure(refund::routes)
        .configure(tip::routes)
        .configure(reviews::routes)
        .configure(order::routes)
        .configure(private_room::routes)
        .configure(private_rooms::routes)
        .configure(sell::routes)
        .configure(seller::routes)
        .configure(start::routes)
        .configure(studio::routes)
        .configure(wallet::routes)
        .service(terms::terms);
}

/// Pages at the platform's own host.
pub(super) fn platform(config: &mut ServiceConfig) {
    config.configure(platform::routes);
}

/// Answers with a page, dressed for the one who reads it.
///
/// # Errors
/// The theme's template fails.
pub fn render<V: View>(site: &impl AsRef<Frame>, viewer: Option<&Viewer>, view: &V) -> Result<HttpResponse> {
    render_as(StatusCode::OK, site, viewer, view)
}

/// The same with another status: a form that comes back with what is wrong is a 422.
///
/// # Errors
/// The theme's template fails.
pub fn render_as<V: View>(
    status: StatusCode,
    site: &impl AsRef<Frame>,
    viewer: Option<&Viewer>,
    view: &V,
) -> Result<HttpResponse> {
    let frame = site.as_ref();
    Ok(answer(status, frame, write(frame, viewer, view)?))
}

/// The answer that a page is.
fn answer(status: StatusCode, frame: &Frame, html: impl MessageBody + 'static) -> HttpResponse {
    let mut response = HttpResponseBuilder::new(status);
    response.content_type("text/html; charset=utf-8");
    if frame.page.flash.is_some() {
        response.cookie(flash::told());
    }
    response.body(html)
}

/// A page's HTML.
pub(super) fn write<V: View>(
    frame: &Frame,
    viewer: Option<&Viewer>,
    view: &V,
) -> std::result::Result<String, ThemeError> {
    frame.theme.page(view, &page_for(frame, viewer))
}

/// What a page is told besides its view, with the one who reads it.
pub(super) fn page_for<'a>(frame: &'a Frame, viewer: Option<&Viewer>) -> Cow<'a, PageContext> {
    let Some(viewer) = viewer else {
        return Cow::Borrowed(&frame.page);
    };
    let mut page = frame.page.clone();
    page.lang.clone_from(&viewer.user.language);
    page.zone.clone_from(&viewer.user.time_zone);
    page.wallet = frame
        .currency
        .map(|currency| Amount::new(viewer.wallet_minor, currency.code()));
    page.user = Some(PageUser {
        name: viewer.user.name.clone(),
        is_seller: viewer.user.is_seller,
        manages: viewer.manages,
        available: viewer.available_until.is_some(),
        notices: viewer.unread,
        ..PageUser::default()
    });
    Cow::Owned(page)
}

/// The zone that times are said and written in.
pub fn reader_zone(site: &Site, viewer: Option<&Viewer>) -> Zone {
    let name = viewer.map_or(&site.tenant.time_zone, |viewer| &viewer.user.time_zone);
    Zone::named(name).unwrap_or_default()
}

/// Leads on to another page, after a form.
pub fn no_body(location: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, location))
        .finish()
}

/// The same, with something for the browser to keep.
pub fn lead_to(location: &str, cookies: impl IntoIterator<Item = Cookie<'static>>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, location));
    for cookie in cookies {
        response.cookie(cookie);
    }
    response.finish()
}

/// What a form is told beside its field: the field's name, empty for the form as a whole, and what is wrong.
///
/// # Errors
/// The error itself, if it isn't about what was typed.
pub fn problem(error: Error) -> Result<(&'static str, Message)> {
    match error.kind {
        Kind::Invalid { field } => Ok((field.unwrap_or_default(), Message::new(error.public))),
        _ => Err(error.into()),
    }
}

/// The same with the answer's status, of a form that may also come too late: that is told of the form as a whole.
///
/// # Errors
/// The error itself, if it is about neither.
pub fn problem_or_conflict(error: Error) -> Result<(StatusCode, &'static str, Message)> {
    if let Kind::Conflict { .. } = error.kind {
        return Ok((StatusCode::CONFLICT, "", Message::new(error.public)));
    }
    let (field, wrong) = problem(error)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, field, wrong))
}

/// What is said of a form that the page doesn't have.
pub fn no_such_form() -> Error {
    Error::field("action", "That form isn't one of this page's.")
}

/// Nobody is booked or visited before they say who they are: leads there from a page for sellers.
///
/// # Errors
/// The error itself, if it is about something else.
pub fn profile_first(refused: Error) -> Result<HttpResponse> {
    if refused.code() == "no_profile" {
        return Ok(no_body("/sell"));
    }
    Err(refused.into())
}

/// A path on this host, to lead back to after signing in; nothing that a browser could take for another host.
pub fn local_path(next: String) -> Option<String> {
    let rest = next.strip_prefix('/')?;
    let good = next.len() <= 1_000 && !rest.starts_with(['/', '\\']) && !next.chars().any(char::is_control);
    good.then_some(next)
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn only_paths_of_this_host_are_led_back_to() {
        for good in ["/", "/wallet?next=%2Fcalls", "/sellers/1"] {
            assert_eq!(local_path(good.to_owned()).as_deref(), Some(good));
        }
        for bad in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/a\r\nb",
        ] {
            assert_eq!(local_path(bad.to_owned()), None, "{bad}");
        }
    }
}
