//! Tips.

use crate::{
    app::{
        identity::Viewer,
        tips::{self, Wish},
    },
    domain::{
        ids::{CallId, UserId},
        tip::Gift,
    },
    store::tips::Tip,
    web::{Problem, Result, Site, Web},
};
use actix_web::{
    HttpResponse, post,
    web::{Data, Json, Path},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(give);
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTip {
    /// Made up by the client: the same again gives nothing more.
    form: Uuid,
    /// In minor units of the tenant's currency.
    amount_minor: i64,
    /// The call that it is for, running or over: one of the seller's that the person was in.
    call_id: Option<Uuid>,
    /// As what; the amount is its price then.
    gift: Option<Gift>,
}

/// A tip that was given.
#[derive(Serialize, ToSchema)]
struct TipView {
    id: Uuid,
    amount_minor: i64,
    currency: &'static str,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    call_id: Option<Uuid>,
    gift: Option<Gift>,
}

impl From<Tip> for TipView {
    fn from(tip: Tip) -> Self {
        Self {
            id: tip.id.uuid(),
            amount_minor: tip.amount.minor,
            currency: tip.amount.currency.code(),
            at: tip.at.timestamp(),
            call_id: tip.call.map(CallId::uuid),
            gift: tip.gift,
        }
    }
}

/// Gives a seller a tip from the signed-in person's credit.
#[utoipa::path(tag = "people", responses((status = 201, body = TipView), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, description = "Not enough credit", body = Problem),
    (status = 422, body = Problem)))]
#[post("/sellers/{id}/tips")]
async fn give(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Json(wanted): Json<NewTip>,
) -> Result<HttpResponse> {
    let wish = Wish {
        form: wanted.form,
        seller: UserId::from_uuid(*id),
        call: wanted.call_id.map(CallId::from_uuid),
        amount_minor: wanted.amount_minor,
        gift: wanted.gift,
    };
    let tip = tips::give(&web.app, &viewer, &site.tenant, wish).await?;
    Ok(HttpResponse::Created().json(TipView::from(tip)))
}
