//! Signing in at the platform.

use crate::{
    app::{
        platform::{self, PlatformStaff, Stage},
        second_factor::Enrolment,
    },
    domain::platform::PlatformRole,
    web::{Platform, Problem, Result, Web, extract::Attempt, tokens},
};
use actix_web::{
    HttpRequest, HttpResponse, delete, get, post,
    web::{Data, Json},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(log_in).service(log_out).service(who);
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlatformCredentials {
    /// Mail address.
    email: String,
    /// Password.
    password: String,
    /// The second factor's code, once there is one.
    code: Option<String>,
}

/// How far signing in has come.
#[derive(Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
enum SignIn {
    /// Signed in.
    In {
        /// Who.
        me: PlatformMe,
    },
    /// Send the second factor's code, too.
    CodeNeeded,
    /// Set up a second factor, then send a code of it.
    Enrol {
        /// Base 32.
        secret: String,
        /// The same as an address.
        otpauth_url: String,
        /// The same as a picture.
        qr_svg: String,
    },
}

/// Somebody of the platform's staff.
#[derive(Serialize, ToSchema)]
struct PlatformMe {
    id: Uuid,
    email: String,
    name: String,
    role: PlatformRole,
}

impl From<&PlatformStaff> for PlatformMe {
    fn from(staff: &PlatformStaff) -> Self {
        let person = staff.person();
        Self {
            id: person.id.uuid(),
            email: person.email.clone(),
            name: person.name.clone(),
            role: person.role,
        }
    }
}

/// Takes the next step of signing in.
#[utoipa::path(
    tag = "session",
    responses((status = 200, body = SignIn), (status = 401, body = Problem),
        (status = 409, description = "The second factor can't be read", body = Problem), (status = 429, body = Problem))
)]
#[post("/session")]
async fn log_in(
    web: Data<Web>,
    platform: Platform,
    _counted: Attempt,
    Json(typed): Json<PlatformCredentials>,
) -> Result<HttpResponse> {
    let address = platform.client.to_string();
    let code = typed.code.as_deref();
    let stage = platform::log_in(&web.app, &typed.email, typed.password, code, &address).await?;
    let mut answer = HttpResponse::Ok();
    Ok(match stage {
        Stage::CodeNeeded => answer.json(SignIn::CodeNeeded),
        Stage::Enrol(enrolment) => {
            let Enrolment {
                secret,
                otpauth_url,
                qr_svg,
            } = *enrolment;
            answer.json(SignIn::Enrol {
                secret,
                otpauth_url,
                qr_svg,
            })
        }
        Stage::In(signed) => answer
            .cookie(tokens::platform_cookie(&web, Some(&signed)))
            .json(SignIn::In {
                me: (&signed.staff).into(),
            }),
    })
}

/// Signs out.
#[utoipa::path(tag = "session", responses((status = 204), (status = 401, body = Problem)))]
#[delete("/session")]
async fn log_out(web: Data<Web>, _staff: PlatformStaff, request: HttpRequest) -> Result<HttpResponse> {
    if let Some(cookie) = request.cookie(tokens::platform_name(&web)) {
        platform::log_out(&web.app, cookie.value()).await?;
    }
    let gone = tokens::platform_cookie(&web, None);
    Ok(HttpResponse::NoContent().cookie(gone).finish())
}

/// Who is signed in.
#[utoipa::path(tag = "session", responses((status = 200, body = PlatformMe), (status = 401, body = Problem)))]
#[get("/me")]
async fn who(staff: PlatformStaff) -> Json<PlatformMe> {
    Json((&staff).into())
}
