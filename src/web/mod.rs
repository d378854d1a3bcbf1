//! The web layer: pages, the JSON API, and the theme they wear.
//!
//! A request passes, from the outside in: `headers`, `trace`, `error::present`, and at a tenant's host `gate`; then the
//! handler that `routes` has for it. Handlers ask for what they need ([`Site`], [`Viewer`](crate::app::identity::Viewer))
//! and return [`Result`].

mod admin_ui;
pub mod api;
mod assets;
mod attachments;
mod booking_letter;
mod calendar_file;
mod chat_letter;
mod csrf;
mod csv;
mod docs;
mod documents;
mod doors;
mod error;
mod extract;
mod films;
mod fronts;
pub mod gallery;
mod gate;
mod headers;
mod invoices;
mod letters;
mod limits;
mod listing;
mod looks;
pub mod metrics;
mod notices;
mod ops;
pub mod pages;
mod paper;
pub mod platform_api;
mod reason;
mod ringing;
mod routes;
mod site;
mod sockets;
mod state;
mod subscription;
pub mod theme;
mod tokens;
mod trace;
mod unrouted;
mod upload;
mod visits;
mod webhooks;

pub use error::{Problem, Result, WebError};
pub use looks::tell_of_faults;
pub use site::{Frame, Platform, Site};
pub use state::{Live, Web};

use actix_web::{
    App, HttpServer,
    dev::Server,
    middleware::{Compress, from_fn},
    web::Data,
};
use std::{io, net::TcpListener, time::Duration};

/// The server, assembled and listening; it runs once it is awaited. Signals are the caller's: stop it with its handle.
///
/// # Errors
/// The listener can't be used.
pub fn server(web: Data<Web>, listener: TcpListener) -> io::Result<Server> {
    metrics::start_upkeep(web.metrics.clone());
    let app = move || {
        App::new()
            .app_data(Data::clone(&web))
            .configure(|config| routes::routes(config, &web))
            .wrap(from_fn(error::present))
            .wrap(from_fn(trace::trace))
            .wrap(from_fn(headers::headers))
            .wrap(Compress::default())
    };
    let server = HttpServer::new(app)
        .client_request_timeout(Duration::from_secs(10))
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(10)
        // Signaling is many small messages: each would wait for the one before to be acknowledged.
        .tcp_nodelay(true)
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}
