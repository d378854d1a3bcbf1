//! Where links of mails lead: a new password, an invitation, a confirmed address. Looking at them uses nothing up.

use super::{
    problem, render, render_as,
    views::{Field, InvitePage, ResetPage, VerifyPage, VerifyState},
};
use crate::{
    app::identity::{self, Declarations, Joining, MINIMUM_AGE, PASSWORD_MIN, Task, Viewer},
    web::{Result, Site, Web},
};
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Query, ServiceConfig},
};
use serde::Deserialize;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(reset_form)
        .service(reset)
        .service(invite_form)
        .service(invite)
        .service(verify_form)
        .service(verify);
}

#[derive(Deserialize)]
struct TokenForm {
    #[serde(default)]
    token: String,
}

#[get("/reset")]
async fn reset_form(
    web: Data<Web>,
    site: Site,
    viewer: Option<Viewer>,
    Query(TokenForm { token }): Query<TokenForm>,
) -> Result<HttpResponse> {
    let expired = !identity::reset_link_is_good(&web.app, &site.scope, &token).await?;
    let view = ResetPage {
        token,
        expired,
        password_min: PASSWORD_MIN,
        ..ResetPage::default()
    };
    render(&site, viewer.as_ref(), &view)
}

#[derive(Deserialize)]
struct ResetForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
}

#[post("/reset")]
async fn reset(
    web: Data<Web>,
    site: Site,
    viewer: Option<Viewer>,
    Form(typed): Form<ResetForm>,
) -> Result<HttpResponse> {
    let changed = identity::reset(&web.app, &site.scope, &typed.token, typed.password).await;
    let mut view = ResetPage {
        token: typed.token,
        password_min: PASSWORD_MIN,
        ..ResetPage::default()
    };
    match changed {
        Ok(done) => {
            (view.done, view.expired) = (done, !done);
            render(&site, viewer.as_ref(), &view)
        }
        Err(error) => {
            view.password.error = Some(problem(error)?.1);
            render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, viewer.as_ref(), &view)
        }
    }
}

#[get("/invite")]
async fn invite_form(web: Data<Web>, site: Site, Query(TokenForm { token }): Query<TokenForm>) -> Result<HttpResponse> {
    let expired = !identity::invitation_is_good(&web.app, &site.scope, &token).await?;
    render(&site, None, &invite_page(token, expired))
}

#[derive(Deserialize)]
struct InviteForm {
    token: String,
    #[serde(default)]
    password: String,
    of_age: Option<String>,
    accept_terms: Option<String>,
}

#[post("/invite")]
async fn invite(web: Data<Web>, site: Site, Form(typed): Form<InviteForm>) -> Result<HttpResponse> {
    let joining = Joining {
        token: typed.token.clone(),
        password: typed.password,
        declared: Declarations {
            of_age: typed.of_age.is_some(),
            accept_terms: typed.accept_terms.is_some(),
        },
        address: site.client,
    };
    let mut view = InvitePage {
        of_age: Field::of(typed.of_age.unwrap_or_default()),
        accept_terms: Field::of(typed.accept_terms.unwrap_or_default()),
        ..invite_page(typed.token, false)
    };
    match identity::join(&web.app, &site.scope, joining).await {
        Ok(done) => {
            view.expired = done.is_none();
            view.done = done.map(Task::path);
            view.sells = done == Some(Task::Sell);
            view.manages = done == Some(Task::Manage);
            render(&site, None, &view)
        }
        Err(error) => {
            let (name, message) = problem(error)?;
            let field = match name {
                "of_age" => &mut view.of_age,
                "accept_terms" => &mut view.accept_terms,
                _ => &mut view.password,
            };
            field.error = Some(message);
            render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, None, &view)
        }
    }
}

fn invite_page(token: String, expired: bool) -> InvitePage {
    InvitePage {
        token,
        expired,
        minimum_age: MINIMUM_AGE,
        password_min: PASSWORD_MIN,
        ..InvitePage::default()
    }
}

#[get("/verify")]
async fn verify_form(
    site: Site,
    viewer: Option<Viewer>,
    Query(TokenForm { token }): Query<TokenForm>,
) -> Result<HttpResponse> {
    render(
        &site,
        viewer.as_ref(),
        &VerifyPage {
            token,
            state: VerifyState::Ask,
        },
    )
}

#[post("/verify")]
async fn verify(
    web: Data<Web>,
    site: Site,
    viewer: Option<Viewer>,
    Form(TokenForm { token }): Form<TokenForm>,
) -> Result<HttpResponse> {
    let good = identity::verify(&web.app, &site.scope, site.origin(), &token).await?;
    let state = if good { VerifyState::Done } else { VerifyState::Expired };
    render(&site, viewer.as_ref(), &VerifyPage { token, state })
}
