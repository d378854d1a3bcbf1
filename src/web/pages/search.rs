//! `/search`: everybody who is what somebody looks for. All of it stands in the address.

use super::{
    cards::cards,
    reader_zone, render, render_as,
    typed::{major, minor},
    views::{Amount, CategoryOption, CountedOption, Field, Message, PriceOption, SearchPage},
};
use crate::{
    app::{
        browse::{self, Band, Category, Found, MOST_QUERY_CHARS, Sort, Typed, Wish},
        identity::Viewer,
    },
    domain::{money::Currency, time::Moment},
    error::{self, Error, Kind},
    web::{Result, Site, Web},
};
use actix_web::{
    HttpResponse, get,
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue},
    },
    web::{Data, Query, ServiceConfig},
};
use jiff::{ToSpan as _, civil::Date};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

/// Tells htmx where the page is that it asked for.
const REPLACE_URL: HeaderName = HeaderName::from_static("hx-replace-url");
/// Days that can be chosen.
const DAYS: i64 = 14;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(search);
}

/// What the address says, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    category: String,
    language: String,
    min: String,
    max: String,
    rating: String,
    available: String,
    free: String,
    at: String,
    sort: String,
    page: u32,
}

impl Asked {
    /// Everybody in a category.
    pub fn in_category(slug: &str) -> Self {
        Self {
            category: slug.to_owned(),
            ..Self::default()
        }
    }

    /// The address of its `page`-th page.
    pub fn address(&self, page: u32) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        let said = self.said().into_iter().chain([("page", page.as_str())]);
        let mut asked = Serializer::new(String::new());
        asked.extend_pairs(said.filter(|(_, value)| !value.is_empty()));
        match asked.finish() {
            asked if asked.is_empty() => "/search".to_owned(),
            asked => format!("/search?{asked}"),
        }
    }

    fn said(&self) -> [(&'static str, &str); 10] {
        [
            ("q", &self.q),
            ("category", &self.category),
            ("language", &self.language),
            ("min", &self.min),
            ("max", &self.max),
            ("rating", &self.rating),
            ("available", &self.available),
            ("free", &self.free),
            ("at", &self.at),
            ("sort", &self.sort),
        ]
    }

    /// It looks for something, and not for everybody.
    fn is_narrow(&self) -> bool {
        self.said()
            .iter()
            .any(|(name, value)| *name != "sort" && !value.trim().is_empty())
    }

    fn typed(&self, currency: Currency) -> error::Result<Typed<'_>> {
        let price = |field: &'static str, text: &str| match text.trim() {
            "" => Ok(None),
            text => minor(text, currency)
                .map(Some)
                .ok_or_else(|| Error::field(field, "Write a price like 1.80.")),
        };
        let rating = match self.rating.trim() {
            "" => None,
            // Whatever isn't a rating is out of bounds.
            text => Some(super::typed::whole(text).unwrap_or_default()),
        };
        Ok(Typed {
            query: &self.q,
            category: &self.category,
            language: &self.language,
            least_minor: price("min_minor", &self.min)?,
            highest_minor: price("max_minor", &self.max)?,
            rating_tenths: rating,
            available: !self.available.is_empty(),
            day: &self.free,
            at: &self.at,
            sort: &self.sort,
        })
    }
}

#[get("/search")]
async fn search(
    web: Data<Web>,
    site: Site,
    viewer: Option<Viewer>,
    Query(asked): Query<Asked>,
) -> Result<HttpResponse> {
    let (zone, now, currency) = (reader_zone(&site, viewer.as_ref()), web.app.now(), site.tenant.currency);
    let page = asked.page.max(1);
    let wish = (asked.typed(currency)).and_then(|typed| Wish::of(&typed, &zone, now));
    let today = zone.date(now);
    match wish {
        Ok(wish) => {
            let found = browse::search(&web.app, &site.scope, viewer.as_ref(), wish, page).await?;
            let view = view(&site, &asked, found, today, now);
            let mut page = render(&site, viewer.as_ref(), &view)?;
            // A page that changes while somebody types is at the address that leads to it again.
            if let Ok(address) = HeaderValue::from_str(&asked.address(asked.page)) {
                page.headers_mut().insert(REPLACE_URL, address);
            }
            Ok(page)
        }
        Err(error) if matches!(error.kind, Kind::Invalid { .. }) => {
            // What can be chosen, with what is wrong beside what was typed.
            let wish = Wish {
                query: asked.q.trim().chars().take(MOST_QUERY_CHARS).collect(),
                ..Wish::default()
            };
            let choices = browse::search(&web.app, &site.scope, viewer.as_ref(), wish, 1).await?;
            let nobody = Found {
                sellers: Vec::new(),
                total: 0,
                more: false,
                ..choices
            };
            let mut view = view(&site, &asked, nobody, today, now);
            tell(&mut view, &error);
            render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, viewer.as_ref(), &view)
        }
        Err(error) => Err(error.into()),
    }
}

