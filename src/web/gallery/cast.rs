//! The people and prices the samples show, by demo tenant.

use crate::web::pages::views::{
    Amount, CardService, Increment, Person, Presence, Rating, Reply, Review, ReviewLink, SellerCard,
};
use jiff::{Timestamp, ToSpan as _};
use uuid::Uuid;

/// A tenant's people and words.
pub struct Cast {
    /// The theme's key.
    pub theme: &'static str,
    /// The tenant's name.
    pub tenant: &'static str,
    /// Its currency.
    pub currency: &'static str,
    /// Its zone.
    pub zone: &'static str,
    /// Who buys.
    pub buyer: &'static str,
    /// Who sells.
    pub sellers: Vec<Seller>,
    /// The first seller's text.
    pub about: &'static str,
    /// Titles and descriptions of the first seller's services.
    pub services: [(&'static str, &'static str); 2],
    /// What buyers wrote.
    pub reviews: [(&'static str, &'static str); 3],
}

/// Somebody who sells.
pub struct Seller {
    name: &'static str,
    face: &'static str,
    headline: &'static str,
    rate: i64,
    presence: Presence,
    rating: (u32, u32),
}

const fn seller(
    name: &'static str,
    face: &'static str,
    headline: &'static str,
    rate: i64,
    presence: Presence,
    rating: (u32, u32),
) -> Seller {
    Seller {
        name,
        face,
        headline,
        rate,
        presence,
        rating,
    }
}

impl Cast {
    /// An amount in the tenant's currency.
    pub fn amount(&self, minor: i64) -> Amount {
        Amount::new(minor, self.currency)
    }

    /// The `nth` seller's face and name.
    pub fn person(&self, nth: usize) -> Person {
        let seller = &self.sellers[nth];
        let photo = (!seller.face.is_empty()).then(|| format!("/assets/{}/people/{}.svg", self.theme, seller.face));
        Person::new(seller.name, photo)
    }

    /// The `nth` seller's card.
    pub fn card(&self, nth: usize) -> SellerCard {
        let seller = &self.sellers[nth];
        SellerCard {
            id: Uuid::from_u128(nth as u128 + 1),
            person: self.person(nth),
            snapshot_url: None,
            headline: seller.headline.to_owned(),
            languages: vec!["en".to_owned(), "de".to_owned()],
            service: Some(CardService {
                id: Uuid::from_u128(nth as u128 + 100),
                title: self.services[0].0.to_owned(),
                price: self.amount(seller.rate),
                by_minute: true,
                increment: Increment::Minute,
            }),
            rating: Rating {
                average_tenths: seller.rating.0,
                count: seller.rating.1,
            },
            presence: seller.presence,
            available_until: Some(now() + 3.hours()),
            // One of them can't be booked, one only in a while.
            next_free: (nth % 4 != 3).then(|| now() + (20 * (nth as i64 + 1) + 1).hours()),
            next_is_soon: nth < 7,
        }
    }

    /// The `nth` seller's card, if they only delivered.
    pub fn writer(&self, nth: usize) -> SellerCard {
        let card = self.card(nth);
        SellerCard {
            service: card.service.map(|service| CardService {
                price: self.amount(4_900),
                by_minute: false,
                ..service
            }),
            presence: Presence::Orders,
            next_free: None,
            ..card
        }
    }

    /// Cards of everybody in this state.
    pub fn cards(&self, presence: Presence) -> Vec<SellerCard> {
        (0..self.sellers.len())
            .filter(|nth| self.sellers[*nth].presence == presence)
            .map(|nth| self.card(nth))
            .collect()
    }

    /// What buyers wrote, about the first three sellers where `about` asks for it.
    pub fn written(&self, about: bool) -> Vec<Review> {
        let stars = [5, 5, 4];
        let review = |(nth, (author, text)): (usize, &(&str, &str))| Review {
            id: Uuid::from_u128(nth as u128 + 1),
            reply: (nth == 0 && !about).then(|| Reply {
                author: self.person(0).name,
                text: "Thank you. It was a good conversation, and the papers were in order.".to_owned(),
                at: now() - 30.hours(),
            }),
            link: (!about).then_some(ReviewLink::Report),
            author: (*author).to_owned(),
            about: about.then(|| self.person(nth)),
            about_id: about.then(|| Uuid::from_u128(nth as u128 + 1)),
            stars: stars[nth],
            text: (*text).to_owned(),
            at: now() - (24 * (nth as i64 + 2)).hours(),
        };
        self.reviews.iter().enumerate().map(review).collect()
    }
}

