//! What all requests share.

use super::{
    fronts::Fronts,
    limits::Limits,
    metrics,
    site::Hosts,
    theme::{Faults, Themes},
    tokens::TokenKeys,
};
use crate::{
    app::{App, ports::Mailer},
    gateways::{mail::Mailbox, media::MediaHub},
    signaling::Registry,
};
use metrics_exporter_prometheus::PrometheusHandle;
use std::{path::PathBuf, sync::Arc};

/// What the web layer opens doors to.
pub struct Live {
    /// Live calls, and people with an open page.
    pub registry: Arc<Registry>,
    /// Media nodes.
    pub hub: Arc<MediaHub>,
    /// Where mails go.
    pub mailer: Arc<dyn Mailer>,
    /// The development mailbox, if mails go there.
    pub mailbox: Option<Arc<Mailbox>>,
}

/// Everything the web layer holds for as long as the server runs.
pub struct Web {
    /// The use cases' own.
    pub app: App,
    /// How tenants look.
    pub themes: Arc<Themes>,
    /// What happens in real time.
    pub live: Live,
    /// Signs access tokens.
    pub(in crate::web) keys: TokenKeys,
    /// Which tenant lives where.
    pub(in crate::web) hosts: Hosts,
    /// What everybody sees first.
    pub(in crate::web) fronts: Fronts,
    /// Who asks too often.
    pub(in crate::web) limits: Limits,
    /// Tells of tenants' templates that fail.
    pub(in crate::web) faults: Faults,
    /// What `/metrics` shows.
    pub(in crate::web) metrics: PrometheusHandle,
}

impl Web {
    /// With nothing cached and nobody counted yet.
    ///
    /// # Errors
    /// The metrics' recorder can't be installed.
    pub fn new(app: App, themes: Themes, faults: Faults, live: Live) -> anyhow::Result<Self> {
        Ok(Self {
            keys: TokenKeys::new(app.config.secrets.jwt.expose()),
            hosts: Hosts::default(),
            fronts: Fronts::default(),
            limits: Limits::new(&app.config.limits, &app.clock),
            metrics: metrics::recorder()?,
            app,
            themes: Arc::new(themes),
            faults,
            live,
        })
    }

    /// Whether people reach us through TLS.
    pub(in crate::web) fn is_secure(&self) -> bool {
        self.app.config.http.public_url.scheme() == "https"
    }

    /// Where built assets are.
    pub(in crate::web) fn assets(&self) -> PathBuf {
        self.app.config.themes.directory.join("dist")
    }
}
