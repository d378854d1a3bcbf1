//! The test gateway's hosted payment page. It stands in for another company's site: anybody with its address may pay,
//! and it knows the product only by the address people go back to.

use super::{
    no_body, render,
    views::{Amount, GatewayPage},
};
use crate::{
    gateways::payment::test::{self, Choice, Next},
    web::{Result, Site, Web},
};
use actix_web::{
    HttpResponse, get, post,
    web::{Data, Form, Path, ServiceConfig},
};
use serde::Deserialize;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(choose);
}

#[get("/gateway/test/{reference}")]
async fn show(web: Data<Web>, site: Site, reference: Path<String>) -> Result<HttpResponse> {
    let payment = test::page(&web.app.db, &site.scope, &reference, web.app.now()).await?;
    if !test::is_open(&payment) {
        return Ok(no_body(&payment.return_url));
    }
    let view = GatewayPage {
        merchant: payment.merchant.unwrap_or_else(|| site.tenant.name.clone()),
        amount: Amount::new(payment.amount.minor, payment.amount.currency.code()),
        challenge: payment.state == "needs_authentication",
        keeps: payment.keeps.is_some(),
        holds: payment.holds,
        cancel_url: payment.return_url,
        reference: payment.reference,
    };
    render(&site, None, &view)
}

#[derive(Deserialize)]
struct Chosen {
    choice: Choice,
    next: Option<Next>,
}

#[post("/gateway/test/{reference}")]
async fn choose(
    web: Data<Web>,
    site: Site,
    reference: Path<String>,
    Form(chosen): Form<Chosen>,
) -> Result<HttpResponse> {
    let chosen = (chosen.choice, chosen.next);
    let payment = test::choose(&web.app.db, &site.scope, &reference, chosen, web.app.now()).await?;
    Ok(no_body(&if test::is_open(&payment) {
        format!("/gateway/test/{reference}")
    } else {
        payment.return_url
    }))
}