/// The samples' present.
pub fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH + 495_000.hours()
}

/// The platform itself, where nobody sells.
pub fn platform() -> Cast {
    Cast {
        theme: "default",
        tenant: "Tallyroom",
        sellers: Vec::new(),
        ..lumen()
    }
}

/// Advisers, euro.
pub fn lumen() -> Cast {
    use Presence::{Available, Away, InCall};
    Cast {
        theme: "lumen",
        tenant: "Lumen",
        currency: "EUR",
        zone: "Europe/Berlin",
        buyer: "Jonas Winter",
        sellers: vec![
            seller(
                "Mira Sand",
                "mira",
                "Tax questions for freelancers and founders",
                180,
                Available,
                (49, 212),
            ),
            seller(
                "Dr. Paul Okafor",
                "paul",
                "Tenancy and neighbour law, in plain words",
                240,
                Available,
                (48, 167),
            ),
            seller(
                "Ines Carvalho",
                "ines",
                "Career moves, salary talks, difficult bosses",
                150,
                Available,
                (50, 84),
            ),
            seller(
                "Henrik Dahl",
                "henrik",
                "Pensions and investing without the noise",
                210,
                InCall,
                (47, 131),
            ),
            seller(
                "Aylin Demir",
                "aylin",
                "Moving to Germany: permits, offices, insurance",
                120,
                Away,
                (49, 298),
            ),
            seller(
                "Marguerite Lefèvre-Montgolfier",
                "marguerite",
                "Inheritance and family law, with patience and a clear head",
                260,
                Away,
                (0, 0),
            ),
        ],
        about: "I have done the books of freelancers for eleven years, and I know which letters from the tax office matter and which can wait.\n\nBring the letter, the invoice or just the question. Most things are clear after ten minutes; if yours isn’t, I say so early and tell you who can help.",
        services: [
            (
                "Tax questions",
                "VAT, income tax, letters from the office. Show me the paper on camera and we read it together.",
            ),
            (
                "Founding a company",
                "Which form, which office first, what it costs in the first year.",
            ),
        ],
        reviews: [
            (
                "Jonas W.",
                "Twelve minutes, and a letter I had been afraid of for three weeks was answered.",
            ),
            (
                "Petra L.",
                "Told me right away that I needed a different form. Honest and quick.",
            ),
            (
                "Samir A.",
                "Clear, friendly, no wasted minutes. The bill explained every one of them.",
            ),
        ],
    }
}

/// Performers, dollar.
pub fn velvet() -> Cast {
    use Presence::{Available, Away, InCall};
    Cast {
        theme: "velvet",
        tenant: "Velvet",
        currency: "USD",
        zone: "America/New_York",
        buyer: "Casey Brooks",
        sellers: vec![
            seller(
                "Nova Reyes",
                "nova",
                "Torch songs by request, one listener at a time",
                299,
                Available,
                (49, 512),
            ),
            seller(
                "Dex Marlow",
                "dex",
                "Close-up magic, closer than you think",
                199,
                Available,
                (47, 238),
            ),
            seller(
                "Odette",
                "odette",
                "Late-night cabaret, stories and piano",
                349,
                Available,
                (50, 97),
            ),
            seller(
                "Kito James",
                "kito",
                "Stand-up. Bring a topic, leave with a bit",
                150,
                InCall,
                (46, 184),
            ),
            seller(
                "Luz Ferrante",
                "luz",
                "Flamenco, taught or danced for you",
                250,
                Away,
                (48, 76),
            ),
            seller(
                "The Amazing Bartholomew",
                "bart",
                "Mentalist. Think of a card, any card at all",
                225,
                Away,
                (0, 0),
            ),
        ],
        about: "Two albums, four hundred bars, one microphone. Tell me what kind of night it is and I sing it back to you.\n\nRequests are welcome, duets are better. I sing live, nothing is played from tape.",
        services: [
            (
                "A song for you",
                "Name a mood or a song. I sing, you listen, we talk between songs if you like.",
            ),
            (
                "Voice lesson",
                "Breath, range, nerve. Bring a song you can’t quite reach.",
            ),
        ],
        reviews: [
            (
                "Casey B.",
                "She sang my parents’ wedding song for their anniversary. Nobody in the room was dry-eyed.",
            ),
            ("Robin", "Better than any bar in town, and I was in my kitchen."),
            ("Lee T.", "Warm, funny, on time. The picture was sharp the whole way."),
        ],
    }
}
