//! Ways to pay: the marketplace's accounts at payment providers. Keys go in and never come out again.

use crate::{
    app::{
        gateway_accounts::{self as accounts, Wanted},
        ports::GatewayKeys,
    },
    domain::{
        gateway::{Mode, Provider},
        ids::GatewayAccountId,
    },
    error::Error,
    store::gateway_accounts::{Account, Check},
    web::{
        Problem, Result, Site, Web,
        extract::{Fresh, Staff, may},
    },
};
use actix_web::{
    HttpResponse, delete, get, post, put,
    web::{Data, Json, Path},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(add).service(arrange).service(go_live);
    config.service(change).service(remove).service(test).service(switch);
}

/// Most ids that an order names.
const MOST_ARRANGED: usize = 100;

/// All ways to pay.
#[derive(Serialize, ToSchema)]
struct WaysToPay {
    /// Whether the marketplace takes real money.
    money: Mode,
    /// What wallets hold.
    currency: &'static str,
    /// Accounts in the order in which people see them.
    items: Vec<AccountLine>,
    /// Providers that an account can be added of.
    providers: Vec<ProviderLine>,
}

/// A provider, and what opens an account there.
#[derive(Serialize, ToSchema)]
struct ProviderLine {
    provider: Provider,
    keys: Vec<KeyLine>,
}

/// A key that is asked for.
#[derive(Serialize, ToSchema)]
struct KeyLine {
    name: &'static str,
    /// It is never shown again.
    secret: bool,
}

/// An account at a provider.
#[derive(Serialize, ToSchema)]
struct AccountLine {
    id: Uuid,
    provider: Provider,
    mode: Mode,
    /// What may be shown of each key, by its name: all of an open one, the end of a secret one, or nothing of it.
    keys: BTreeMap<String, String>,
    /// Codes of the currencies it is for; all that it can take, if empty.
    currencies: Vec<&'static str>,
    /// People can pay through it.
    enabled: bool,
    /// When its connection was tested last; null if never since its keys were changed.
    checked_at: Option<i64>,
    /// What was wrong then; null if nothing.
    trouble: Option<String>,
    /// Where the provider is to tell what happens.
    webhook_url: String,
    created_at: i64,
}

impl AccountLine {
    fn of(account: Account, site: &Site) -> Self {
        let (checked_at, trouble) = account.check.map(told).unwrap_or_default();
        Self {
            id: account.id.uuid(),
            provider: account.provider,
            mode: account.mode,
            keys: account.shown,
            currencies: account.currencies.iter().map(|currency| currency.code()).collect(),
            enabled: account.enabled,
            checked_at,
            trouble,
            webhook_url: format!("{}/webhooks/{}", site.origin(), account.id),
            created_at: account.created_at.0,
        }
    }
}

fn told(told: Check) -> (Option<i64>, Option<String>) {
    (Some(told.at.0), told.trouble)
}

/// The accounts, and what can be added.
#[utoipa::path(tag = "console", responses((status = 200, body = WaysToPay), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 409, description = "A second factor is needed", body = Problem)))]
#[get("/admin/gateway-accounts")]
async fn list(web: Data<Web>, site: Site, by: Staff<may::Money>) -> Result<Json<WaysToPay>> {
    let items = accounts::list(&web.app, &by.viewer().scope).await?;
    let providers = Provider::ALL.into_iter().filter_map(|provider| {
        let keys = GatewayKeys::fields(provider).into_iter().map(|field| KeyLine {
            name: field.name,
            secret: field.secret,
        });
        let keys: Vec<_> = keys.collect();
        // What needs no keys is built in.
        (!keys.is_empty()).then_some(ProviderLine { provider, keys })
    });
    Ok(Json(WaysToPay {
        money: site.tenant.money,
        currency: site.tenant.currency.code(),
        items: items
            .into_iter()
            .map(|account| AccountLine::of(account, &site))
            .collect(),
        providers: providers.collect(),
    }))
}

/// An account as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountText {
    /// Stays what it was.
    provider: Provider,
    /// Stays what it was.
    mode: Mode,
    /// Keys by their names; one that is empty or missing stays what it was.
    #[serde(default)]
    keys: BTreeMap<String, String>,
    /// Codes of the currencies it is for; all that it can take, if empty.
    #[serde(default)]
    currencies: Vec<String>,
}

impl AccountText {
    fn wanted(self, id: Option<GatewayAccountId>) -> Wanted {
        Wanted {
            id,
            provider: self.provider,
            mode: self.mode,
            keys: self.keys,
            currencies: self.currencies,
        }
    }
}

