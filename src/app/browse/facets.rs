//! What a search can be narrowed to, and how many sellers each choice leaves.

use crate::{
    domain::ids::CategoryId,
    store::seller_search::{Candidate, Priced},
};
use std::collections::HashMap;

/// Ratings that can be asked for, in tenths.
const RATINGS: [u32; 3] = [45, 40, 30];
/// Most languages that are told.
const MOST_LANGUAGES: usize = 30;

/// What narrows a search besides words and times.
#[derive(Clone, Debug, Default)]
pub(super) struct Narrowing {
    /// Only what is talked about by video.
    pub talks: bool,
    pub category: Option<CategoryId>,
    pub language: Option<String>,
    pub least_minor: Option<i64>,
    pub highest_minor: Option<i64>,
    pub rating_tenths: Option<u32>,
}

/// One of the ways to narrow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Category,
    Language,
    Price,
    Rating,
}

impl Narrowing {
    /// Whether somebody is all of it.
    pub fn fits(&self, candidate: &Candidate) -> bool {
        self.fits_but(None, candidate)
    }

    /// What somebody asks a minute for the cheapest of their services that is looked for, minor units; none where all of
    /// it is delivered.
    pub fn rate(&self, candidate: &Candidate) -> Option<i64> {
        let fitting = candidate.offers.iter().filter(|offer| self.fits_offer(None, offer));
        fitting.filter_map(|offer| offer.rate_minor).min()
    }

    fn fits_offer(&self, but: Option<By>, offer: &Priced) -> bool {
        let filed = but == Some(By::Category) || self.category.is_none_or(|category| offer.category == Some(category));
        let rate = |fits: &dyn Fn(i64) -> bool| offer.rate_minor.is_some_and(fits);
        let priced = but == Some(By::Price)
            || self.least_minor.is_none_or(|least| rate(&|minor| minor >= least))
                && self.highest_minor.is_none_or(|highest| rate(&|minor| minor <= highest));
        filed && priced && (!self.talks || offer.rate_minor.is_some())
    }

    fn fits_but(&self, but: Option<By>, candidate: &Candidate) -> bool {
        let speaks = |language: &String| candidate.languages.contains(language);
        let spoken = but == Some(By::Language) || self.language.as_ref().is_none_or(speaks);
        let rated = but == Some(By::Rating) || self.rating_tenths.is_none_or(|least| candidate.rating_tenths >= least);
        spoken && rated && candidate.offers.iter().any(|offer| self.fits_offer(but, offer))
    }
}

/// How many sellers each choice would leave, with everything else as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// By category.
    pub categories: HashMap<CategoryId, usize>,
    /// By language's ISO code, the most spoken first.
    pub languages: Vec<(String, usize)>,
    /// By price of a minute, the lowest first; none where prices hardly differ.
    pub rates: Vec<Band>,
    /// By least rating in tenths, the best first.
    pub ratings: Vec<(u32, usize)>,
}

/// Prices from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// At least, minor units; none for the lowest.
    pub least_minor: Option<i64>,
    /// At most, minor units; none for the highest.
    pub highest_minor: Option<i64>,
    /// Sellers with something at such a price.
    pub count: usize,
}

impl Facets {
    /// Of everybody whom the words found.
    pub(super) fn count(found: &[Candidate], narrowing: &Narrowing) -> Self {
        let but = |by: By| found.iter().filter(move |one| narrowing.fits_but(Some(by), one));
        let mut categories: HashMap<CategoryId, usize> = HashMap::new();
        for candidate in but(By::Category) {
            let offers = candidate.offers.iter();
            let fitting = offers.filter(|offer| narrowing.fits_offer(Some(By::Category), offer));
            let mut filed: Vec<CategoryId> = fitting.filter_map(|offer| offer.category).collect();
            filed.sort_unstable();
            filed.dedup();
            filed
                .into_iter()
                .for_each(|category| *categories.entry(category).or_default() += 1);
        }
        let mut languages: HashMap<&str, usize> = HashMap::new();
        let spoken = but(By::Language).flat_map(|candidate| &candidate.languages);
        spoken.for_each(|language| *languages.entry(language).or_default() += 1);
        let mut languages: Vec<(String, usize)> = (languages.into_iter())
            .map(|(language, count)| (language.to_owned(), count))
            .collect();
        languages.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        languages.truncate(MOST_LANGUAGES);
        let ratings = RATINGS.map(|least| {
            let rated = but(By::Rating).filter(|one| one.rating_tenths >= least);
            (least, rated.count())
        });
        let priced = but(By::Price).map(|candidate| {
            let offers = candidate.offers.iter();
            let fitting = offers.filter(|offer| narrowing.fits_offer(Some(By::Price), offer));
            fitting.filter_map(|offer| offer.rate_minor).collect()
        });
        Self {
            categories,
            languages,
            rates: bands(&priced.collect::<Vec<Vec<i64>>>()),
            ratings: ratings.to_vec(),
        }
    }
}

