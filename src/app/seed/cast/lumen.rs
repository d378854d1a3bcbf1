//! Lumen: advisers, in euros.

use super::{Buyer, Cast, Seller, Service, Talk, service, talk, week};
use crate::domain::{
    booking::Agreement,
    order_price::{ServiceFee, TaxRate},
    policy::Increment,
    report::{PersonFault, TechnicalFault},
};

/// Advisers, euro.
pub const LUMEN: Cast = Cast {
    slug: "lumen",
    name: "Lumen",
    theme: "lumen",
    currency: "EUR",
    zone: "Europe/Berlin",
    hidden: false,
    rate_bounds_minor: (20, 1_000),
    categories: &[
        ("tax-and-money", "Tax and money", "Steuern und Geld"),
        ("law", "Law", "Recht"),
        ("career", "Career", "Beruf"),
        ("arriving", "Arriving in Germany", "Ankommen in Deutschland"),
    ],
    charges: Some((
        "career",
        ServiceFee {
            bp: 500,
            fixed_minor: 50,
        },
        TaxRate {
            bp: 1_900,
            included: true,
        },
    )),
    sellers: &[
        Seller {
            local: "robot",
            name: "Robin the Robot",
            pictured: false,
            headline: "Answers by itself, so that you can try a paid call alone",
            about: "I am a program. Ring me and I accept at once, show a moving test picture and hum something like speech.\n\nCheck your picture and sound, press connect, and watch the minutes and your wallet. The credit is test money, and so is the bill.",
            languages: &["en"],
            category: None,
            week: None,
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
            category: Some("tax-and-money"),
            week: week("Europe/Berlin", "9:00-12:30, 14:00-18:00", "9:00-13:00", ""),
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
                    booking: Some((Agreement::Negotiated, 20)),
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
            category: Some("law"),
            week: week("Europe/London", "10:00-16:00", "", "10:00-12:00"),
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
            category: Some("career"),
            week: week("Europe/Lisbon", "12:00-20:00", "12:00-18:00", ""),
            services: &[
                Service {
                    title: "Rehearse a salary talk",
                    description: "I play your boss. You find the sentence that works.",
                    rate_minor: 150,
                    increment: Increment::Second,
                    minimum_minutes: 5,
                    grace_seconds: 0,
                    booking: Some((Agreement::Negotiated, 20)),
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
            category: Some("tax-and-money"),
            week: week("Europe/Berlin", "9:00-12:30, 14:00-18:00", "9:00-13:00", ""),
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
            category: Some("arriving"),
            week: week("Europe/London", "10:00-16:00", "", "10:00-12:00"),
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
            category: Some("law"),
            week: week("Europe/Lisbon", "12:00-20:00", "12:00-18:00", ""),
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
        )
        .answered("You had kept every paper; that made it easy. Write again when the answer comes."),
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
        )
        .answered("Thank you. Next time we look at the deductions you have left out."),
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
        )
        .reported("petra"),
        talk("samir", "henrik", 245, 655, 5, ""),
        Talk {
            buyer: "jonas",
            seller: "paul",
            hours_ago: 290,
            seconds: 95,
            review: None,
            reply: "",
            reporter: "",
            quality: None,
            file: None,
            trouble: None,
        },
        talk("samir", "aylin", 310, 140, 3, "Good advice, as far as I could hear it.")
            .rated(&[TechnicalFault::Sound], "It crackled from the second minute on.")
            .followed_by(
                "questions.txt",
                "1. Which of the two forms is it?\n2. Until when?\n3. What if I miss that?\n",
            ),
        talk("petra", "marguerite", 334, 75, 4, "").rated(&[], ""),
        talk("petra", "henrik", 358, 40, 1, "Over before it began.").ended_in(
            PersonFault::OffSite,
            "Wanted my account number, to pay me past the marketplace.",
        ),
    ],
};