/// Adds an account, switched off.
#[utoipa::path(tag = "console", responses((status = 201, body = AccountLine), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 409, description = "A code is needed, or there are too many", body = Problem),
    (status = 422, body = Problem)))]
#[post("/admin/gateway-accounts")]
async fn add(
    web: Data<Web>,
    site: Site,
    by: Fresh<may::Money>,
    Json(typed): Json<AccountText>,
) -> Result<HttpResponse> {
    let added = accounts::save(&web.app, &by, typed.wanted(None)).await?;
    Ok(HttpResponse::Created().json(AccountLine::of(added, &site)))
}

/// Changes an account's keys and currencies. Its connection is to be tested again; until then it stays switched on or off.
#[utoipa::path(tag = "console", responses((status = 200, body = AccountLine), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, description = "A code is needed", body = Problem), (status = 422, body = Problem)))]
#[put("/admin/gateway-accounts/{id}")]
async fn change(
    web: Data<Web>,
    site: Site,
    by: Fresh<may::Money>,
    id: Path<Uuid>,
    Json(typed): Json<AccountText>,
) -> Result<Json<AccountLine>> {
    let wanted = typed.wanted(Some(GatewayAccountId::from_uuid(*id)));
    let changed = accounts::save(&web.app, &by, wanted).await?;
    Ok(Json(AccountLine::of(changed, &site)))
}

/// Removes an account: it takes no payments any more. Its keys are forgotten 180 days later.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, description = "A code is needed, or payments are open", body = Problem)))]
#[delete("/admin/gateway-accounts/{id}")]
async fn remove(web: Data<Web>, by: Fresh<may::Money>, id: Path<Uuid>) -> Result<HttpResponse> {
    accounts::remove(&web.app, &by, GatewayAccountId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// How a connection is.
#[derive(Serialize, ToSchema)]
struct Connection {
    /// When it was tested.
    checked_at: Option<i64>,
    /// What was wrong; null if nothing.
    trouble: Option<String>,
}

/// Asks the provider whether it takes the account's keys. That it doesn't is an answer, too.
#[utoipa::path(tag = "console", responses((status = 200, body = Connection), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, description = "A second factor is needed", body = Problem), (status = 429, body = Problem)))]
#[post("/admin/gateway-accounts/{id}/check")]
async fn test(web: Data<Web>, site: Site, by: Staff<may::Money>, id: Path<Uuid>) -> Result<Json<Connection>> {
    web.limits.connection_check(site.tenant.id, by.user()?)?;
    let check = accounts::check(&web.app, &by, GatewayAccountId::from_uuid(*id)).await?;
    let (checked_at, trouble) = told(check);
    Ok(Json(Connection { checked_at, trouble }))
}

/// Whether people can pay through it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Switched {
    enabled: bool,
}

/// Lets people pay through an account, or no longer.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, description = "A code or a test of the connection is needed", body = Problem)))]
#[post("/admin/gateway-accounts/{id}/switch")]
async fn switch(
    web: Data<Web>,
    by: Fresh<may::Money>,
    id: Path<Uuid>,
    Json(typed): Json<Switched>,
) -> Result<HttpResponse> {
    accounts::switch(&web.app, &by, GatewayAccountId::from_uuid(*id), typed.enabled).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Accounts in the order in which people are to see them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Arranged {
    /// Their ids, at most 100; those that aren't named come after.
    #[schema(max_items = 100)]
    order: Vec<Uuid>,
}

/// Puts the accounts into an order.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 409, description = "A code is needed", body = Problem), (status = 422, body = Problem)))]
#[put("/admin/gateway-order")]
async fn arrange(web: Data<Web>, by: Fresh<may::Money>, Json(typed): Json<Arranged>) -> Result<HttpResponse> {
    if typed.order.len() > MOST_ARRANGED {
        return Err(Error::field("order", "Name at most 100 accounts.").into());
    }
    let order = typed.order.into_iter().map(GatewayAccountId::from_uuid).collect();
    accounts::arrange(&web.app, &by, order).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes real money from now on; all play money is removed. There is no way back.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 409, description = "A code or a live account is needed, or play money is in use", body = Problem)))]
#[post("/admin/go-live")]
async fn go_live(web: Data<Web>, site: Site, by: Fresh<may::Money>) -> Result<HttpResponse> {
    accounts::go_live(&web.app, &by).await?;
    web.hosts.forget(site.tenant.id);
    Ok(HttpResponse::NoContent().finish())
}
