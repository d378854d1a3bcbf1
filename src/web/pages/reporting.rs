//! Reporting something to the staff: the same form wherever it stands.

use super::{
    flash::flash,
    lead_to, problem, render_as,
    views::{ReportForm, View},
};
use crate::{
    app::identity::Viewer,
    error::{self, Error},
    web::{Result, Site, theme::Tone},
};
use actix_web::{HttpResponse, http::StatusCode};
use serde::Deserialize;

/// The form as it was sent.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Reported {
    fault: String,
    pub(super) words: String,
}

impl Reported {
    /// What is wrong.
    ///
    /// # Errors
    /// Nothing was chosen.
    pub(super) fn fault<F>(&self, parse: fn(&str) -> Option<F>) -> error::Result<F> {
        parse(&self.fault).ok_or_else(|| Error::field("fault", "Choose what is wrong."))
    }
}

/// The way back to `path`, or its `page` with what is wrong beside its field in the `form`.
pub(super) async fn answer<T, P: View>(
    (site, viewer): (&Site, &Viewer),
    path: &str,
    typed: Reported,
    done: error::Result<T>,
    page: impl Future<Output = Result<P>>,
    form: fn(&mut P) -> &mut ReportForm,
) -> Result<HttpResponse> {
    let Err(refused) = done else {
        return Ok(lead_to(path, [flash(Tone::Success, "report.sent")]));
    };
    let (field, wrong) = problem(refused)?;
    let mut view = page.await?;
    form(&mut view).refuse(field, wrong, typed.fault, typed.words);
    render_as(StatusCode::UNPROCESSABLE_ENTITY, site, Some(viewer), &view)
}
