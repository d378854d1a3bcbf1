//! Erasing people.

use crate::{
    app::console,
    domain::ids::UserId,
    store::erase_person::Erased,
    web::{
        Problem, Result, Web,
        extract::{Staff, may},
    },
};
use actix_web::{
    post,
    web::{Data, Json, Path},
};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(erase);
}

/// Erases a person for good; says what was done.
#[utoipa::path(tag = "console", responses((status = 200, body = Erased), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/admin/users/{id}/erase")]
async fn erase(web: Data<Web>, by: Staff<may::Users>, id: Path<Uuid>) -> Result<Json<Erased>> {
    Ok(Json(console::erase_user(&web.app, &by, UserId::from_uuid(*id)).await?))
}
