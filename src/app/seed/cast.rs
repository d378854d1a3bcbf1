//! The demo's tenants and people: data only.

use crate::domain::policy::Increment;

/// A tenant of the demo.
pub struct Cast {
    /// Its subdomain; mail addresses end in `@{slug}.example`.
    pub slug: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its theme.
    pub theme: &'static str,
    /// Its currency.
    pub currency: &'static str,
    /// Its zone.
    pub zone: &'static str,
    /// Shown in no list.
    pub hidden: bool,
    /// Least and most a seller may ask a minute.
    pub rate_bounds_minor: (i64, i64),
    /// Who sells.
    pub sellers: &'static [Seller],
    /// Who buys.
    pub buyers: &'static [Buyer],
    /// Calls they had.
    pub talks: &'static [Talk],
}

/// Somebody who sells.
pub struct Seller {
    /// Mail address before the `@`.
    pub local: &'static str,
    /// Public name.
    pub name: &'static str,
    /// Has a picture of that name among the theme's people.
    pub pictured: bool,
    /// One line.
    pub headline: &'static str,
    /// A few paragraphs.
    pub about: &'static str,
    /// Spoken languages.
    pub languages: &'static [&'static str],
    /// What they offer.
    pub services: &'static [Service],
}

/// Something they offer.
pub struct Service {
    /// Its name.
    pub title: &'static str,
    /// What one gets.
    pub description: &'static str,
    /// Price of a minute.
    pub rate_minor: i64,
    /// What is charged at once.
    pub increment: Increment,
    /// Least minutes that are charged.
    pub minimum_minutes: u32,
    /// Free seconds at the start.
    pub grace_seconds: u32,
}

/// Somebody who buys.
pub struct Buyer {
    /// Mail address before the `@`.
    pub local: &'static str,
    /// Public name.
    pub name: &'static str,
}

