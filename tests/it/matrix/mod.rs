//! Every route as every role: `verdicts.txt` is the reviewed table, [`routes`] what the product really has.
//!
//! A route without a row fails, a row without a route fails, an answer that isn't the table's fails. What the table
//! can't say holds for all rows: another tenant's token is refused, and nothing answers 5xx. What staff may at the
//! consoles stands in `consoles.txt`.

mod cast;
mod consoles;
mod routes;
mod table;

use cast::{Cast, Place, Role};
use table::{Row, Table};

#[test]
fn every_route_has_its_row() {
    let (table, real) = (Table::read(), routes::all());
    let listed = table.routes();
    let missing: Vec<_> = real.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&real).collect();
    assert!(missing.is_empty(), "routes without a row in verdicts.txt: {missing:#?}");
    assert!(gone.is_empty(), "rows of verdicts.txt without a route: {gone:#?}");
}

/// The API's description is what its clients go by: it must have every route of the API and no other.
#[test]
fn the_description_has_every_route_of_the_api() {
    let real: Vec<String> = routes::all()
        .into_iter()
        .filter(|route| route.contains(" /api/v1/"))
        .collect();
    assert_eq!(real, routes::described());
}

#[tokio::test]
async fn every_route_answers_every_role_as_the_table_says() {
    let mut cast = Cast::assemble().await;
    let mut wrong = Vec::new();
    for row in Table::read().rows {
        let seen = observe(&mut cast, &row).await;
        if seen != row.verdicts {
            wrong.push(format!(
                "{} answers {seen:?}, the table says {:?}",
                row.route, row.verdicts
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Asks as each of the section's roles, in the table's order.
async fn observe(cast: &mut Cast, row: &Row) -> Vec<String> {
    let mut seen = Vec::new();
    for role in Role::of(row.place) {
        let verdict = if *role == Role::Elsewhere && !row.names_something() {
            "-".to_owned()
        } else {
            cast.ask(*role, row).await
        };
        seen.push(verdict);
    }
    if row.place == Place::Tenant {
        let intruder = cast.ask(Role::Intruder, row).await;
        assert_eq!(intruder, "401", "{} takes another tenant's token", row.route);
    }
    seen
}

/// Who may not ask learns nothing of how to ask: a body that can't be read is looked at once it is known who sends it.
#[tokio::test]
async fn a_body_is_read_once_its_sender_may_send_it() {
    let mut cast = Cast::assemble().await;
    let mut wrong = Vec::new();
    for row in Table::read().rows {
        if !row.body.as_deref().is_some_and(|body| body.starts_with('{')) {
            continue;
        }
        let mut broken = row.clone();
        broken.body = Some("{".to_owned());
        for (role, verdict) in Role::of(row.place).iter().zip(&row.verdicts) {
            let refused = ["401", "403"].contains(&verdict.as_str()) && !row.route.ends_with("/session");
            if refused && cast.ask(*role, &broken).await != *verdict {
                wrong.push(format!("{} as {role:?}", row.route));
            }
        }
    }
    assert!(wrong.is_empty(), "these read the body first: {wrong:#?}");
}

/// An id that isn't one, or that nothing has, is nowhere, or can't be taken: not an error of ours, and no way to tell
/// what exists.
#[tokio::test]
async fn made_up_ids_name_nothing() {
    let mut cast = Cast::assemble().await;
    for row in Table::read().rows {
        // At the console the seller is refused whatever they ask for.
        let asked = row.place == Place::Tenant && row.route.contains("{id}") && !row.route.contains("/admin/");
        if !asked {
            continue;
        }
        for made_up in [
            "00000000-0000-4000-8000-000000000000",
            "1",
            "%00",
            "..%2F..",
            "null",
            "%F0%9F%98%80",
        ] {
            let manager = row.route.contains("/studio").then_some(Role::Studio);
            for role in [Role::Seller].into_iter().chain(manager) {
                let verdict = cast.ask_for(role, &row, Some(made_up)).await;
                assert!(
                    ["404", "422"].contains(&verdict.as_str()),
                    "{} as {role:?} with {made_up:?}: {verdict}",
                    row.route
                );
            }
        }
    }
}
