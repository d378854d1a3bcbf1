//! Whether everything answers that the product stands on.

use crate::{
    app::{
        App,
        ports::{Mailer, NodeState},
    },
    domain::{gateway::Provider, time::Moment},
    error::Error,
};
use serde::Serialize;
use std::{fmt::Display, time::Duration};
use utoipa::ToSchema;

/// What doesn't answer in this time is as good as away.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const DAY_MS: i64 = 24 * 3_600_000;

/// How one part is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Health {
    /// `database`, `mail`, `media`, or `gateway:` and its name.
    pub name: String,
    /// It works.
    pub ok: bool,
    /// In words; may be empty.
    pub detail: String,
}

/// Asks all parts at once.
pub async fn health(app: &App, mailer: &dyn Mailer, nodes: &[NodeState]) -> Vec<Health> {
    let begun = app.now();
    let database = async {
        app.db.check().await?;
        Ok::<_, Error>(format!("{} ms", app.now() - begun))
    };
    let mail = async {
        mailer
            .check()
            .await
            .map(|()| String::new())
            .map_err(|error| format!("{error:#}"))
    };
    let gateway = async { app.gateways.check().await.map(|()| String::new()) };
    let gateway_name = format!("gateway:{}", Provider::Test.name());
    let (database, mail, gateway) = tokio::join!(
        asked("database", database),
        asked("mail", mail),
        asked(&gateway_name, gateway)
    );
    vec![database, mail, media(nodes), gateway]
}

async fn asked<E: Display>(name: &str, answer: impl Future<Output = Result<String, E>>) -> Health {
    let (ok, detail) = match tokio::time::timeout(ANSWER_WITHIN, answer).await {
        Ok(Ok(detail)) => (true, detail),
        Ok(Err(error)) => (false, error.to_string()),
        Err(_) => (false, format!("No answer within {} s", ANSWER_WITHIN.as_secs())),
    };
    Health {
        name: name.to_owned(),
        ok,
        detail,
    }
}

/// Well as long as one more call can be placed.
fn media(nodes: &[NodeState]) -> Health {
    let open = nodes
        .iter()
        .filter(|node| !node.draining && node.peers < node.capacity)
        .count();
    Health {
        name: "media".to_owned(),
        ok: open > 0,
        detail: format!("{} connected, {open} of them take calls", nodes.len()),
    }
}

/// When today began, for those who look at all tenants: in UTC.
pub fn today(now: Moment) -> Moment {
    Moment(now.0 - now.0.rem_euclid(DAY_MS))
}
