//! Which sellers somebody looks for. The database's own function looks: policies keep what it looks with out of indexes.

use super::TenantTx;
use crate::{
    domain::ids::{CategoryId, UserId},
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Array, BigInt, Float, Integer, Nullable, Text, Uuid as SqlUuid},
};
use uuid::Uuid;

/// What is looked for; what is none says nothing.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// All of these words.
    pub words: Option<String>,
    /// Words as similar as this will do, 0 to 1; without, only what is spelled like them, or begins like that.
    pub likeness: Option<f32>,
    /// Something is filed there.
    pub category: Option<CategoryId>,
    /// They speak it: its ISO code.
    pub language: Option<String>,
    /// Something costs at least that a minute, minor units.
    pub least_minor: Option<i64>,
    /// Something costs at most that a minute, minor units.
    pub highest_minor: Option<i64>,
    /// Rated at least so: 48 is 4.8.
    pub rating_tenths: Option<u32>,
    /// Only these.
    pub only: Option<Vec<UserId>>,
    /// At most so many.
    pub most: usize,
}

/// Somebody who was found, with what they can be narrowed and sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub seller: UserId,
    /// How well the words fit: coarse, more is better.
    pub relevance: i32,
    /// Their published services, the cheapest first, what is delivered last.
    pub offers: Vec<Priced>,
    /// Spoken languages, as ISO codes.
    pub languages: Vec<String>,
    /// 48 is 4.8; zero without ratings.
    pub rating_tenths: u32,
    /// Thousandths of a star, with few votes counting little.
    pub score: i64,
}

impl Candidate {
    /// Something of theirs is talked about by video.
    pub fn talks(&self) -> bool {
        self.offers.iter().any(|offer| offer.rate_minor.is_some())
    }
}

/// A service's place and price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priced {
    /// Where it is filed.
    pub category: Option<CategoryId>,
    /// Price of a minute, minor units; none of what is delivered.
    pub rate_minor: Option<i64>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    seller_id: Uuid,
    #[diesel(sql_type = Integer)]
    relevance: i32,
    #[diesel(sql_type = Array<SqlUuid>)]
    categories: Vec<Uuid>,
    #[diesel(sql_type = Array<BigInt>)]
    rates: Vec<i64>,
    #[diesel(sql_type = Array<Text>)]
    languages: Vec<String>,
    #[diesel(sql_type = BigInt)]
    rating_tenths: i64,
    #[diesel(sql_type = BigInt)]
    score: i64,
}

impl Row {
    fn candidate(self) -> Result<Candidate> {
        if self.categories.len() != self.rates.len() {
            return Err(Error::internal(anyhow!(
                "{} has services without prices",
                self.seller_id
            )));
        }
        let offers = self.categories.into_iter().zip(self.rates);
        Ok(Candidate {
            seller: UserId::from_uuid(self.seller_id),
            relevance: self.relevance,
            offers: offers
                .map(|(category, rate_minor)| Priced {
                    category: (!category.is_nil()).then(|| CategoryId::from_uuid(category)),
                    rate_minor: (rate_minor >= 0).then_some(rate_minor),
                })
                .collect(),
            languages: self.languages,
            rating_tenths: u32::try_from(self.rating_tenths).map_err(Error::internal)?,
            score: self.score,
        })
    }
}

/// Who that is, the most relevant and then the best first. Of more than `most` those with the best scores are told, or
/// some, where similar words do.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, query: &Query) -> Result<Vec<Candidate>> {
    let only: Option<Vec<Uuid>> = (query.only.as_ref()).map(|ids| ids.iter().map(|id| id.uuid()).collect());
    let rows: Vec<Row> = sql_query("SELECT * FROM search_sellers($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind::<Nullable<Text>, _>(&query.words)
        .bind::<Nullable<Float>, _>(query.likeness)
        .bind::<Nullable<SqlUuid>, _>(query.category.map(CategoryId::uuid))
        .bind::<Nullable<Text>, _>(&query.language)
        .bind::<Nullable<BigInt>, _>(query.least_minor)
        .bind::<Nullable<BigInt>, _>(query.highest_minor)
        .bind::<Nullable<BigInt>, _>(query.rating_tenths.map(i64::from))
        .bind::<Nullable<Array<SqlUuid>>, _>(only)
        .bind::<Integer, _>(i32::try_from(query.most).map_err(Error::internal)?)
        .load(tx.conn)?;
    rows.into_iter().map(Row::candidate).collect()
}