/// Says what is wrong, beside its field where there is one.
fn tell(view: &mut SearchPage, error: &Error) {
    let message = Message::new(error.public.clone());
    let field = match error.kind {
        Kind::Invalid { field } => field.unwrap_or_default(),
        _ => "",
    };
    view.wrong = true;
    match field {
        "min_minor" => view.min.error = Some(message),
        "max_minor" => view.max.error = Some(message),
        "at" => view.at.error = Some(message),
        "free" => view.free.error = Some(message),
        _ => view.error = Some(message),
    }
}

fn view(site: &Site, asked: &Asked, found: Found, today: Date, now: Moment) -> SearchPage {
    let page = asked.page.max(1);
    let categories = filed(&found, &asked.category);
    let Found {
        sellers,
        total,
        cut,
        more,
        similar,
        facets,
        ..
    } = found;
    let currency = site.tenant.currency;
    SearchPage {
        query: asked.q.clone(),
        category: asked.category.clone(),
        language: asked.language.clone(),
        rating: asked.rating.clone(),
        available: !asked.available.is_empty(),
        sort: if asked.sort.is_empty() {
            Sort::Best.name().to_owned()
        } else {
            asked.sort.clone()
        },
        sorts: Sort::ALL.map(Sort::name).to_vec(),
        min: Field::of(asked.min.clone()),
        max: Field::of(asked.max.clone()),
        free: Field::of(asked.free.clone()),
        at: Field::of(asked.at.clone()),
        days: days(today, &asked.free),
        categories,
        languages: counted(facets.languages, &asked.language),
        ratings: counted(
            facets
                .ratings
                .into_iter()
                .map(|(least, count)| (least.to_string(), count)),
            &asked.rating,
        ),
        prices: (facets.rates.into_iter())
            .map(|band| price(asked, band, currency))
            .collect(),
        more_url: more.then(|| asked.address(page.saturating_add(1))),
        back_url: (page > 1).then(|| asked.address(page - 1)),
        narrowed: asked.is_narrow(),
        sellers: cards(&site.tenant, &sellers, now),
        total: number(total),
        cut,
        similar,
        now: now.timestamp(),
        wrong: false,
        error: None,
    }
}

/// The days after tomorrow, and the one that is chosen, whichever.
fn days(today: Date, chosen: &str) -> Vec<Date> {
    let mut days: Vec<Date> = (2..DAYS).map(|ahead| today.saturating_add(ahead.days())).collect();
    if let Ok(chosen) = chosen.trim().parse()
        && !days.contains(&chosen)
    {
        days.push(chosen);
    }
    days
}

/// Those with somebody in them, and the one that is chosen.
fn filed(found: &Found, chosen: &str) -> Vec<CategoryOption> {
    let option = |(category, count): (&Category, usize)| CategoryOption {
        count: number(count),
        slug: category.slug.clone(),
        names: category.names.clone(),
    };
    let mut options: Vec<CategoryOption> = found.filed().map(option).collect();
    options.retain(|option| option.count > 0 || option.slug == chosen);
    options
}

/// The same of languages and ratings.
fn counted(choices: impl IntoIterator<Item = (String, usize)>, chosen: &str) -> Vec<CountedOption> {
    let mut options: Vec<CountedOption> = (choices.into_iter())
        .map(|(value, count)| CountedOption {
            tenths: super::typed::whole(&value).unwrap_or(0),
            value,
            count: number(count),
        })
        .collect();
    options.retain(|option| option.count > 0 || option.value == chosen);
    options
}

fn price(asked: &Asked, band: Band, currency: Currency) -> PriceOption {
    let typed = |minor: Option<i64>| minor.map(|minor| major(minor, currency)).unwrap_or_default();
    let narrowed = Asked {
        min: typed(band.least_minor),
        max: typed(band.highest_minor),
        ..asked.clone()
    };
    let amount = |minor| Amount::new(minor, currency.code());
    let chosen = (&narrowed.min, &narrowed.max) == (&asked.min, &asked.max);
    PriceOption {
        least: band.least_minor.map(amount),
        highest: band.highest_minor.map(amount),
        count: number(band.count),
        chosen,
        // Chosen again, it is given up.
        url: match chosen {
            true => Asked {
                min: String::new(),
                max: String::new(),
                ..asked.clone()
            },
            false => narrowed,
        }
        .address(1),
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
