//! Velvet: performers, in dollars.

use super::{Buyer, Cast, Seller, Service, service, talk, week};
use crate::domain::{
    booking::Agreement,
    policy::Increment,
    report::{PersonFault, TechnicalFault},
};

/// Performers, dollar.
pub const VELVET: Cast = Cast {
    slug: "velvet",
    name: "Velvet",
    theme: "velvet",
    currency: "USD",
    zone: "America/New_York",
    hidden: false,
    rate_bounds_minor: (50, 2_000),
    categories: &[
        ("music", "Music", "Musik"),
        ("magic", "Magic", "Zauberei"),
        ("comedy", "Comedy", "Comedy"),
        ("dance", "Dance", "Tanz"),
    ],
    sellers: &[
        Seller {
            local: "robot",
            name: "Robin the Robot",
            pictured: false,
            headline: "A mechanical act that always picks up",
            about: "I am a program. Ring me and the curtain opens at once: a moving test picture, and a hum with stage fright.\n\nThe credit is test money, and so is the bill.",
            languages: &["en"],
            category: None,
            week: None,
            services: &[service(
                "The test picture",
                "The whole show from ring to bill, with nobody behind the curtain.",
                99,
            )],
        },
        Seller {
            local: "nova",
            name: "Nova Reyes",
            pictured: true,
            headline: "Torch songs by request, one listener at a time",
            about: "Two albums, four hundred bars, one microphone. Tell me what kind of night it is and I sing it back to you.\n\nRequests are welcome, duets are better. I sing live, nothing is played from tape.",
            languages: &["en", "es"],
            category: Some("music"),
            week: week("America/New_York", "18:00-24:00", "18:00-24:00", "14:00-24:00"),
            services: &[
                service(
                    "A song for you",
                    "Name a mood or a song. I sing, you listen, we talk between songs if you like.",
                    299,
                ),
                Service {
                    title: "Voice lesson",
                    description: "Breath, range, nerve. Bring a song you can’t quite reach.",
                    rate_minor: 349,
                    increment: Increment::Minute,
                    minimum_minutes: 10,
                    grace_seconds: 0,
                    booking: Some((Agreement::Negotiated, 20)),
                },
            ],
        },
        Seller {
            local: "dex",
            name: "Dex Marlow",
            pictured: true,
            headline: "Close-up magic, closer than you think",
            about: "Coins, cards, your own wedding ring if you trust me. The camera sees everything, and you still won’t.",
            languages: &["en"],
            category: Some("magic"),
            week: week("America/Los_Angeles", "17:00-22:00", "15:00-23:00", "15:00-23:00"),
            services: &[Service {
                title: "Three tricks",
                description: "And a fourth if you ask nicely. The first half minute is on the house.",
                rate_minor: 199,
                increment: Increment::Block { seconds: 30 },
                minimum_minutes: 0,
                grace_seconds: 30,
                booking: Some((Agreement::Negotiated, 20)),
            }],
        },
        Seller {
            local: "odette",
            name: "Odette",
            pictured: true,
            headline: "Late-night cabaret, stories and piano",
            about: "I was told to leave the stage before I grow old on it. I took the piano with me.\n\nAsk for a story and you get a song; ask for a song and you get both.",
            languages: &["en", "fr"],
            category: Some("music"),
            week: week("America/New_York", "18:00-24:00", "18:00-24:00", "14:00-24:00"),
            services: &[service("One late set", "Piano, voice, a story that may be true.", 349)],
        },
        Seller {
            local: "kito",
            name: "Kito James",
            pictured: true,
            headline: "Stand-up. Bring a topic, leave with a bit",
            about: "You name it, I find what is funny about it, we polish it till it lands. Best man speeches rescued daily.",
            languages: &["en"],
            category: Some("comedy"),
            week: week("America/Los_Angeles", "17:00-22:00", "15:00-23:00", "15:00-23:00"),
            services: &[service("Punch it up", "Your speech, your toast, your tight five.", 150)],
        },
        Seller {
            local: "luz",
            name: "Luz Ferrante",
            pictured: true,
            headline: "Flamenco, taught or danced for you",
            about: "Clear two square metres and lift the rug. If the neighbours knock, we are doing it right.",
            languages: &["es", "en"],
            category: Some("dance"),
            week: week("America/New_York", "18:00-24:00", "18:00-24:00", "14:00-24:00"),
            services: &[service(
                "Flamenco hour",
                "Watch, clap, then dance. No shoes needed.",
                250,
            )],
        },
        Seller {
            local: "bart",
            name: "The Amazing Bartholomew",
            pictured: true,
            headline: "Mentalist. Think of a card, any card at all",
            about: "You were going to ask whether it is real. You will know after the third card.",
            languages: &["en"],
            category: Some("magic"),
            week: week("America/Los_Angeles", "17:00-22:00", "15:00-23:00", "15:00-23:00"),
            services: &[service(
                "I read your mind",
                "Think of a card, a city, a first love.",
                225,
            )],
        },
    ],
    buyers: &[
        Buyer {
            local: "casey",
            name: "Casey Brooks",
        },
        Buyer {
            local: "rowan",
            name: "Rowan Pike",
        },
        Buyer {
            local: "lee",
            name: "Lee Tanaka",
        },
    ],
    talks: &[
        talk(
            "casey",
            "nova",
            30,
            1_020,
            5,
            "She sang my parents’ wedding song for their anniversary. Nobody in the room was dry-eyed.",
        )
        .answered("Me neither. Give them my love."),
        talk(
            "rowan",
            "odette",
            54,
            760,
            5,
            "Better than any bar in town, and I was in my kitchen.",
        ),
        talk(
            "lee",
            "nova",
            101,
            505,
            5,
            "Warm, funny, on time. The picture was sharp the whole way.",
        ),
        talk(
            "casey",
            "dex",
            148,
            214,
            4,
            "I watched his hands the whole time. I have no idea.",
        ),
        talk(
            "lee",
            "kito",
            180,
            930,
            5,
            "My toast got a laugh where it had a silence.",
        )
        .reported("rowan"),
        talk("rowan", "luz", 222, 640, 4, ""),
        talk(
            "rowan",
            "dex",
            246,
            180,
            3,
            "The trick was great. The picture froze on it.",
        )
        .rated(
            &[TechnicalFault::Picture, TechnicalFault::Connection],
            "It froze twice.",
        )
        .followed_by("the-card.txt", "It was the seven of hearts. How?\n"),
        talk("casey", "kito", 270, 60, 5, "").rated(&[], ""),
        talk("lee", "bart", 294, 45, 1, "No sense of humour.")
            .ended_in(PersonFault::Harassment, "Shouted at me until I hung up."),
    ],
};
