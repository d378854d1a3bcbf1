//! What the demo's people gave back and claim back, so that the pages about it have something to show.

use super::{
    cast::{Cast, Talk},
    history::call_id,
};
use crate::{
    app::{
        App,
        disputes::{self, Claim},
        refunds::{self, Given, Source},
    },
    domain::{
        ids::RefundId,
        refund::{Asked, GivenBy, Subject},
    },
    error::{Kind, Result},
    store::{TenantScope, calls, disputes as stored},
};
use uuid::Uuid;

/// One minute of the first talk goes back, and the first whose picture or sound was bad is disputed.
pub(super) async fn put(app: &App, scope: &TenantScope, cast: &'static Cast) -> Result<()> {
    let place = |wanted: fn(&Talk) -> bool| cast.talks.iter().position(wanted);
    if let Some(number) = place(|talk| talk.quality.is_none()) {
        given(app, scope, number).await.or_else(done)?;
    }
    if let Some(number) = place(|talk| talk.quality.is_some()) {
        claimed(app, scope, number).await.or_else(done)?;
    }
    Ok(())
}

/// What is too old by now, or was done the last time, stays as it is.
fn done(error: crate::error::Error) -> Result<()> {
    match error.kind {
        Kind::Conflict { .. } | Kind::NotFound => Ok(()),
        _ => Err(error),
    }
}

async fn given(app: &App, scope: &TenantScope, number: usize) -> Result<()> {
    let subject = Subject::Call(call_id(scope.tenant(), number));
    let (handle, now) = (app.clone(), app.now());
    let given = Given {
        id: RefundId::from_uuid(Uuid::new_v5(&scope.tenant().uuid(), b"demo refund")),
        by: GivenBy::Seller,
        reason: "We were interrupted at the end.".to_owned(),
        source: Source::Earned,
        may_owe: false,
    };
    app.db
        .tenant(scope, move |tx| {
            refunds::refund(&handle, tx, subject, Asked::Minutes(1), given, now).map(|_| ())
        })
        .await
}

async fn claimed(app: &App, scope: &TenantScope, number: usize) -> Result<()> {
    let call = call_id(scope.tenant(), number);
    let (handle, now) = (app.clone(), app.now());
    app.db
        .tenant(scope, move |tx| {
            let subject = Subject::Call(call);
            if !stored::of(tx, subject)?.is_empty() {
                return Ok(());
            }
            let buyer = calls::find(tx, call)?.buyer.id;
            let claim = Claim {
                subject,
                asked: Asked::Minutes(1),
                reason: "The sound was gone for the last minute.".to_owned(),
            };
            disputes::open_as(&handle, tx, buyer, &claim, now).map(|_| ())
        })
        .await
}
