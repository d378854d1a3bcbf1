//! The signed-in person.

use crate::{
    app::identity::{self, Change, Viewer},
    store::users::User,
    web::{Problem, Result, Site, Web},
};
use actix_web::{
    get, patch,
    web::{Data, Json},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(change);
}

/// The signed-in person.
#[derive(Serialize, ToSchema)]
struct Me {
    id: Uuid,
    /// Mail address.
    email: String,
    /// Shown to others.
    name: String,
    /// IANA zone.
    time_zone: String,
    /// ISO code.
    language: String,
    /// Nobody can ring.
    do_not_disturb: bool,
    /// Calls are answered with "no" at once.
    auto_reject: bool,
    /// Has a selling profile.
    is_seller: bool,
}

impl From<User> for Me {
    fn from(user: User) -> Self {
        let User {
            id,
            email,
            name,
            time_zone,
            language,
            do_not_disturb,
            auto_reject,
            is_seller,
            ..
        } = user;
        Self {
            id: id.uuid(),
            email,
            name,
            time_zone,
            language,
            do_not_disturb,
            auto_reject,
            is_seller,
        }
    }
}

/// What to change; absent fields stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MeChange {
    #[schema(min_length = 1, max_length = 60)]
    name: Option<String>,
    /// IANA zone.
    time_zone: Option<String>,
    /// One of the tenant's languages.
    language: Option<String>,
    do_not_disturb: Option<bool>,
    auto_reject: Option<bool>,
}

/// Who is signed in.
#[utoipa::path(tag = "identity", responses((status = 200, body = Me), (status = 401, body = Problem)))]
#[get("/me")]
async fn show(viewer: Viewer) -> Json<Me> {
    Json(viewer.user.into())
}

/// Changes the signed-in person: all of it or nothing.
#[utoipa::path(
    tag = "identity",
    responses((status = 200, body = Me), (status = 401, body = Problem), (status = 422, body = Problem))
)]
#[patch("/me")]
async fn change(web: Data<Web>, site: Site, viewer: Viewer, Json(typed): Json<MeChange>) -> Result<Json<Me>> {
    let MeChange {
        name,
        time_zone,
        language,
        do_not_disturb,
        auto_reject,
    } = typed;
    let wanted = Change {
        name,
        time_zone,
        language,
        do_not_disturb,
        auto_reject,
    };
    let user = identity::change(&web.app, &viewer, site.languages(), wanted).await?;
    Ok(Json(user.into()))
}
