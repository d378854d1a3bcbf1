//! `/people/{id}`: blocking somebody, and reporting them; `/account/blocks`: whom the reader has blocked.

use super::{
    flash::flash,
    lead_to, render,
    reporting::{self, Reported},
    views::{BlockedPerson, BlocksPage, Field, PersonPage, ReportForm, ReportState},
};
use crate::{
    app::{identity::Viewer, safety},
    domain::{ids::UserId, report::PersonFault},
    web::{Result, Site, Web, theme::Tone},
};
use actix_web::{
    HttpResponse, get, post,
    web::{Data, Form, Path, ServiceConfig},
};
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(show).service(block).service(report);
}

#[get("/account/blocks")]
async fn list(web: Data<Web>, site: Site, viewer: Viewer) -> Result<HttpResponse> {
    let found = safety::blocked(&web.app, &viewer).await?;
    let person = |one: crate::store::blocks::Blocked| BlockedPerson {
        id: one.id.uuid(),
        name: one.name,
        since: one.since.timestamp(),
    };
    let items = found.into_iter().map(person).collect();
    render(&site, Some(&viewer), &BlocksPage { items })
}

#[get("/people/{id}")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    let view = page(&web, &viewer, UserId::from_uuid(*id)).await?;
    render(&site, Some(&viewer), &view)
}

#[derive(Deserialize)]
struct Wanted {
    wanted: Option<String>,
}

/// Blocks somebody, or no longer.
#[post("/people/{id}/block")]
async fn block(web: Data<Web>, viewer: Viewer, id: Path<Uuid>, Form(typed): Form<Wanted>) -> Result<HttpResponse> {
    let other = UserId::from_uuid(*id);
    if typed.wanted.is_some() {
        safety::block(&web.app, &viewer, other).await?;
        return Ok(lead_to(
            &format!("/people/{other}"),
            [flash(Tone::Success, "person.blocked")],
        ));
    }
    safety::unblock(&web.app, &viewer, other).await?;
    Ok(lead_to("/account/blocks", [flash(Tone::Success, "person.unblocked")]))
}

/// Reports somebody.
#[post("/people/{id}/report")]
async fn report(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(typed): Form<Reported>,
) -> Result<HttpResponse> {
    let other = UserId::from_uuid(*id);
    let done = match typed.fault(PersonFault::parse) {
        Ok(fault) => safety::report(&web.app, &viewer, other, fault, &typed.words).await,
        Err(error) => Err(error),
    };
    let (path, page) = (format!("/people/{other}"), page(&web, &viewer, other));
    reporting::answer((&site, &viewer), &path, typed, done, page, |view| &mut view.report).await
}

async fn page(web: &Web, viewer: &Viewer, other: UserId) -> Result<PersonPage> {
    let known = safety::known(&web.app, viewer, other).await?;
    let back_url = match known.conversation {
        _ if known.user.is_seller && !known.user.suspended => format!("/sellers/{other}"),
        Some(conversation) => format!("/conversations/{conversation}"),
        None => "/conferences".to_owned(),
    };
    Ok(PersonPage {
        id: other.uuid(),
        name: known.user.name,
        back_url,
        blocked: known.blocked,
        report: ReportForm {
            action: format!("/people/{other}/report"),
            kind: "person",
            state: if known.reported {
                ReportState::Done
            } else {
                ReportState::Ready
            },
            faults: PersonFault::ALL.map(PersonFault::name).into(),
            fault: Field::default(),
            text: Field::default(),
            open: false,
        },
    })
}
