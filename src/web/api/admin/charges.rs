//! The marketplace's fee, the tax, and what of them, and of its share, is another for a category or a seller.

use crate::{
    app::console::{self, Charges},
    domain::{
        ids::{CategoryId, UserId},
        order_price::{ServiceFee, TaxRate},
        policy::{Policy, PolicyChange, resolve},
    },
    web::{
        Problem, Result, Site, Web,
        extract::{Fresh, Staff, may},
    },
};
use actix_web::{
    HttpResponse, get, put,
    web::{Data, Json, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(show)
        .service(change)
        .service(change_category)
        .service(change_seller);
}

/// What is charged, and where it is another.
#[derive(Serialize, ToSchema)]
struct AllCharges {
    currency: &'static str,
    /// The marketplace's share, in basis points.
    commission_bp: u32,
    service_fee: ServiceFee,
    tax: TaxRate,
    /// Categories with charges of their own.
    categories: Vec<Own>,
    /// Sellers with charges of their own.
    sellers: Vec<Own>,
}

/// A category's or a seller's; null is as the level above has it.
#[derive(Serialize, ToSchema)]
struct Own {
    id: Uuid,
    name: String,
    commission_bp: Option<u32>,
    service_fee: Option<ServiceFee>,
    tax: Option<TaxRate>,
}

impl Own {
    fn of(id: Uuid, name: String, charges: Charges) -> Self {
        Self {
            id,
            name,
            commission_bp: charges.commission_bp,
            service_fee: charges.service_fee,
            tax: charges.tax,
        }
    }
}

/// What is charged.
#[utoipa::path(tag = "console", responses((status = 200, body = AllCharges), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
#[get("/admin/charges")]
async fn show(web: Data<Web>, site: Site, by: Staff<may::Money>) -> Result<Json<AllCharges>> {
    let none = PolicyChange::default();
    let policy = resolve(&Policy::default(), &site.tenant.policy, &none, &none);
    let own = console::own_charges(&web.app, &by, &site.tenant).await?;
    let categories = own.categories.into_iter();
    let sellers = own.sellers.into_iter();
    Ok(Json(AllCharges {
        currency: site.tenant.currency.code(),
        commission_bp: policy.commission_bp,
        service_fee: policy.service_fee,
        tax: policy.tax,
        categories: categories
            .map(|(id, name, charges)| Own::of(id.uuid(), name, charges))
            .collect(),
        sellers: sellers
            .map(|(id, name, charges)| Own::of(id.uuid(), name, charges))
            .collect(),
    }))
}

/// Fee and tax as they are to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCharges {
    service_fee: ServiceFee,
    tax: TaxRate,
}

/// Sets fee and tax for all that has none of its own. What was ordered keeps what was agreed.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 422, body = Problem)))]
#[put("/admin/charges")]
async fn change(
    web: Data<Web>,
    site: Site,
    by: Fresh<may::Money>,
    Json(typed): Json<NewCharges>,
) -> Result<HttpResponse> {
    console::change_charges(&web.app, &by, typed.service_fee, typed.tax).await?;
    web.hosts.forget(site.tenant.id);
    Ok(HttpResponse::NoContent().finish())
}

/// What a category has of its own; null is as the marketplace has it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CategoryCharges {
    commission_bp: Option<u32>,
    service_fee: Option<ServiceFee>,
    tax: Option<TaxRate>,
}

/// Sets what is charged in a category.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 422, body = Problem)))]
#[put("/admin/categories/{id}/charges")]
async fn change_category(
    web: Data<Web>,
    by: Fresh<may::Money>,
    id: Path<Uuid>,
    Json(typed): Json<CategoryCharges>,
) -> Result<HttpResponse> {
    let charges = Charges {
        commission_bp: typed.commission_bp,
        service_fee: typed.service_fee,
        tax: typed.tax,
    };
    console::change_category_charges(&web.app, &by, CategoryId::from_uuid(*id), charges).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a seller has of their own; null is as their categories have it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SellerCharges {
    commission_bp: Option<u32>,
    service_fee: Option<ServiceFee>,
}

/// Sets what is charged for a seller, whatever their categories say.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 422, body = Problem)))]
#[put("/admin/sellers/{id}/charges")]
async fn change_seller(
    web: Data<Web>,
    by: Fresh<may::Money>,
    id: Path<Uuid>,
    Json(typed): Json<SellerCharges>,
) -> Result<HttpResponse> {
    let charges = Charges {
        commission_bp: typed.commission_bp,
        service_fee: typed.service_fee,
        tax: None,
    };
    console::change_seller_charges(&web.app, &by, UserId::from_uuid(*id), charges).await?;
    Ok(HttpResponse::NoContent().finish())
}
