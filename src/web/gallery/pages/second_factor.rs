//! A second factor: set up, switched on, asked for.

use crate::{
    app::second_factor,
    web::gallery::{Gallery, cast::now},
    web::pages::{second_factor::shown, views::*},
};

const WRONG: &str = "That code isn't good: wrong, too old, or used before. Wait for the next one.";
const PATH: &str = "/account/second-factor";

/// Every state of its page, and of the page that asks for a code.
pub fn second_factor(g: &Gallery<'_>) -> anyhow::Result<()> {
    let asked = LogInCodePage {
        next: Some("/wallet".to_owned()),
        ..LogInCodePage::default()
    };
    g.page("login-code", &asked, &g.visitor("/login/code"))?;
    let wrong = LogInCodePage {
        code: Field::default().wrong(Message::new(WRONG)),
        ..asked
    };
    g.page("login-code-wrong", &wrong, &g.visitor("/login/code"))?;
    let offer = second_factor::enrolment(b"a secret of twenty b", (g.cast.tenant, "jonas@example.com"))?;
    let offered = SecondFactorPage {
        offer: Some(shown(offer)),
        needed: true,
        ..SecondFactorPage::default()
    };
    g.page("second-factor", &offered, &g.buyer(PATH))?;
    let refused = SecondFactorPage {
        code: Field::default().wrong(Message::new(WRONG)),
        needed: false,
        ..offered
    };
    g.page("second-factor-wrong", &refused, &g.buyer(PATH))?;
    let on = SecondFactorPage {
        since: Some(now()),
        codes_left: 9,
        ..SecondFactorPage::default()
    };
    g.page("second-factor-on", &on, &g.buyer(PATH))?;
    let staying = SecondFactorPage {
        off_code: Field::default().wrong(Message::new(WRONG)),
        codes_left: 1,
        needed: true,
        ..on.clone()
    };
    g.page("second-factor-on-wrong", &staying, &g.buyer(PATH))?;
    let codes = (0..10).map(|n| format!("{n}b3de-9xk2{n}")).collect();
    g.page("second-factor-codes", &SecondFactorPage { codes, ..on }, &g.buyer(PATH))
}