/// Three bands of prices with about as many sellers in each, by what each asks.
fn bands(priced: &[Vec<i64>]) -> Vec<Band> {
    let mut lowest: Vec<i64> = priced.iter().filter_map(|rates| rates.iter().min().copied()).collect();
    lowest.sort_unstable();
    let at = |third: usize| lowest.get(lowest.len() * third / 3).map(|rate| round(*rate));
    let (Some(low), Some(high)) = (at(1), at(2)) else {
        return Vec::new();
    };
    if lowest.first() >= Some(&low) || low >= high {
        return Vec::new();
    }
    let band = |least_minor: Option<i64>, highest_minor: Option<i64>| {
        let within = |rate: &i64| {
            least_minor.is_none_or(|least| *rate >= least) && highest_minor.is_none_or(|most| *rate <= most)
        };
        Band {
            least_minor,
            highest_minor,
            count: priced.iter().filter(|rates| rates.iter().any(within)).count(),
        }
    };
    vec![
        band(None, Some(low)),
        band(Some(low), Some(high)),
        band(Some(high), None),
    ]
}

/// To two digits, as people name prices.
fn round(rate: i64) -> i64 {
    let mut unit = 1;
    while rate / unit >= 100 {
        unit *= 10;
    }
    (rate + unit / 2) / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::UserId;

    fn candidate(offers: &[(Option<CategoryId>, i64)], languages: &[&str], rating_tenths: u32) -> Candidate {
        Candidate {
            seller: UserId::new(),
            relevance: 0,
            offers: (offers.iter())
                .map(|(category, rate_minor)| Priced {
                    category: *category,
                    rate_minor: (*rate_minor > 0).then_some(*rate_minor),
                })
                .collect(),
            languages: languages.iter().map(|&code| code.to_owned()).collect(),
            rating_tenths,
            score: 0,
        }
    }

    #[test]
    fn each_choice_is_counted_with_everything_else_as_it_is() {
        let (law, music) = (CategoryId::new(), CategoryId::new());
        let found = [
            candidate(&[(Some(law), 100), (Some(music), 300)], &["en", "de"], 48),
            candidate(&[(Some(law), 250)], &["en"], 0),
            candidate(&[(Some(music), 150)], &["fr"], 41),
            candidate(&[(None, 90)], &[], 30),
        ];
        let cheap_law = Narrowing {
            category: Some(law),
            highest_minor: Some(200),
            ..Narrowing::default()
        };
        let fitting: Vec<bool> = found.iter().map(|one| cheap_law.fits(one)).collect();
        assert_eq!(fitting, [true, false, false, false]);
        assert_eq!(cheap_law.rate(&found[0]), Some(100));
        let facets = Facets::count(&found, &cheap_law);
        // Music below 2.00 is one: the first one's music is dearer.
        assert_eq!(facets.categories, HashMap::from([(law, 1), (music, 1)]));
        assert_eq!(facets.languages, [("de".to_owned(), 1), ("en".to_owned(), 1)]);
        assert_eq!(facets.ratings, [(45, 1), (40, 1), (30, 1)]);
        let all = Facets::count(&found, &Narrowing::default());
        assert_eq!(all.languages[0], ("en".to_owned(), 2));
        assert_eq!(all.ratings, [(45, 1), (40, 2), (30, 3)]);
    }

    #[test]
    fn a_price_and_a_category_are_of_the_same_service() {
        let (law, music) = (CategoryId::new(), CategoryId::new());
        let both = candidate(&[(Some(law), 100), (Some(music), 300)], &[], 0);
        let cheap_music = Narrowing {
            category: Some(music),
            highest_minor: Some(200),
            ..Narrowing::default()
        };
        assert!(!cheap_music.fits(&both));
        assert_eq!(cheap_music.rate(&both), None);
    }

    #[test]
    fn a_delivery_has_no_price_of_a_minute_and_is_no_talk() {
        let (law, music) = (CategoryId::new(), CategoryId::new());
        let found = [
            candidate(&[(Some(law), 0), (Some(music), 300)], &[], 0),
            candidate(&[(Some(law), 0)], &[], 0),
        ];
        let fitting = |narrowing: &Narrowing| found.iter().map(|one| narrowing.fits(one)).collect::<Vec<_>>();
        let mut law = Narrowing {
            category: Some(law),
            ..Narrowing::default()
        };
        assert_eq!(fitting(&law), [true, true]);
        assert_eq!(law.rate(&found[0]), None);
        law.talks = true;
        assert_eq!(fitting(&law), [false, false]);
        let cheap = Narrowing {
            highest_minor: Some(1_000),
            ..Narrowing::default()
        };
        assert_eq!(fitting(&cheap), [true, false]);
        assert_eq!([found[0].talks(), found[1].talks()], [true, false]);
    }

    #[test]
    fn prices_fall_into_three_bands_or_none() {
        let rates = |rates: &[i64]| bands(&rates.iter().map(|rate| vec![*rate]).collect::<Vec<_>>());
        assert_eq!(rates(&[]), []);
        assert_eq!(rates(&[100, 100, 100]), []);
        let three = rates(&[50, 80, 118, 150, 203, 900]);
        let bounds: Vec<_> = three
            .iter()
            .map(|band| (band.least_minor, band.highest_minor))
            .collect();
        assert_eq!(bounds, [(None, Some(120)), (Some(120), Some(200)), (Some(200), None)]);
        assert_eq!(three.iter().map(|band| band.count).collect::<Vec<_>>(), [3, 1, 2]);
    }
}
