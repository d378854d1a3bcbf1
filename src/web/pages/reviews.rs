//! `/reviews/{id}`: one review, its answer and its report.

use super::{
    cards::review,
    flash::flash,
    lead_to, problem, render, render_as,
    reporting::{self, Reported},
    views::{Field, ReportForm, ReportState, ReviewPage},
};
use crate::{
    app::{identity::Viewer, reviews},
    domain::{ids::CallId, report::ReviewFault},
    web::{Result, Site, Web, theme::Tone},
};
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Path, ServiceConfig},
};
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(answer).service(report);
}

#[get("/reviews/{id}")]
async fn show(web: Data<Web>, site: Site, viewer: Option<Viewer>, id: Path<Uuid>) -> Result<HttpResponse> {
    let view = page(&web, &site, viewer.as_ref(), CallId::from_uuid(*id)).await?;
    render(&site, viewer.as_ref(), &view)
}

#[derive(Deserialize)]
struct Replied {
    #[serde(default)]
    text: String,
}

/// Answers.
#[post("/reviews/{id}/reply")]
async fn answer(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(typed): Form<Replied>,
) -> Result<HttpResponse> {
    let id = CallId::from_uuid(*id);
    let Err(error) = reviews::reply(&web.app, &viewer, id, &typed.text).await else {
        return Ok(lead_to(
            &format!("/reviews/{id}"),
            [flash(Tone::Success, "review.replied")],
        ));
    };
    let (_, wrong) = problem(error)?;
    let mut view = page(&web, &site, Some(&viewer), id).await?;
    view.reply = Some(Field::of(typed.text).wrong(wrong));
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, Some(&viewer), &view)
}

/// Reports.
#[post("/reviews/{id}/report")]
async fn report(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(typed): Form<Reported>,
) -> Result<HttpResponse> {
    let id = CallId::from_uuid(*id);
    let done = match typed.fault(ReviewFault::parse) {
        Ok(fault) => reviews::report(&web.app, &viewer, id, fault, &typed.words).await,
        Err(error) => Err(error),
    };
    let (path, page) = (format!("/reviews/{id}"), page(&web, &site, Some(&viewer), id));
    reporting::answer((&site, &viewer), &path, typed, done, page, |view| &mut view.report).await
}

async fn page(web: &Web, site: &Site, viewer: Option<&Viewer>, id: CallId) -> Result<ReviewPage> {
    let found = reviews::read(&web.app, &site.scope, viewer, id).await?;
    let hidden = found.published.hidden.clone();
    let state = if found.reported {
        ReportState::Done
    } else if found.by_reader || hidden.is_some() {
        ReportState::Closed
    } else if viewer.is_none() {
        ReportState::LogIn
    } else {
        ReportState::Ready
    };
    let written = found.published.reply.as_ref();
    Ok(ReviewPage {
        reply: found
            .can_reply
            .then(|| written.map(|reply| Field::of(&reply.text)).unwrap_or_default()),
        reply_until: found.reply_until.filter(|_| found.can_reply).map(|at| at.timestamp()),
        report: ReportForm {
            action: format!("/reviews/{id}/report"),
            kind: "review",
            state,
            faults: ReviewFault::ALL.map(ReviewFault::name).into(),
            fault: Field::default(),
            text: Field::default(),
            open: false,
        },
        hidden,
        review: review(found.published, true, None),
    })
}