/// A call that took place.
pub struct Talk {
    /// Whose wallet paid; [`Buyer::local`].
    pub buyer: &'static str,
    /// Who was rung, about the first service; [`Seller::local`].
    pub seller: &'static str,
    /// How long ago.
    pub hours_ago: i64,
    /// How long they talked.
    pub seconds: i64,
    /// What the buyer said afterwards.
    pub review: Option<(i16, &'static str)>,
}

const fn service(title: &'static str, description: &'static str, rate_minor: i64) -> Service {
    let (increment, minimum_minutes, grace_seconds) = (Increment::Minute, 0, 0);
    Service {
        title,
        description,
        rate_minor,
        increment,
        minimum_minutes,
        grace_seconds,
    }
}

const fn talk(
    buyer: &'static str,
    seller: &'static str,
    hours_ago: i64,
    seconds: i64,
    stars: i16,
    words: &'static str,
) -> Talk {
    Talk {
        buyer,
        seller,
        hours_ago,
        seconds,
        review: Some((stars, words)),
    }
}

/// Advisers, euro.
pub const LUMEN: Cast = Cast {
    slug: "lumen",
    name: "Lumen",
    theme: "lumen",
    currency: "EUR",
    zone: "Europe/Berlin",
    hidden: false,
    rate_bounds_minor: (20, 1_000),
    sellers: &[
        Seller {
            local: "robot",
            name: "Robin the Robot",
            pictured: false,
            headline: "Answers by itself, so that you can try a paid call alone",
            about: "I am a program. Ring me and I accept at once, show a moving test picture and hum something like speech.\n\nCheck your picture and sound, press connect, and watch the minutes and your wallet. The credit is test money, and so is the bill.",
            languages: &["en"],
            services: &[service(
                "A test call",
                "Everything a real call has, with a test picture on the other side.",
                120,
            )],
        },
        Seller {
            local: "mira",
            name: "Mira Sand",
            pictured: true,
            headline: "Tax questions for freelancers and founders",
            about: "I have done the books of freelancers for eleven years, and I know which letters from the tax office matter and which can wait.\n\nBring the letter, the invoice or just the question. Most things are clear after ten minutes; if yours isn’t, I say so early and tell you who can help.",
            languages: &["de", "en"],
            services: &[
                service(
                    "Tax questions",
                    "VAT, income tax, letters from the office. Show me the paper on camera and we read it together.",
                    180,
                ),
                Service {
                    title: "Founding a company",
                    description: "Which form, which office first, what it costs in the first year.",
                    rate_minor: 220,
                    increment: Increment::Minute,
                    minimum_minutes: 10,
                    grace_seconds: 60,
                },
            ],
        },
        Seller {
            local: "paul",
            name: "Dr. Paul Okafor",
            pictured: true,
            headline: "Tenancy and neighbour law, in plain words",
            about: "Notice period, deposit, noise, mould: most quarrels at home follow a few rules, and I explain the one that is yours.\n\nHave your contract at hand. I tell you what a court would most likely say, and what a friendly letter can do before that.",
            languages: &["en", "de"],
            services: &[service(
                "Tenancy law",
                "Your contract, your landlord, your rights. Ten minutes settle most questions.",
                240,
            )],
        },
        Seller {
            local: "ines",
            name: "Ines Carvalho",
            pictured: true,
            headline: "Career moves, salary talks, difficult bosses",
            about: "Twelve years in human resources on the other side of the table. Now I sit on yours.\n\nWe rehearse the talk you are afraid of until it is boring.",
            languages: &["en", "pt", "es"],
            services: &[
                Service {
                    title: "Rehearse a salary talk",
                    description: "I play your boss. You find the sentence that works.",
                    rate_minor: 150,
                    increment: Increment::Second,
                    minimum_minutes: 5,
                    grace_seconds: 0,
                },
                service(
                    "Read my application",
                    "Share it, and I say what a recruiter sees in the first twenty seconds.",
                    130,
                ),
            ],
        },
        Seller {
            local: "henrik",
            name: "Henrik Dahl",
            pictured: true,
            headline: "Pensions and investing without the noise",
            about: "I sell no funds and take no commission from anybody but you, by the minute.\n\nAfter one call you know what you have, what it costs you a year, and which two things to change.",
            languages: &["en", "da", "de"],
            services: &[service(
                "Pension check",
                "Statements on the table, three numbers on a sheet of paper.",
                210,
            )],
        },
        Seller {
            local: "aylin",
            name: "Aylin Demir",
            pictured: true,
            headline: "Moving to Germany: permits, offices, insurance",
            about: "I came with two suitcases and a folder, and I still know which paper the second counter wants.\n\nTell me where you are from, what you do and which city it is. We make the list together.",
            languages: &["en", "de", "tr"],
            services: &[service(
                "First steps in Germany",
                "Registration, permit, insurance, bank: in which order, with which papers.",
                120,
            )],
        },
        Seller {
            local: "marguerite",
            name: "Marguerite Lefèvre-Montgolfier",
            pictured: true,
            headline: "Inheritance and family law, with patience and a clear head",
            about: "Families rarely quarrel about money. I listen first, then I say what the law says, and then what usually helps.",
            languages: &["fr", "en", "de"],
            services: &[service(
                "Inheritance questions",
                "Wills, shares, debts, deadlines. Bring a family tree if you can.",
                260,
            )],
        },
    ],
    buyers: &[
        Buyer {
            local: "jonas",
            name: "Jonas Winter",
        },
        Buyer {
            local: "petra",
            name: "Petra Lind",
        },
        Buyer {
            local: "samir",
            name: "Samir Aziz",
        },
    ],
    talks: &[
        talk(
            "jonas",
            "mira",
            52,
            705,
            5,
            "Twelve minutes, and a letter I had been afraid of for three weeks was answered.",
        ),
        talk(
            "petra",
            "paul",
            75,
            410,
            5,
            "Told me right away that I needed a different form. Honest and quick.",
        ),
        talk(
            "samir",
            "aylin",
            99,
            890,
            4,
            "Clear, friendly, no wasted minutes. The bill explained every one of them.",
        ),
        talk(
            "petra",
            "mira",
            170,
            322,
            4,
            "Knew the answer by heart, and where it is written.",
        ),
        talk(
            "jonas",
            "ines",
            196,
            1_240,
            5,
            "I said the sentence we rehearsed. It worked.",
        ),
        talk("samir", "henrik", 245, 655, 5, ""),
        Talk {
            buyer: "jonas",
            seller: "paul",
            hours_ago: 290,
            seconds: 95,
            review: None,
        },
    ],
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
    sellers: &[
        Seller {
            local: "robot",
            name: "Robin the Robot",
            pictured: false,
            headline: "A mechanical act that always picks up",
            about: "I am a program. Ring me and the curtain opens at once: a moving test picture, and a hum with stage fright.\n\nThe credit is test money, and so is the bill.",
            languages: &["en"],
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
            services: &[Service {
                title: "Three tricks",
                description: "And a fourth if you ask nicely. The first half minute is on the house.",
                rate_minor: 199,
                increment: Increment::Block { seconds: 30 },
                minimum_minutes: 0,
                grace_seconds: 30,
            }],
        },
        Seller {
            local: "odette",
            name: "Odette",
            pictured: true,
            headline: "Late-night cabaret, stories and piano",
            about: "I was told to leave the stage before I grow old on it. I took the piano with me.\n\nAsk for a story and you get a song; ask for a song and you get both.",
            languages: &["en", "fr"],
            services: &[service("One late set", "Piano, voice, a story that may be true.", 349)],
        },
        Seller {
            local: "kito",
            name: "Kito James",
            pictured: true,
            headline: "Stand-up. Bring a topic, leave with a bit",
            about: "You name it, I find what is funny about it, we polish it till it lands. Best man speeches rescued daily.",
            languages: &["en"],
            services: &[service("Punch it up", "Your speech, your toast, your tight five.", 150)],
        },
        Seller {
            local: "luz",
            name: "Luz Ferrante",
            pictured: true,
            headline: "Flamenco, taught or danced for you",
            about: "Clear two square metres and lift the rug. If the neighbours knock, we are doing it right.",
            languages: &["es", "en"],
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
        ),
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
        ),
        talk("rowan", "luz", 222, 640, 4, ""),
    ],
};

/// The canary's own tenant: blocks of five seconds keep its calls short.
pub const PROBE: Cast = Cast {
    slug: "probe",
    name: "Probe",
    theme: "default",
    currency: "EUR",
    zone: "UTC",
    hidden: true,
    rate_bounds_minor: (1, 10_000),
    sellers: &[Seller {
        local: "seller",
        name: "Probe Seller",
        pictured: false,
        headline: "Answers the canary",
        about: "",
        languages: &["en"],
        services: &[Service {
            title: "Canary call",
            description: "",
            rate_minor: 60,
            increment: Increment::Block { seconds: 5 },
            minimum_minutes: 0,
            grace_seconds: 0,
        }],
    }],
    buyers: &[Buyer {
        local: "buyer",
        name: "Probe Buyer",
    }],
    talks: &[],
};
