//! Getting an account, and getting back into one.

use crate::{
    app::identity::{self, Declarations, Registration},
    error::Error,
    web::{Problem, Result, Site, Web},
};
use actix_web::{
    HttpResponse, post,
    web::{Data, Json},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(register).service(verify).service(forgot).service(reset);
}

/// Somebody new.
#[derive(Deserialize, ToSchema)]
struct NewPerson {
    /// Mail address.
    email: String,
    /// 10 to 200 characters.
    #[schema(min_length = 10, max_length = 200)]
    password: String,
    /// Shown to others.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// Declares to be old enough.
    of_age: bool,
    /// Accepts the terms.
    accept_terms: bool,
    /// IANA zone; the tenant's without.
    time_zone: Option<String>,
    /// One of the tenant's languages; the tenant's own without.
    language: Option<String>,
}

/// Registers somebody. What comes next is said by mail.
#[utoipa::path(
    tag = "identity",
    security(()),
    responses((status = 202, description = "A mail is on its way"), (status = 422, body = Problem))
)]
#[post("/register")]
async fn register(web: Data<Web>, site: Site, Json(new): Json<NewPerson>) -> Result<HttpResponse> {
    let typed = Registration {
        email: new.email,
        password: new.password,
        name: new.name,
        declared: Declarations {
            of_age: new.of_age,
            accept_terms: new.accept_terms,
        },
        time_zone: new.time_zone.unwrap_or_else(|| site.tenant.time_zone.clone()),
        language: new.language.unwrap_or_else(|| site.tenant.language.clone()),
        address: site.client,
    };
    identity::register(&web.app, &site.scope, site.origin(), site.languages(), typed).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// From a mail.
#[derive(Deserialize, ToSchema)]
struct Token {
    /// What stands in the link.
    token: String,
}

/// Confirms an address with the token of a mail.
#[utoipa::path(
    tag = "identity",
    security(()),
    responses((status = 204), (status = 409, description = "The link is used up or too old", body = Problem))
)]
#[post("/verify")]
async fn verify(web: Data<Web>, site: Site, Json(Token { token }): Json<Token>) -> Result<HttpResponse> {
    let good = identity::verify(&web.app, &site.scope, site.origin(), &token).await?;
    done(
        good,
        "This link is used up or too old. Log in, and we send you a new one.",
    )
}

/// Whose password is forgotten.
#[derive(Deserialize, ToSchema)]
struct Address {
    /// Mail address.
    email: String,
}

/// Sends a link for a new password, if the address has an account.
#[utoipa::path(
    tag = "identity",
    security(()),
    responses((status = 202, description = "The same whether there is an account"), (status = 422, body = Problem))
)]
#[post("/password/forgot")]
async fn forgot(web: Data<Web>, site: Site, Json(Address { email }): Json<Address>) -> Result<HttpResponse> {
    identity::forgot(&web.app, &site.scope, site.origin(), &email).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// A new password.
#[derive(Deserialize, ToSchema)]
struct NewPassword {
    /// What stands in the link.
    token: String,
    /// 10 to 200 characters.
    #[schema(min_length = 10, max_length = 200)]
    password: String,
}

/// Sets a password with the token of a mail and ends all sessions.
#[utoipa::path(
    tag = "identity",
    security(()),
    responses(
        (status = 204),
        (status = 409, description = "The link is used up or too old", body = Problem),
        (status = 422, body = Problem),
    )
)]
#[post("/password/reset")]
async fn reset(web: Data<Web>, site: Site, Json(new): Json<NewPassword>) -> Result<HttpResponse> {
    let good = identity::reset(&web.app, &site.scope, &new.token, new.password).await?;
    done(good, "This link is used up or too old. Ask for a new one.")
}

fn done(good: bool, otherwise: &'static str) -> Result<HttpResponse> {
    if good {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Error::conflict("link_expired", otherwise).into())
    }
}
