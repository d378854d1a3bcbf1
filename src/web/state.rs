//! What all requests share.

use super::{limits::Limits, metrics, site::Hosts, theme::Themes, tokens::TokenKeys};
use crate::app::App;
use metrics_exporter_prometheus::PrometheusHandle;
use std::path::PathBuf;

/// Everything the web layer holds for as long as the server runs.
pub struct Web {
    /// The use cases' own.
    pub app: App,
    /// How tenants look.
    pub themes: Themes,
    /// Signs access tokens.
    pub(in crate::web) keys: TokenKeys,
    /// Which tenant lives where.
    pub(in crate::web) hosts: Hosts,
    /// Who asks too often.
    pub(in crate::web) limits: Limits,
    /// What `/metrics` shows.
    pub(in crate::web) metrics: PrometheusHandle,
}

impl Web {
    /// With nothing cached and nobody counted yet.
    ///
    /// # Errors
    /// The metrics' recorder can't be installed.
    pub fn new(app: App, themes: Themes) -> anyhow::Result<Self> {
        Ok(Self {
            keys: TokenKeys::new(app.config.secrets.jwt.expose()),
            hosts: Hosts::default(),
            limits: Limits::new(&app.config.limits, &app.clock),
            metrics: metrics::recorder()?,
            app,
            themes,
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
