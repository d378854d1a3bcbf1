//! Signing in and out.

use crate::{
    app::identity::{self, SignedIn, Stage, Viewer},
    error::Error,
    store::users::User,
    web::{Problem, Result, Site, Web, site::device, tokens},
};
use actix_web::{
    HttpRequest, HttpResponse, delete, post,
    web::{Data, Json},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(log_in)
        .service(enter_code)
        .service(step_up)
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

/// A code is asked for, too.
#[derive(Serialize, ToSchema)]
struct CodeNeeded {
    /// Shows that the password was right: send it with the code.
    token: String,
    /// Seconds that the token holds.
    expires_in: i64,
}

/// A code, and what the password was answered with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CodeForToken {
    /// As it was answered.
    token: String,
    /// Six digits of an authenticator, or a recovery code.
    #[schema(max_length = 40)]
    code: String,
}

/// A code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ShownCode {
    /// Six digits of an authenticator, or a recovery code.
    #[schema(max_length = 40)]
    code: String,
}

/// Signs in; whoever has switched a second factor on is asked for a code of it.
#[utoipa::path(
    tag = "identity",
    security(()),
    responses(
        (status = 200, body = Session),
        (status = 202, description = "The password is right; send a code, too", body = CodeNeeded),
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
    let stage = identity::log_in(
        &web.app,
        &site.scope,
        site.origin(),
        &typed.email,
        typed.password,
        device(&request),
    )
    .await?;
    match stage {
        Stage::In(signed) => answer(&web, *signed),
        Stage::CodeNeeded(token) => Ok(HttpResponse::Accepted().json(CodeNeeded {
            token: token.text,
            expires_in: token.seconds,
        })),
    }
}

/// Signs in with a code, after the password.
#[utoipa::path(
    tag = "identity",
    security(()),
    responses(
        (status = 200, body = Session),
        (status = 409, description = "It took too long: begin with the password again", body = Problem),
        (status = 422, description = "The code isn't good", body = Problem),
        (status = 429, description = "Too many codes were wrong", body = Problem),
    )
)]
#[post("/session/code")]
async fn enter_code(
    web: Data<Web>,
    site: Site,
    request: HttpRequest,
    Json(typed): Json<CodeForToken>,
) -> Result<HttpResponse> {
    let (code, device) = (&typed.code, device(&request));
    let signed = identity::enter_code(&web.app, &site.scope, &typed.token, code, device, site.whence()).await?;
    answer(&web, signed)
}

/// Shows a code in a session that goes on: some of what moves money asks for one from the last ten minutes, and answers 409
/// `step_up_needed` without.
#[utoipa::path(
    tag = "identity",
    responses(
        (status = 204),
        (status = 401, body = Problem),
        (status = 409, description = "There is no second factor", body = Problem),
        (status = 422, description = "The code isn't good", body = Problem),
        (status = 429, description = "Too many codes were wrong", body = Problem),
    )
)]
#[post("/session/step-up")]
async fn step_up(web: Data<Web>, site: Site, viewer: Viewer, Json(typed): Json<ShownCode>) -> Result<HttpResponse> {
    identity::step_up(&web.app, &viewer, &typed.code, site.whence()).await?;
    Ok(HttpResponse::NoContent().finish())
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
