//! How a call is stored.

use super::{Call, Ended, Party};
use crate::{
    domain::{
        call::EndReason,
        ids::{BookingId, CallId, ServiceId, UserId},
        money::Currency,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        moment::At,
        schema::{calls, users},
    },
};
use anyhow::anyhow;
use diesel::prelude::*;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = calls)]
pub(in crate::store) struct Row {
    id: Uuid,
    buyer_id: Uuid,
    seller_id: Uuid,
    service_id: Uuid,
    service_title: String,
    currency: String,
    terms: serde_json::Value,
    opening_minor: i64,
    rang_at: At,
    live_at: Option<At>,
    ended_at: Option<At>,
    end_reason: Option<String>,
    billable_ms: i64,
    charged_minor: i64,
    commission_minor: i64,
    tax_minor: i64,
    booking_id: Option<Uuid>,
    parent_id: Option<Uuid>,
}

impl Row {
    fn call(self, buyer: String, seller: String) -> Result<Call> {
        let ended = match (self.ended_at, self.end_reason.as_deref()) {
            (Some(at), Some(reason)) => Some(Ended {
                at: at.0,
                reason: reason_from(reason)?,
                live_at: self.live_at.map(Moment::from),
                billable_ms: self.billable_ms,
                charged_minor: self.charged_minor,
                commission_minor: self.commission_minor,
                tax_minor: self.tax_minor,
            }),
            _ => None,
        };
        let currency = Currency::parse(&self.currency);
        Ok(Call {
            id: CallId::from_uuid(self.id),
            buyer: Party {
                id: UserId::from_uuid(self.buyer_id),
                name: buyer,
            },
            seller: Party {
                id: UserId::from_uuid(self.seller_id),
                name: seller,
            },
            service: ServiceId::from_uuid(self.service_id),
            service_title: self.service_title,
            currency: currency.ok_or_else(|| Error::internal(anyhow!("unknown currency {:?}", self.currency)))?,
            terms: serde_json::from_value(self.terms).map_err(Error::internal)?,
            opening_minor: self.opening_minor,
            rang_at: self.rang_at.0,
            caller_rating: None,
            ended,
            booking: self.booking_id.map(BookingId::from_uuid),
            parent: self.parent_id.map(CallId::from_uuid),
        })
    }
}

pub(super) fn reason_text(reason: EndReason) -> String {
    // A unit variant always serialises to its name.
    serde_json::to_value(reason)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn reason_from(text: &str) -> Result<EndReason> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(Error::internal)
}

/// Rows of one tenant with both people's names; each may be one that can't be read.
pub(in crate::store) fn named(conn: &mut PgConnection, tenant: Uuid, rows: Vec<Row>) -> Result<Vec<Result<Call>>> {
    let ids: HashSet<Uuid> = rows.iter().flat_map(|row| [row.buyer_id, row.seller_id]).collect();
    let names: HashMap<Uuid, String> = users::table
        .filter(users::tenant_id.eq(tenant))
        .filter(users::id.eq_any(ids))
        .select((users::id, users::name))
        .load::<(Uuid, String)>(conn)?
        .into_iter()
        .collect();
    let name = |id: &Uuid| names.get(id).cloned().unwrap_or_default();
    let call = |row: Row| {
        let (buyer, seller) = (name(&row.buyer_id), name(&row.seller_id));
        row.call(buyer, seller)
    };
    Ok(rows.into_iter().map(call).collect())
}
