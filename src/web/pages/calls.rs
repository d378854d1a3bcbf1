//! `/calls` and the room of a call.

use super::{
    bill::increment,
    no_body, render, tip,
    views::{
        Amount, CallRow, CallStage, CallsPage, Outcome, Person, RoomPage, RoomSetup, RoomSnapshots, RoomTerms,
        RoomUrls, Side,
    },
};
use crate::{
    app::{calls, extensions, identity::Viewer, legs, private_rooms, recordings, snapshots, wallet},
    domain::{
        call::EndReason,
        guest::ThirdPerson,
        ids::{CallId, UserId},
        language::LANGUAGES,
    },
    error::Kind,
    signaling::extension_view,
    store::calls::Call,
    web::{Result, Site, Web, api, extract::InRoom},
};
use actix_web::{
    HttpResponse, get,
    web::{Data, Path, Query, ServiceConfig},
};
use serde::Deserialize;
use tallyroom_media_protocol::signaling::{CallPhase, RoomRole};
use uuid::Uuid;

/// Calls on a page of `calls::list`.
const PAGE: usize = 25;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(room);
}

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    page: u32,
}

/// One's own calls; one that can be joined stands first.
#[get("/calls")]
async fn list(web: Data<Web>, site: Site, viewer: Viewer, Query(shown): Query<Shown>) -> Result<HttpResponse> {
    let all = calls::list(&web.app, &site.scope, viewer.user.id, shown.page).await?;
    let older_url = (all.len() == PAGE).then(|| format!("/calls?page={}", shown.page.saturating_add(1)));
    let ids = all.iter().map(|(call, _)| call.id).collect();
    let recorded = recordings::recorded(&web.app, &site.scope, ids).await?;
    let calls = all.iter().map(|(call, _)| call.clone()).collect();
    let others = legs::others(&web.app, &site.scope, calls).await?;
    let mut rows = Vec::new();
    for settled in &all {
        let recorded = recorded.contains(&settled.0.id);
        let in_call_with = others.get(&settled.0.id).map(|other| other.name.clone());
        rows.extend(row(&web, &site, &viewer, settled).await?.map(|row| CallRow {
            recorded,
            in_call_with,
            ..row
        }));
    }
    let open = rows
        .iter()
        // That of a leg leads to its call, which comes after it.
        .rposition(|row| row.stage != CallStage::Ended)
        .map(|index| rows.remove(index));
    render(
        &site,
        Some(&viewer),
        &CallsPage {
            open,
            items: rows,
            older_url,
        },
    )
}

