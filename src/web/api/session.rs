//! Signing in and out.

use crate::{
    app::identity::{self, SignedIn, Viewer},
    error::Error,
    store::users::User,
    web::{Problem, Result, Site, Web, tokens},
};
use actix_web::{
    HttpRequest, HttpResponse, delete,
    http::header,
    post,
    web::{Data, Json},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(log_in)
        .service(log_out)
        .service(log_out_everywhere)
        .service(renew);
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
struct Credentials {
    /// Mail address.
    email: String,
    /// Password.
    password: String,
}

/// A session.
#[derive(Serialize, ToSchema)]
struct Session {
    /// Shown as `Authorization: Bearer …`; browsers get it as a cookie, too.
    access_token: String,
    /// Seconds that the access token holds.
    expires_in: i64,
    /// Who is signed in.
    user: SessionUser,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
struct SessionUser {
    id: Uuid,
    name: String,
    email: String,
    is_seller: bool,
}

impl From<User> for SessionUser {
    fn from(user: User) -> Self {
        let User {
            id,
            name,
            email,
            is_seller,
            ..
        } = user;
        Self {
            id: id.uuid(),
            name,
            email,
            is_seller,
        }
    }
}

/// Signs in.
#[utoipa::path(
    tag = "identity",
    security(()),
    responses(
        (status = 200, body = Session),
        (status = 401, description = "Wrong address or password", body = Problem),
        (status = 409, description = "The address isn't confirmed; the link was sent again", body = Problem),
        (status = 429, body = Problem),
    )
)]
#[post("/session")]
async fn log_in(
    web: Data<Web>,
    site: Site,
    request: HttpRequest,
    Json(typed): Json<Credentials>,
) -> Result<HttpResponse> {
    let device = request
        .headers()
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let signed = identity::log_in(
        &web.app,
        &site.scope,
        site.origin(),
        &typed.email,
        typed.password,
        device,
    )
    .await?;
    answer(&web, signed)
}

/// Ends this session.
#[utoipa::path(tag = "identity", responses((status = 204), (status = 401, body = Problem)))]
#[delete("/session")]
async fn log_out(web: Data<Web>, viewer: Viewer) -> Result<HttpResponse> {
    identity::log_out(&web.app, &viewer).await?;
    Ok(gone(&web))
}

/// Ends all of the person's sessions.
#[utoipa::path(tag = "identity", responses((status = 204), (status = 401, body = Problem)))]
#[delete("/sessions")]
async fn log_out_everywhere(web: Data<Web>, viewer: Viewer) -> Result<HttpResponse> {
    identity::log_out_everywhere(&web.app, &viewer).await?;
    Ok(gone(&web))
}

/// Takes the refresh cookie and gives a new access token.
#[utoipa::path(
    tag = "identity",
    security(()),
    responses((status = 200, body = Session), (status = 401, description = "The session is over", body = Problem))
)]
#[post("/session/refresh")]
async fn renew(web: Data<Web>, site: Site, request: HttpRequest) -> Result<HttpResponse> {
    let shown = request.cookie(tokens::REFRESH).as_ref().and_then(tokens::refresh_token);
    let shown = shown.ok_or_else(Error::sign_in_needed)?;
    let signed = identity::refresh(&web.app, &site.scope, &shown).await?;
    answer(&web, signed.ok_or_else(Error::sign_in_needed)?)
}

fn answer(web: &Web, signed: SignedIn) -> Result<HttpResponse> {
    let [access, refresh] = tokens::cookies(web, &signed)?;
    let body = Session {
        access_token: access.value().to_owned(),
        expires_in: tokens::ACCESS_S,
        user: signed.viewer.user.into(),
    };
    Ok(HttpResponse::Ok().cookie(access).cookie(refresh).json(body))
}

fn gone(web: &Web) -> HttpResponse {
    let [access, refresh] = tokens::no_cookies(web);
    HttpResponse::NoContent().cookie(access).cookie(refresh).finish()
}
