//! What people wrote to each other, as a table that is read and sent a piece at a time.

use crate::{
    app::console,
    domain::audit::Action,
    error::{self, Error},
    store::{
        TenantScope,
        console::{ExportLine, exported},
    },
    web::{
        Problem, Result, Site, Web, csv,
        csv::Csv,
        extract::{Staff, may},
    },
};
use actix_web::{
    HttpResponse, get,
    web::{Data, Query},
};
use futures::{StreamExt, stream};
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

/// Lines that are read at once.
const PIECE: i64 = 1_000;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(export);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Text to look for, as in the list.
    #[serde(default)]
    q: String,
}

/// All messages of the conversations that a list with the same search has. That they were taken along is written down.
#[utoipa::path(tag = "console", params(Wanted), responses((status = 200, content_type = "text/csv", body = String),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
#[get("/admin/conversations.csv")]
async fn export(
    web: Data<Web>,
    site: Site,
    by: Staff<may::ChatHistory>,
    Query(wanted): Query<Wanted>,
) -> Result<HttpResponse> {
    let table = Arc::new(Table {
        zone: TimeZone::get(&site.tenant.time_zone).unwrap_or(TimeZone::UTC),
        scope: by.viewer().scope,
        search: wanted.q,
        web,
    });
    let first = table.after(None).await?;
    console::note(&table.web.app, &by, Action::ConversationsExported, table.search.clone()).await?;
    let mut head = Csv::with_head(&["conversation", "at", "buyer", "seller", "from", "kind", "text"]);
    table.write(&mut head, &first);
    let rest = stream::try_unfold(last_of(first), move |last| {
        let table = Arc::clone(&table);
        async move {
            let Some(last) = last else { return Ok(None) };
            let (mut piece, lines) = (Csv::default(), table.after(Some(last)).await?);
            table.write(&mut piece, &lines);
            Ok::<_, Error>((!lines.is_empty()).then(|| (piece.bytes(), last_of(lines))))
        }
    });
    let name = format!("{}-conversations", site.tenant.slug);
    let head = stream::once(async move { Ok(head.bytes()) });
    Ok(csv::download(&name).streaming(head.chain(rest)))
}

/// Where the next piece begins, if there may be one.
fn last_of(mut lines: Vec<ExportLine>) -> Option<ExportLine> {
    let full = i64::try_from(lines.len()).is_ok_and(|count| count >= PIECE);
    lines.pop().filter(|_| full)
}

/// What is exported.
struct Table {
    web: Data<Web>,
    scope: TenantScope,
    search: String,
    zone: TimeZone,
}

impl Table {
    async fn after(&self, last: Option<ExportLine>) -> error::Result<Vec<ExportLine>> {
        let search = self.search.clone();
        self.web
            .app
            .db
            .read(&self.scope, move |tx| exported(tx, &search, last.as_ref(), PIECE))
            .await
    }

    fn write(&self, csv: &mut Csv, lines: &[ExportLine]) {
        for line in lines {
            csv.line(&[
                &line.conversation.to_string(),
                &csv::instant(line.at, &self.zone),
                &line.buyer,
                &line.seller,
                line.from.as_deref().unwrap_or_default(),
                &line.kind,
                &line.text,
            ]);
        }
    }
}
