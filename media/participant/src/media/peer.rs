//! One ICE and DTLS connection to a media node.

use super::{codecs::Codecs, keyframes::KeyFrameRequests, runtime::EndableRuntime};
use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use rtc::{
    crypto::SignatureScheme,
    ice::mdns::MulticastDnsMode,
    interceptor::Slot,
    peer_connection::{certificate::CertificateParams, transport::RTCDtlsRole},
};
use serde_json::{Value, json};
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::sync::{Notify, mpsc, watch};
use webrtc::{
    media_stream::track_remote::TrackRemote,
    peer_connection::{
        PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCCertificate, RTCConfigurationBuilder,
        RTCPeerConnectionState, Registry, SettingEngine, SettingEngineBuilder, configure_nack, configure_rtcp_reports,
        crypto,
    },
};

/// A node that has to be asked this often isn't there.
const CHECKS: u16 = 100;
const CHECK_PERIOD: Duration = Duration::from_millis(20);
/// Tracks that may wait to be picked up.
const MAX_TRACKS: usize = 32;

/// The certificate a participant shows on both of its connections; made ahead so that joining doesn't wait for it.
#[derive(Clone)]
pub struct Identity {
    certificate: RTCCertificate,
    fingerprint: Value,
}

impl Identity {
    /// Makes a key and signs a certificate with it.
    pub fn generate() -> Result<Self> {
        let provider = crypto::default_provider().context("no cryptography")?;
        let parameters = CertificateParams::new(vec!["participant".to_owned()]).context("certificate")?;
        let scheme = SignatureScheme::EcdsaP256Sha256;
        let certificate = RTCCertificate::generate(provider.crypto(), scheme, parameters)?;
        let fingerprints = certificate.get_fingerprints(provider.crypto())?;
        let fingerprint = fingerprints.first().context("certificate without fingerprint")?;
        let fingerprint = json!({"algorithm": fingerprint.algorithm, "value": fingerprint.value.to_uppercase()});
        Ok(Self {
            certificate,
            fingerprint,
        })
    }

    /// What the server has to know of us: `DtlsParameters`. Since it is ICE lite, we begin the handshake.
    pub fn dtls_parameters(&self) -> Value {
        json!({"role": "client", "fingerprints": [self.fingerprint]})
    }
}

/// A connection; dropped, it is silent at once.
pub struct Peer {
    connection: Arc<dyn PeerConnection>,
    runtime: Arc<EndableRuntime>,
    state: watch::Receiver<RTCPeerConnectionState>,
}

impl Peer {
    /// Opens a connection from `local`. Requests for key frames wake `key_wanted`, tracks that come in go to `tracks`.
    pub async fn open(
        identity: &Identity,
        codecs: &Codecs,
        local: IpAddr,
        key_wanted: Arc<Notify>,
        tracks: mpsc::Sender<Track>,
    ) -> Result<Self> {
        let mut engine = codecs.engine()?;
        let registry = configure_rtcp_reports(configure_nack(Registry::new(), &mut engine))
            .with(Slot::from(14_000), KeyFrameRequests::new(key_wanted));
        let (sender, state) = watch::channel(RTCPeerConnectionState::New);
        let configuration = RTCConfigurationBuilder::new()
            .with_certificates(vec![identity.certificate.clone()])
            .build();
        let runtime = EndableRuntime::new()?;
        let connection = PeerConnectionBuilder::new()
            .with_configuration(configuration)
            .with_media_engine(engine)
            .with_interceptor_registry(registry)
            .with_setting_engine(settings())
            .with_handler(Arc::new(Events { state: sender, tracks }))
            .with_runtime(runtime.clone())
            .with_udp_addrs(vec![(local, 0)])
            .build()
            .await?;
        Ok(Self {
            connection: Arc::new(connection),
            runtime,
            state,
        })
    }

    /// The connection itself.
    pub fn connection(&self) -> &Arc<dyn PeerConnection> {
        &self.connection
    }

    /// Its state from now on.
    pub fn state(&self) -> watch::Receiver<RTCPeerConnectionState> {
        self.state.clone()
    }
}

/// A track that came in.
pub type Track = Arc<dyn TrackRemote>;

/// Where tracks that come in are announced.
pub fn track_queue() -> (mpsc::Sender<Track>, mpsc::Receiver<Track>) {
    mpsc::channel(MAX_TRACKS)
}

/// Waits until the connection stands; an error if it never will.
pub async fn connected(state: &mut watch::Receiver<RTCPeerConnectionState>) -> Result<()> {
    let is_decided = |state: &RTCPeerConnectionState| {
        use RTCPeerConnectionState::{Closed, Connected, Failed};
        matches!(state, Connected | Failed | Closed)
    };
    match *state.wait_for(is_decided).await.context("connection gone")? {
        RTCPeerConnectionState::Connected => Ok(()),
        other => bail!("connection {other}"),
    }
}

/// Waits until a connection is beyond repair.
pub async fn failed(mut state: watch::Receiver<RTCPeerConnectionState>) {
    let is_over = |state: &RTCPeerConnectionState| {
        matches!(state, RTCPeerConnectionState::Failed | RTCPeerConnectionState::Closed)
    };
    let _ = state.wait_for(is_over).await;
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.runtime.end();
    }
}

fn settings() -> SettingEngine {
    SettingEngineBuilder::default()
        .with_ice_connection_attempts(Some(CHECK_PERIOD), Some(CHECKS))
        .with_answering_dtls_role(RTCDtlsRole::Client)
        .with_multicast_dns_mode(MulticastDnsMode::Disabled)
        .build()
}

struct Events {
    state: watch::Sender<RTCPeerConnectionState>,
    tracks: mpsc::Sender<Track>,
}

#[async_trait]
impl PeerConnectionEventHandler for Events {
    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        self.state.send_replace(state);
    }

    async fn on_track(&self, track: Track) {
        if self.tracks.try_send(track).is_err() {
            tracing::warn!("a track came that nobody waits for");
        }
    }
}
