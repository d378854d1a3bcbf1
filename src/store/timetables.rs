//! When sellers are there to be booked.

use super::{TenantTx, moment::At, schema::timetables};
use crate::{
    domain::{
        ids::UserId,
        schedule::{Calendar, Room, Timetable},
        time::{Moment, Zone},
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = timetables)]
struct Row {
    zone: String,
    weekly: Value,
    exceptions: Value,
    before_min: i32,
    after_min: i32,
    notice_min: i32,
}

impl Row {
    fn of(timetable: &Timetable) -> Result<Self> {
        let (calendar, room) = (timetable.calendar(), timetable.room());
        Ok(Self {
            zone: calendar.zone.name().to_owned(),
            weekly: serde_json::to_value(&calendar.weekly).map_err(Error::internal)?,
            exceptions: serde_json::to_value(&calendar.exceptions).map_err(Error::internal)?,
            before_min: column(room.before_min)?,
            after_min: column(room.after_min)?,
            notice_min: column(room.notice_min)?,
        })
    }

    fn timetable(self) -> Result<Timetable> {
        let zone = Zone::named(&self.zone).ok_or_else(|| Error::internal(anyhow!("no zone {}", self.zone)))?;
        let calendar = Calendar {
            zone,
            weekly: serde_json::from_value(self.weekly).map_err(Error::internal)?,
            exceptions: serde_json::from_value(self.exceptions).map_err(Error::internal)?,
        };
        let minutes = |column: i32| u32::try_from(column).map_err(Error::internal);
        let room = Room {
            before_min: minutes(self.before_min)?,
            after_min: minutes(self.after_min)?,
            notice_min: minutes(self.notice_min)?,
        };
        Timetable::new(calendar, room).map_err(Error::internal)
    }
}

fn column(minutes: u32) -> Result<i32> {
    i32::try_from(minutes).map_err(Error::internal)
}

/// A seller's timetable, if they ever made one.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, seller: UserId) -> Result<Option<Timetable>> {
    let row: Option<Row> = timetables::table
        .find((tx.tenant().uuid(), seller.uuid()))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    row.map(Row::timetable).transpose()
}

/// The timetables of those among these sellers who ever made one.
///
/// # Errors
/// The database is away.
pub fn of_many(tx: &mut TenantTx<'_>, sellers: &[UserId]) -> Result<Vec<(UserId, Timetable)>> {
    let ids = sellers.iter().map(|seller| seller.uuid());
    let rows: Vec<(Uuid, Row)> = timetables::table
        .filter(timetables::tenant_id.eq(tx.tenant().uuid()))
        .filter(timetables::seller_id.eq_any(ids))
        .select((timetables::seller_id, Row::as_select()))
        .load(tx.conn)?;
    let rows = rows.into_iter();
    rows.map(|(seller, row)| Ok((UserId::from_uuid(seller), row.timetable()?)))
        .collect()
}

/// Writes a seller's timetable.
///
/// # Errors
/// They don't sell, or the database is away.
pub fn put(tx: &mut TenantTx<'_>, seller: UserId, timetable: &Timetable, now: Moment) -> Result<()> {
    let row = Row::of(timetable)?;
    diesel::insert_into(timetables::table)
        .values((
            timetables::tenant_id.eq(tx.tenant().uuid()),
            timetables::seller_id.eq(seller.uuid()),
            timetables::updated_at.eq(At(now)),
            &row,
        ))
        .on_conflict((timetables::tenant_id, timetables::seller_id))
        .do_update()
        .set((timetables::updated_at.eq(At(now)), &row))
        .execute(tx.conn)?;
    Ok(())
}
