//! Getting in, and the account.

use crate::{
    web::gallery::{Gallery, cast::now},
    web::pages::views::*,
    web::theme::{Flash, PageContext, Tone},
};
use uuid::Uuid;

/// Getting in, and the account.
pub fn identity(g: &Gallery<'_>) -> anyhow::Result<()> {
    let wrong = |value: &str, error: Message| Field::of(value).wrong(error);
    let register = RegisterPage {
        minimum_age: 18,
        password_min: 10,
        ..RegisterPage::default()
    };
    g.page("register", &register, &g.visitor("/register"))?;
    let errors = RegisterPage {
        name: Field::of("Jonas Winter"),
        email: wrong("jonas@example", Message::new("error.email")),
        password: wrong("", Message::new("error.too_short").with("count", 10)),
        of_age: wrong("", Message::new("error.of_age").with("count", 18)),
        accept_terms: Field::of("on"),
        ..register.clone()
    };
    g.page("register-errors", &errors, &g.visitor("/register"))?;
    let sent = Some("jonas@example.com".to_owned());
    let mailbox_url = Some("/dev/mailbox".to_owned());
    g.page(
        "register-sent",
        &RegisterPage {
            sent_to: sent.clone(),
            mailbox_url,
            ..register
        },
        &g.visitor("/register"),
    )?;
    let demo = vec![
        Choice {
            value: "jonas@example.com".to_owned(),
            label: "Buyer".to_owned(),
        },
        Choice {
            value: "mira@example.com".to_owned(),
            label: "Seller".to_owned(),
        },
    ];
    let login = LoginPage {
        demo,
        demo_password: Some("correct horse".to_owned()),
        ..LoginPage::default()
    };
    g.page("login", &login, &g.visitor("/login"))?;
    let refused = LoginPage {
        email: Field::of("jonas@example.com"),
        error: Some(Message::new("error.login")),
        ..LoginPage::default()
    };
    g.page("login-error", &refused, &g.visitor("/login"))?;
    g.page("forgot", &ForgotPage::default(), &g.visitor("/forgot"))?;
    g.page(
        "forgot-sent",
        &ForgotPage {
            sent_to: sent,
            ..ForgotPage::default()
        },
        &g.visitor("/forgot"),
    )?;
    let reset = ResetPage {
        token: "t".to_owned(),
        password_min: 10,
        ..ResetPage::default()
    };
    g.page("reset", &reset, &g.visitor("/reset"))?;
    g.page(
        "reset-expired",
        &ResetPage {
            expired: true,
            ..reset.clone()
        },
        &g.visitor("/reset"),
    )?;
    g.page("reset-done", &ResetPage { done: true, ..reset }, &g.visitor("/reset"))?;
    let invite = InvitePage {
        token: "t".to_owned(),
        minimum_age: 18,
        password_min: 10,
        ..InvitePage::default()
    };
    g.page("invite", &invite, &g.visitor("/invite"))?;
    g.page(
        "invite-done",
        &InvitePage {
            done: Some("/admin"),
            ..invite
        },
        &g.visitor("/invite"),
    )?;
    for (name, state) in [
        ("verify", VerifyState::Ask),
        ("verify-done", VerifyState::Done),
        ("verify-expired", VerifyState::Expired),
    ] {
        g.page(
            name,
            &VerifyPage {
                token: "t".to_owned(),
                state,
            },
            &g.visitor("/verify"),
        )?;
    }
    let method = KeptMethod {
        id: Uuid::from_u128(5),
        label: "visa ···· 4242".to_owned(),
        since: now(),
    };
    let account = AccountPage {
        email: "jonas@example.com".to_owned(),
        name: Field::of(g.cast.buyer),
        time_zone: Field::of(g.cast.zone),
        language: Field::of("en"),
        zones: ["America/New_York", "Europe/Berlin", "Europe/London"]
            .map(str::to_owned)
            .to_vec(),
        languages: vec![Choice {
            value: "en".to_owned(),
            label: "English".to_owned(),
        }],
        do_not_disturb: false,
        auto_reject: true,
        second_factor: true,
        sessions: 2,
        kept: vec![method.clone()],
    };
    let saved = Flash {
        tone: Tone::Success,
        message: Message::new("done.saved"),
    };
    g.page(
        "account",
        &account,
        &PageContext {
            flash: Some(saved),
            ..g.buyer("/account")
        },
    )?;
    let asked = ForgetMethodPage {
        kept: method,
        wrong: Some(Message::new(
            "A payment with this card is still under way. Remove it when that is over.",
        )),
    };
    g.page("method", &asked, &g.buyer("/account/methods/5"))
}
