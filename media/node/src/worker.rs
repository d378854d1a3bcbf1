//! The mediasoup worker: one C++ thread, and the one port that all its transports share.

use crate::rooms::StartError;
use mediasoup::prelude::*;
use mediasoup::worker::{CreateWebRtcServerError, WorkerLogLevel, WorkerLogTag};
use std::net::{IpAddr, TcpListener, UdpSocket};
use std::ops::RangeInclusive;
use tokio::sync::watch;

/// Where clients reach the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// The address to bind.
    pub ip: IpAddr,
    /// The address (or host name) that clients are told, where it isn't `ip`.
    pub announce: Option<String>,
    /// The first free port of these is used, for UDP and TCP alike.
    pub ports: RangeInclusive<u16>,
}

pub(crate) struct MediaWorker {
    pub(crate) worker: Worker,
    pub(crate) server: WebRtcServer,
    pub(crate) port: u16,
    dead: watch::Receiver<bool>,
}

impl MediaWorker {
    pub(crate) async fn start(listen: &Listen) -> Result<Self, StartError> {
        let mut settings = WorkerSettings::default();
        settings.log_level = WorkerLogLevel::Warn;
        // Not Ice, Rtp, Srtp: those warn of single packets, which anybody can send.
        settings.log_tags = vec![WorkerLogTag::Info, WorkerLogTag::Dtls];
        let worker = WorkerManager::new()
            .create_worker(settings)
            .await
            .map_err(StartError::Worker)?;
        let (died, dead) = watch::channel(false);
        let on_dead = move |_| {
            died.send_replace(true);
        };
        worker.on_dead(on_dead).detach();
        for port in listen.ports.clone().filter(|port| looks_free(listen.ip, *port)) {
            match worker.create_webrtc_server(server_options(listen, port)).await {
                Ok(server) => {
                    return Ok(Self {
                        worker,
                        server,
                        port,
                        dead,
                    });
                }
                Err(CreateWebRtcServerError::Request(error)) => tracing::debug!(port, %error, "port not usable"),
            }
        }
        Err(StartError::NoPort {
            ip: listen.ip,
            first: *listen.ports.start(),
            last: *listen.ports.end(),
        })
    }

    /// Completes when the worker's thread has ended.
    pub(crate) async fn died(&self) {
        // An error means that the callback was dropped uncalled, which happens to a closed worker: dead as well.
        let _ = self.dead.clone().wait_for(|dead| *dead).await;
    }
}

/// Spares the worker's log an error for every port in use; whether it gets the port is still its own finding.
fn looks_free(ip: IpAddr, port: u16) -> bool {
    UdpSocket::bind((ip, port)).is_ok() && TcpListener::bind((ip, port)).is_ok()
}

fn server_options(listen: &Listen, port: u16) -> WebRtcServerOptions {
    let info = |protocol| ListenInfo {
        protocol,
        ip: listen.ip,
        announced_address: listen.announce.clone(),
        expose_internal_ip: false,
        port: Some(port),
        port_range: None,
        flags: None,
        send_buffer_size: None,
        recv_buffer_size: None,
    };
    WebRtcServerOptions::new(WebRtcServerListenInfos::new(info(Protocol::Udp)).insert(info(Protocol::Tcp)))
}
