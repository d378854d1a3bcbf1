//! `/sellers/{id}/tip`: a tip, from the seller's page or after a call.

use super::{
    flash::flash,
    lead_to, problem, render, render_as, typed,
    views::{Amount, Field, GiftChoice, Message, TipChoice, TipPage},
};
use crate::{
    app::{
        identity::Viewer,
        tips::{self, Offered, Wish},
    },
    domain::{
        ids::{CallId, UserId},
        money::Money,
        tip::Gift,
    },
    error::{Error, Kind},
    web::{Result, Site, Web, theme::Tone},
};
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Path, Query, ServiceConfig},
};
use serde::Deserialize;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(give);
}

#[derive(Deserialize)]
struct About {
    call: Option<Uuid>,
}

#[get("/sellers/{id}/tip")]
async fn show(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Query(about): Query<About>,
) -> Result<HttpResponse> {
    let (seller, call) = (UserId::from_uuid(*id), about.call.map(CallId::from_uuid));
    let offered = tips::show(&web.app, &viewer, &site.tenant, (seller, call)).await?;
    render(&site, Some(&viewer), &page((seller, call), Uuid::new_v4(), &offered))
}

#[derive(Deserialize)]
struct Typed {
    id: Uuid,
    call: Option<Uuid>,
    /// One of the suggestions, in minor units, or a gift's name.
    #[serde(default)]
    choice: String,
    /// Another amount, as typed; wins over a suggested one.
    #[serde(default)]
    amount: String,
}

#[post("/sellers/{id}/tip")]
async fn give(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(wanted): Form<Typed>,
) -> Result<HttpResponse> {
    let (seller, call) = (UserId::from_uuid(*id), wanted.call.map(CallId::from_uuid));
    let (currency, gift) = (site.tenant.currency, Gift::parse(&wanted.choice));
    let not_an_amount = || Error::field("amount", "This isn't an amount.");
    let chosen = match (wanted.amount.trim(), gift) {
        ("", Some(gift)) => Ok((gift.price(currency).minor, Some(gift))),
        ("", None) => wanted
            .choice
            .parse()
            .map_err(|_| not_an_amount())
            .map(|minor| (minor, None)),
        // A gift has its price on it: what else is typed was meant for something else.
        (_, Some(_)) => Err(Error::field("amount", "Choose a gift or type an amount, not both.")),
        (text, None) => typed::minor(text, currency)
            .ok_or_else(not_an_amount)
            .map(|minor| (minor, None)),
    };
    let given = match chosen {
        Ok((amount_minor, gift)) => {
            let wish = Wish {
                form: wanted.id,
                seller,
                call,
                amount_minor,
                gift,
            };
            tips::give(&web.app, &viewer, &site.tenant, wish).await
        }
        Err(refused) => Err(refused),
    };
    let offered = tips::show(&web.app, &viewer, &site.tenant, (seller, call)).await?;
    let Err(refused) = given else {
        // A call that goes on has no bill yet; its tab is another.
        let to = match offered.running {
            true => url(seller, call),
            false => back_url(seller, call.filter(|_| offered.billed)),
        };
        return Ok(lead_to(&to, [flash(Tone::Success, "tip.given")]));
    };
    let mut view = page((seller, call), wanted.id, &offered);
    view.choose(&wanted.choice);
    view.amount = Field::of(wanted.amount);
    let status = match refused.kind {
        Kind::Conflict { .. } => {
            view.add_url = (refused.code() == "insufficient_credit").then(|| add_url(seller, call));
            view.error = Some(Message::new(refused.public));
            StatusCode::CONFLICT
        }
        _ => {
            let (field, words) = problem(refused)?;
            view.amount.error = Some(match field {
                "amount_minor" => Message::new("error.between")
                    .with("minimum", view.minimum.clone())
                    .with("maximum", view.maximum.clone()),
                _ => words,
            });
            StatusCode::UNPROCESSABLE_ENTITY
        }
    };
    render_as(status, &site, Some(&viewer), &view)
}

fn page((seller, call): (UserId, Option<CallId>), id: Uuid, offered: &Offered) -> TipPage {
    TipPage {
        id,
        seller_id: seller.uuid(),
        name: offered.name.clone(),
        call: call.map(CallId::uuid),
        back_url: (!offered.running).then(|| back_url(seller, call.filter(|_| offered.billed))),
        suggestions: (offered.suggestions.into_iter().enumerate())
            .map(|(nth, suggested)| TipChoice {
                amount: amount(suggested),
                chosen: nth == 1,
            })
            .collect(),
        gifts: (offered.gifts.iter())
            .map(|(gift, price)| GiftChoice {
                name: gift.name(),
                price: amount(*price),
                chosen: false,
            })
            .collect(),
        amount: Field::default(),
        minimum: amount(offered.least),
        maximum: amount(offered.most),
        available: amount(offered.available),
        error: None,
        add_url: None,
    }
}

fn back_url(seller: UserId, call: Option<CallId>) -> String {
    match call {
        Some(call) => format!("/calls/{call}/bill"),
        None => format!("/sellers/{seller}"),
    }
}

/// The page of a tip, also for the bill to lead to.
pub(super) fn url(seller: UserId, call: Option<CallId>) -> String {
    match call {
        Some(call) => format!("/sellers/{seller}/tip?call={call}"),
        None => format!("/sellers/{seller}/tip"),
    }
}

fn add_url(seller: UserId, call: Option<CallId>) -> String {
    let next = Serializer::new(String::new())
        .append_pair("next", &url(seller, call))
        .finish();
    format!("/wallet?{next}")
}

fn amount(money: Money) -> Amount {
    Amount::new(money.minor, money.currency.code())
}