/// None if they were shown out of it since the list was read.
async fn row(web: &Web, site: &Site, viewer: &Viewer, (call, extra): &calls::Settled) -> Result<Option<CallRow>> {
    let side = side(call, viewer.user.id);
    // A person is in one call at a time, so at most one row asks its room.
    let stage = match call.ended {
        Some(_) => CallStage::Ended,
        None => match api::calls::view(web, site, viewer, call.id).await {
            Ok(view) => stage(view.phase),
            Err(error) if matches!(error.0.kind, Kind::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        },
    };
    let moved = call.ended.map_or(0, |ended| match side {
        Side::Buyer => ended.charged_minor + extra.earned_minor,
        Side::Seller => ended.charged_minor - ended.commission_minor + extra.earned_minor - extra.commission_minor,
    });
    Ok(Some(CallRow {
        id: call.id.uuid(),
        other: Person::new(other(call, side).to_owned(), None),
        side,
        service_title: call.service_title.clone(),
        at: call.rang_at.timestamp(),
        stage,
        outcome: call.ended.map(|ended| outcome(ended.reason)),
        seconds: call.ended.map_or(0, |ended| ended.billable_ms / 1_000),
        amount: (moved > 0).then(|| Amount::new(moved, call.currency.code())),
        recorded: false,
        in_call_with: None,
    }))
}

pub(super) fn side(call: &Call, reader: UserId) -> Side {
    if reader == call.buyer.id {
        Side::Buyer
    } else {
        Side::Seller
    }
}

pub(super) fn other(call: &Call, side: Side) -> &str {
    match side {
        Side::Buyer => &call.seller.name,
        Side::Seller => &call.buyer.name,
    }
}

fn stage(phase: CallPhase) -> CallStage {
    match phase {
        CallPhase::Ringing => CallStage::Ringing,
        CallPhase::PreCheck | CallPhase::Connecting => CallStage::Checking,
        CallPhase::Live => CallStage::Live,
        CallPhase::Suspended => CallStage::Suspended,
        CallPhase::Settling | CallPhase::Ended => CallStage::Ended,
    }
}

pub(super) fn outcome(reason: EndReason) -> Outcome {
    match reason {
        EndReason::Rejected => Outcome::Rejected,
        EndReason::Busy => Outcome::Busy,
        EndReason::Missed => Outcome::Missed,
        EndReason::Cancelled => Outcome::Cancelled,
        EndReason::BuyerEnded => Outcome::BuyerEnded,
        EndReason::SellerEnded => Outcome::SellerEnded,
        EndReason::OutOfCredit => Outcome::OutOfCredit,
        EndReason::BuyerLost => Outcome::BuyerLost,
        EndReason::SellerLost => Outcome::SellerLost,
        EndReason::BothLost => Outcome::BothLost,
        EndReason::StaffEnded => Outcome::StaffEnded,
        EndReason::CallOver => Outcome::CallOver,
    }
}

/// The room, from the ring to the end; afterwards the bill.
#[get("/calls/{id}")]
async fn room(web: Data<Web>, site: Site, InRoom(viewer): InRoom, id: Path<Uuid>) -> Result<HttpResponse> {
    let id = CallId::from_uuid(*id);
    let (call, role) = calls::joined(&web.app, &site.scope, viewer.user.id, id).await?;
    // A leg's two meet in its call; whoever is rung has no place there yet, and hears it ring here.
    let is_seated = |parent| calls::joined(&web.app, &site.scope, viewer.user.id, parent);
    if let Some(parent) = call.parent.filter(|_| call.ended.is_none())
        && is_seated(parent).await.is_ok()
    {
        return Ok(no_body(&format!("/calls/{parent}")));
    }
    let bill = (!role.is_guest()).then(|| format!("/calls/{id}/bill"));
    if let Some(bill) = bill.as_deref().filter(|_| call.ended.is_some()) {
        return Ok(no_body(bill));
    }
    let view = api::calls::view(&web, &site, &viewer, id).await?;
    let open = match role {
        RoomRole::Buyer | RoomRole::Seller => extensions::open(&web.app, &viewer, id).await?,
        _ => None,
    };
    let policy = &call.terms.policy;
    let own = match role {
        RoomRole::Seller if policy.snapshots => {
            let agreed = snapshots::agrees(&web.app, &viewer).await?;
            Some(RoomSnapshots::new(agreed, &site.frame.page.lang))
        }
        _ => None,
    };
    // Whoever came by a link has no account, and so neither credit nor mail.
    let has_account = !viewer.user.is_guest;
    let may_tip = role != RoomRole::Seller && has_account;
    let page = RoomPage {
        room: RoomSetup {
            call_id: id.uuid(),
            role,
            other_id: match role {
                RoomRole::Seller => call.buyer.id,
                _ => call.seller.id,
            }
            .uuid(),
            may_report: has_account,
            may_mail: has_account && [call.buyer.id, call.seller.id].contains(&viewer.user.id),
            may_bring_in: policy.third_person == ThirdPerson::BuyerPays && !role.is_guest() && call.parent.is_none(),
            into_call: call.parent.is_some(),
            legs: Vec::new(),
            proposed: None,
            extension: open.map(|asked| extension_view(&asked, web.app.now())),
            top_up_amounts: wallet::top_up_suggestions(call.currency)
                .map(|amount| amount.minor)
                .to_vec(),
            terms: (!role.is_guest()).then(|| RoomTerms {
                increment: increment(policy.increment),
                minimum_s: policy.minimum_s,
                grace_s: policy.grace_s,
            }),
            languages: &LANGUAGES,
            other_photo: None,
            snapshots: own,
            urls: RoomUrls {
                bill,
                back: match role {
                    RoomRole::Buyer => format!("/sellers/{}", call.seller.id),
                    RoomRole::Seller => "/calls".to_owned(),
                    _ => private_rooms::way_back(&web.app, &site.scope, id).await?,
                },
                tip: may_tip.then(|| tip::url(call.seller.id, Some(call.id))),
                login: format!("/login?next=/calls/{id}"),
            },
            call: view,
        },
    };
    render(&site, Some(&viewer), &page)
}
