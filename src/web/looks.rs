//! What a tenant's pages and mails wear: made of its theme and what it keeps in the database.

use super::{
    state::Web,
    theme::{Fault, Own, Teller, Theme},
};
use crate::{
    app::{App, notifications::tell_admins},
    domain::{
        audit::{Action, Actor, Entry},
        brand::{Brand, FileHash},
        notification::Event,
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Result},
    store::{TenantScope, TenantTx, audit, looks, notifications::News, tenants, words},
};
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc};
use tokio::sync::mpsc::Receiver;

impl Web {
    /// What a tenant's pages and mails wear.
    pub(super) async fn theme(&self, tenant: &Tenant, scope: &TenantScope) -> Result<Arc<Theme>> {
        if let Some(theme) = self.themes.worn(tenant) {
            return Ok(theme);
        }
        let own = match tenant.look_revision {
            // Nothing was ever written, and needn't be looked for.
            0 => Own::default(),
            _ => {
                let brand = tenant.brand.clone();
                self.app.db.read(scope, move |tx| read(tx, brand.as_ref())).await?
            }
        };
        let teller = Teller::new(*scope, self.faults.clone());
        let (themes, tenant) = (Arc::clone(&self.themes), tenant.clone());
        let made = tokio::task::spawn_blocking(move || themes.tailor(&tenant, &own, teller));
        Ok(made.await.map_err(Error::internal)??)
    }
}

/// What a look adds to its theme.
pub(super) fn read(tx: &mut TenantTx<'_>, brand: Option<&Brand>) -> Result<Own> {
    let Some(brand) = brand else {
        return Ok(Own {
            words: words::all(tx)?,
            ..Own::default()
        });
    };
    let wanted: Vec<FileHash> = brand.css.iter().chain(brand.templates.values()).cloned().collect();
    let files: HashMap<FileHash, String> = looks::files(tx, &wanted)?
        .into_iter()
        .filter_map(|(hash, file)| Some((hash, String::from_utf8(file.body).ok()?)))
        .collect();
    let text = |hash: &FileHash| files.get(hash).cloned();
    let templates = brand
        .templates
        .iter()
        .filter_map(|(name, hash)| Some((name.clone(), text(hash)?)));
    Ok(Own {
        css: brand.css.as_ref().and_then(text),
        templates: templates.collect(),
        words: words::all(tx)?,
    })
}

/// Writes down what fails at a tenant, and tells its admins, until nothing can fail any more.
pub async fn tell_of_faults(web: Arc<Web>, mut faults: Receiver<Fault>) {
    while let Some(fault) = faults.recv().await {
        let (app, now, scope) = (web.app.clone(), web.app.now(), fault.scope);
        let told = web.app.db.tenant(&scope, move |tx| tell(tx, &app, fault, now)).await;
        if let Err(error) = told {
            tracing::error!(%error, "a tenant couldn't be told that its template fails");
        }
    }
}

/// Tells once of each version of a look, whichever process and however often finds out.
fn tell(tx: &mut TenantTx<'_>, app: &App, fault: Fault, now: Moment) -> Result<()> {
    tenants::queue_up(tx)?;
    let since = looks::versions(tx)?.first().map_or(Moment(0), |version| version.at);
    if audit::latest(tx, Action::TemplateFailed, since)?.is_some() {
        return Ok(());
    }
    let entry = Entry::new(Action::TemplateFailed, &fault.template).changed(Value::Null, json!({"why": fault.why}));
    audit::write(tx, &Actor::system(), &entry, now)?;
    let news = News::of(Event::TemplateFailed, "/admin/branding".to_owned());
    tell_admins(app, tx, &news.with("template", fault.template.as_str()), now)
}
