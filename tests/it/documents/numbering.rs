//! Numbers without a gap, however many want one at once.

use super::{says, stored};
use crate::support::{LUMEN, TestApp, TestUser};
use diesel::connection::SimpleConnection;
use futures::future::join_all;
use tallyroom::{
    app::documents,
    domain::{
        document::{About, Content, Issuer, Line, What},
        ids::TopUpId,
        money::Currency,
        time::Moment,
    },
    error::{Error, Kind},
    store::{
        TenantScope,
        documents::{Draft, number},
    },
};

/// Settled payments of one person, as their wallet would have them.
pub(super) async fn payments(app: &TestApp, user: &TestUser, many: usize) -> Vec<TopUpId> {
    let me = user.get("/api/v1/me").await.expect(200).json();
    let (tenant, user) = (
        app.scope(LUMEN).await.tenant(),
        me["id"].as_str().expect("an id").to_owned(),
    );
    let ids: Vec<TopUpId> = (0..many).map(|_| TopUpId::new()).collect();
    let rows: Vec<String> = ids
        .iter()
        .map(|id| format!("('{tenant}', '{id}', '{user}', 'test', 500, 'EUR', 'settled', '2027-01-15', '2027-01-15')"))
        .collect();
    let insert = format!(
        "INSERT INTO top_ups (tenant_id, id, user_id, gateway, amount_minor, currency, state, created_at, updated_at)
         VALUES {}",
        rows.join(", ")
    );
    app.database.superuser().batch_execute(&insert).expect("payments");
    ids
}

/// As the runner of jobs does: again, while there is no free connection.
pub(super) async fn issue(app: &TestApp, scope: &TenantScope, about: About) -> Result<(), Error> {
    loop {
        match documents::issue(&app.app, scope, about).await {
            Err(error) if error.kind == Kind::Unavailable => {}
            other => return other,
        }
    }
}

#[tokio::test]
async fn two_hundred_at_once_have_numbers_without_a_gap_and_each_year_begins_anew() {
    let app = TestApp::start_with(|config| config.database.app_connections = 16).await;
    let user = app.bearer(LUMEN, "Bea Buyer").await;
    let me = user.get("/api/v1/me").await.expect(200).json();
    let owner = me["id"].as_str().expect("an id").parse().expect("an id");
    let scope = app.scope(LUMEN).await;
    let ids = payments(&app, &user, 200).await;
    let issued = ids.iter().chain(&ids).map(|id| issue(&app, &scope, About::TopUp(*id)));
    // Meanwhile others take a number and don't keep it.
    let given_up = (0..40).map(|_| {
        let draft = Draft {
            about: About::TopUp(TopUpId::new()),
            owner,
            seller: None,
            corrects: None,
            is_play: true,
            currency: Currency::parse("EUR").expect("a currency"),
            content: Content {
                issuer: Issuer::default(),
                customer: "Bea Buyer".to_owned(),
                seller: None,
                title: String::new(),
                lines: vec![Line {
                    what: What::Credit,
                    amount_minor: 500,
                }],
                tax: None,
                performed_at: Moment(0),
                corrects: None,
            },
        };
        let now = app.app.now();
        app.app.db.tenant(&scope, move |tx| {
            number(tx, &draft, 2027, now)?;
            Err::<(), Error>(Error::invalid("Not after all."))
        })
    });
    let (issued, given_up) = tokio::join!(join_all(issued), join_all(given_up));
    for one in issued {
        one.expect("issued");
    }
    assert!(given_up.iter().all(Result::is_err));
    let found: Vec<_> = stored(&app).into_iter().map(|one| (one.year, one.nth)).collect();
    assert_eq!(found, (1..=200).map(|nth| (2027, nth)).collect::<Vec<_>>());

    // In Berlin it is the next year already.
    let midnight = "2027-12-31T23:30:00Z".parse::<jiff::Timestamp>().expect("an instant");
    app.clock.advance(midnight.as_millisecond() - app.app.now().0);
    let user = user.renewed().await;
    let last = payments(&app, &user, 1).await;
    issue(&app, &scope, About::TopUp(last[0])).await.expect("issued");
    let newest = stored(&app).pop().expect("a document");
    assert_eq!((newest.year, newest.nth), (2028, 1));
    let first = user.get("/account/documents").await.expect(200).text;
    assert_eq!(first.matches("download aria-label").count(), 25);
    says(&first, &["TEST-2028-00001", "TEST-2027-00200", "?page&#x3D;2"]);
    let ninth = user.get("/account/documents?page=9").await.expect(200).text;
    assert_eq!(ninth.matches("download aria-label").count(), 1, "{ninth}");
}
