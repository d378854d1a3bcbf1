//! `timestamptz` columns as [`Moment`]s.

use crate::domain::time::Moment;
use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue, data_types::PgTimestamp},
    serialize::{self, Output, ToSql},
    sql_types::Timestamptz,
};

/// PostgreSQL counts from 2000-01-01; in milliseconds after the Unix epoch.
const POSTGRES_EPOCH_MS: i64 = 946_684_800_000;

/// A [`Moment`] on its way to or from the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Timestamptz)]
pub struct At(pub Moment);

impl FromSql<Timestamptz, Pg> for At {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let PgTimestamp(micros) = FromSql::<Timestamptz, Pg>::from_sql(value)?;
        Ok(Self(Moment(micros.div_euclid(1_000) + POSTGRES_EPOCH_MS)))
    }
}

impl ToSql<Timestamptz, Pg> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let micros = (self.0.0 - POSTGRES_EPOCH_MS)
            .checked_mul(1_000)
            .ok_or("an instant no calendar has")?;
        ToSql::<Timestamptz, Pg>::to_sql(&PgTimestamp(micros), &mut out.reborrow())
    }
}

impl From<At> for Moment {
    fn from(at: At) -> Self {
        at.0
    }
}
