//! Who is on the staff, and what they may.

use crate::{
    app::console::{self, StaffChange},
    app::identity::{self, Declarations},
    domain::{
        ids::UserId,
        permission::{Permission, StaffRole, Standing},
    },
    error::Error,
    store::staff::{self, Member},
    web::{
        Problem, Result, Site, Web,
        extract::{Staff, may},
        listing::{ListQuery, Listed},
    },
};
use actix_web::{
    HttpResponse, delete, get, patch, post,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(who)
        .service(list)
        .service(invite)
        .service(change)
        .service(remove)
        .service(join);
}

/// Somebody at the console.
#[derive(Serialize, ToSchema)]
struct ConsoleMe {
    id: Uuid,
    name: String,
    role: StaffRole,
    permissions: Vec<Permission>,
    tenant: ConsoleTenant,
    /// Looks as the platform's staff do, and changes nothing.
    read_only: bool,
    /// Has a second factor, which money needs; the platform's staff always have one.
    second_factor: bool,
}

/// Where they are.
#[derive(Serialize, ToSchema)]
struct ConsoleTenant {
    name: String,
    slug: String,
    currency: &'static str,
    time_zone: String,
    language: String,
    url: String,
}

/// Who is at the console.
#[utoipa::path(tag = "console",
    responses((status = 200, body = ConsoleMe), (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/me")]
async fn who(site: Site, staff: Staff<may::Enter>) -> Json<ConsoleMe> {
    let (viewer, standing) = (staff.viewer(), staff.standing());
    Json(ConsoleMe {
        id: viewer.id(),
        name: viewer.name().to_owned(),
        role: standing.role,
        permissions: standing.all(),
        tenant: ConsoleTenant {
            name: site.tenant.name.clone(),
            slug: site.tenant.slug.clone(),
            currency: site.tenant.currency.code(),
            time_zone: site.tenant.time_zone.clone(),
            language: site.tenant.language.clone(),
            url: site.origin().to_owned(),
        },
        read_only: staff.is_read_only(),
        second_factor: viewer.account().is_none_or(|account| account.factor.on),
    })
}

/// All staff, by name.
#[utoipa::path(tag = "console", params(ListQuery), responses((status = 200, body = Listed<Member>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/staff")]
async fn list(web: Data<Web>, by: Staff<may::Staff>, Query(query): Query<ListQuery>) -> Result<Json<Listed<Member>>> {
    let scope = by.viewer().scope;
    let page = web
        .app
        .db
        .read(&scope, move |tx| staff::list(tx, &query.into()))
        .await?;
    Ok(Json(page.into()))
}

/// Somebody to be asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewStaff {
    email: String,
    name: String,
    role: StaffRole,
    /// An admin may everything; nothing needs to be listed.
    #[serde(default)]
    permissions: Vec<Permission>,
}

/// Asks somebody to join, by mail.
#[utoipa::path(tag = "console", responses((status = 201, body = Invited), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/staff")]
async fn invite(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Staff>,
    Json(typed): Json<NewStaff>,
) -> Result<HttpResponse> {
    let standing = Standing::new(typed.role, typed.permissions);
    let newcomer = (typed.email.as_str(), typed.name.as_str());
    let id = console::invite_staff(&web.app, &by, &site.tenant, site.origin(), newcomer, standing).await?;
    Ok(HttpResponse::Created().json(Invited { id: id.uuid() }))
}

/// Somebody who was asked.
#[derive(Serialize, ToSchema)]
pub(super) struct Invited {
    pub id: Uuid,
}

/// What is changed; absent fields stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedStaff {
    role: Option<StaffRole>,
    permissions: Option<Vec<Permission>>,
}

/// Changes what somebody is and may.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, description = "The last admin", body = Problem)))]
#[patch("/admin/staff/{id}")]
async fn change(
    web: Data<Web>,
    by: Staff<may::Staff>,
    id: Path<Uuid>,
    Json(typed): Json<ChangedStaff>,
) -> Result<HttpResponse> {
    let change = StaffChange {
        role: typed.role,
        permissions: typed.permissions,
    };
    console::change_staff(&web.app, &by, UserId::from_uuid(*id), change).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes somebody off the staff; their account stays.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, description = "The last admin", body = Problem)))]
#[delete("/admin/staff/{id}")]
async fn remove(web: Data<Web>, by: Staff<may::Staff>, id: Path<Uuid>) -> Result<HttpResponse> {
    console::remove_staff(&web.app, &by, UserId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Says yes to an invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Joining {
    /// From the mail's link.
    token: String,
    /// One's own from now on.
    #[schema(min_length = 10, max_length = 200)]
    password: String,
    /// Declares to be old enough.
    of_age: bool,
    /// Accepts the terms.
    accept_terms: bool,
}

/// Joins with the link of an invitation.
#[utoipa::path(tag = "console", security(()), responses((status = 204),
    (status = 409, description = "The link is used up or too old", body = Problem), (status = 422, body = Problem)))]
#[post("/invitation")]
async fn join(web: Data<Web>, site: Site, Json(typed): Json<Joining>) -> Result<HttpResponse> {
    let joining = identity::Joining {
        token: typed.token,
        password: typed.password,
        declared: Declarations {
            of_age: typed.of_age,
            accept_terms: typed.accept_terms,
        },
        address: site.client,
    };
    if identity::join(&web.app, &site.scope, joining).await?.is_some() {
        return Ok(HttpResponse::NoContent().finish());
    }
    let words = "This link no longer works. Ask whoever invited you for a new one.";
    Err(Error::conflict("link_expired", words).into())
}
