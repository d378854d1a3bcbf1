//! `/studio`: a manager's sellers and their calls.

use super::{
    cards,
    flash::flash,
    no_body, render,
    views::{Amount, Message, Person, StudioCall, StudioPage, StudioSeller},
};
use crate::{
    app::{
        identity::Viewer,
        studio::{self, Overview},
    },
    domain::ids::UserId,
    error::Error,
    web::{Result, Site, Web, theme::Tone},
};
use actix_web::{
    HttpResponse, get, post,
    web::{Data, Form, ServiceConfig},
};
use anyhow::anyhow;
use serde::Deserialize;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(switch_off);
}

#[get("/studio")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer) -> Result<HttpResponse> {
    let overview = studio::show(&web.app, &viewer).await?;
    render(&site, Some(&viewer), &page(&site, overview))
}

fn page(site: &Site, overview: Overview) -> StudioPage {
    let amount = |minor| Amount::new(minor, site.tenant.currency.code());
    StudioPage {
        name: overview.name,
        days: studio::DAYS,
        share: overview
            .share_bp
            .map(|bp| Message::new("studio.share").with("rate", bp)),
        sellers: overview
            .sellers
            .into_iter()
            .map(|seller| StudioSeller {
                id: seller.listed.card.user.uuid(),
                person: Person::new(seller.listed.card.name, seller.listed.card.photo_url),
                presence: cards::presence(seller.listed.presence),
                switched_on: seller.switched_on,
                calls: seller.figures.calls,
                minutes: seller.figures.minutes,
                earned: amount(seller.figures.earned_minor),
            })
            .collect(),
        calls: overview
            .calls
            .into_iter()
            .map(|call| StudioCall {
                seller: call.seller_name,
                buyer: call.buyer_name,
                since: call.rang_at.timestamp(),
            })
            .collect(),
    }
}

#[derive(Deserialize)]
struct Typed {
    seller: String,
}

#[post("/studio")]
async fn switch_off(web: Data<Web>, site: Site, viewer: Viewer, Form(typed): Form<Typed>) -> Result<HttpResponse> {
    let seller: UserId = typed.seller.parse().map_err(|_| Error::not_found())?;
    studio::switch_off(&web.app, &viewer, site.client, seller).await?;
    let mut response = no_body("/studio");
    let told = response.add_cookie(&flash(Tone::Success, "done.switched_off"));
    told.map_err(|error| Error::internal(anyhow!("{error}")))?;
    Ok(response)
}
