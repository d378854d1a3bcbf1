//! mediasoup speaks in parameters, the `webrtc` crate in session descriptions: this writes the other side's description.

use super::codecs::{Codec, Codecs};
use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;
use std::{
    fmt::Write,
    net::{IpAddr, Ipv4Addr, UdpSocket},
};
use tallyroom_media_protocol::{MediaId, MediaKind};

/// A server's transport as a join hands it out.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transport {
    pub id: MediaId,
    ice_parameters: IceParameters,
    ice_candidates: Vec<IceCandidate>,
    dtls_parameters: DtlsParameters,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct IceParameters {
    username_fragment: String,
    password: String,
}

#[derive(Clone, Debug, Deserialize)]
struct IceCandidate {
    foundation: String,
    priority: u64,
    #[serde(alias = "ip")]
    address: String,
    protocol: String,
    port: u16,
}

#[derive(Clone, Debug, Deserialize)]
struct DtlsParameters {
    fingerprints: Vec<Fingerprint>,
}

#[derive(Clone, Debug, Deserialize)]
struct Fingerprint {
    algorithm: String,
    value: String,
}

impl Transport {
    /// Reads `{id, iceParameters, iceCandidates, dtlsParameters}`.
    pub fn parse(value: &Value) -> Result<Self> {
        Self::deserialize(value).context("transport parameters")
    }

    fn udp_candidates(&self) -> impl Iterator<Item = &IceCandidate> {
        self.ice_candidates
            .iter()
            .filter(|candidate| candidate.protocol.eq_ignore_ascii_case("udp"))
    }

    /// The address from which this machine reaches the transport.
    pub fn local_address(&self) -> IpAddr {
        let route = |candidate: &IceCandidate| {
            let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
            socket.connect((candidate.address.as_str(), candidate.port)).ok()?;
            Some(socket.local_addr().ok()?.ip())
        };
        self.udp_candidates()
            .find_map(route)
            .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    fn fingerprint(&self) -> Result<&str> {
        let of_sha256 = |fingerprint: &&Fingerprint| fingerprint.algorithm == "sha-256";
        let fingerprint = self
            .dtls_parameters
            .fingerprints
            .iter()
            .find(of_sha256)
            .context("no sha-256 fingerprint")?;
        Ok(&fingerprint.value)
    }
}

/// The server's part in a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It receives what we offered: a DTLS server, since it is ICE lite and we begin.
    Answer,
    /// It offers what we are to receive.
    Offer,
}

/// One media section.
#[derive(Clone, Debug)]
pub struct Section {
    pub kind: MediaKind,
    pub mid: String,
    /// The stream that the server sends in it, if it does: synchronisation source and canonical name.
    pub source: Option<(u32, String)>,
    /// Its producer is gone.
    pub ended: bool,
}

impl Section {
    /// The section of a consumer `{id, producerId, kind, rtpParameters}`.
    pub fn of_consumer(consumer: &Value) -> Result<Self> {
        let rtp = &consumer["rtpParameters"];
        let ssrc = rtp["encodings"][0]["ssrc"]
            .as_u64()
            .and_then(|ssrc| u32::try_from(ssrc).ok());
        Ok(Self {
            kind: MediaKind::deserialize(&consumer["kind"]).context("consumer's kind")?,
            mid: rtp["mid"].as_str().context("consumer's mid")?.to_owned(),
            source: Some((
                ssrc.context("consumer's ssrc")?,
                rtp["rtcp"]["cname"].as_str().unwrap_or("server").to_owned(),
            )),
            ended: false,
        })
    }
}

/// The server's session description.
pub fn describe(transport: &Transport, role: Role, codecs: &Codecs, sections: &[Section]) -> Result<String> {
    let bundle: Vec<&str> = sections.iter().map(|section| section.mid.as_str()).collect();
    let mut sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-lite\r\na=fingerprint:sha-256 {}\r\n\
         a=msid-semantic: WMS *\r\na=group:BUNDLE {}\r\n",
        transport.fingerprint()?,
        bundle.join(" ")
    );
    for section in sections {
        describe_section(&mut sdp, transport, role, codecs.of(section.kind), section)?;
    }
    Ok(sdp)
}

fn describe_section(
    sdp: &mut String,
    transport: &Transport,
    role: Role,
    codec: &Codec,
    section: &Section,
) -> Result<()> {
    let (setup, direction) = match role {
        Role::Answer => ("passive", "recvonly"),
        Role::Offer if section.ended => ("actpass", "inactive"),
        Role::Offer => ("actpass", "sendonly"),
    };
    let kind = match section.kind {
        MediaKind::Audio => "audio",
        MediaKind::Video => "video",
    };
    let (ice, mid, payload) = (&transport.ice_parameters, &section.mid, codec.payload_type);
    write!(
        sdp,
        "m={kind} 7 UDP/TLS/RTP/SAVPF {payload}\r\nc=IN IP4 127.0.0.1\r\na=mid:{mid}\r\na={direction}\r\n"
    )?;
    write!(
        sdp,
        "a=ice-ufrag:{}\r\na=ice-pwd:{}\r\na=setup:{setup}\r\n",
        ice.username_fragment, ice.password
    )?;
    write!(
        sdp,
        "a=rtcp-mux\r\na=rtcp-rsize\r\na=rtpmap:{payload} {}\r\n",
        codec.rtpmap()
    )?;
    let fmtp = codec.fmtp();
    if !fmtp.is_empty() {
        write!(sdp, "a=fmtp:{payload} {fmtp}\r\n")?;
    }
    if section.kind == MediaKind::Video {
        write!(sdp, "a=rtcp-fb:{payload} nack\r\na=rtcp-fb:{payload} nack pli\r\n")?;
    }
    if let Some((ssrc, cname)) = section.source.as_ref().filter(|_| !section.ended) {
        write!(sdp, "a=msid:{cname} {mid}\r\na=ssrc:{ssrc} cname:{cname}\r\n")?;
    }
    for IceCandidate {
        foundation,
        priority,
        address,
        port,
        ..
    } in transport.udp_candidates()
    {
        write!(
            sdp,
            "a=candidate:{foundation} 1 udp {priority} {address} {port} typ host\r\n"
        )?;
    }
    sdp.push_str("a=end-of-candidates\r\n");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::codecs::tests::router;
    use serde_json::json;

    fn transport() -> Value {
        json!({
            "id": "t", "iceParameters": {"usernameFragment": "frag", "password": "pwd", "iceLite": true},
            "iceCandidates": [
                {"foundation": "udpcandidate", "priority": 1076302079, "address": "127.0.0.1", "protocol": "udp",
                 "port": 40000, "type": "host"},
                {"foundation": "tcpcandidate", "priority": 1076276479, "address": "127.0.0.1", "protocol": "tcp",
                 "port": 40000, "type": "host", "tcpType": "passive"}],
            "dtlsParameters": {"role": "auto", "fingerprints": [
                {"algorithm": "sha-1", "value": "00"}, {"algorithm": "sha-256", "value": "AB:CD"}]},
        })
    }

    #[test]
    fn an_offer_lists_live_streams_and_leaves_ended_ones_inactive() {
        let consumer = json!({"id": "c", "producerId": "p", "kind": "video", "rtpParameters": {
            "mid": "3", "encodings": [{"ssrc": 4_000_000_001_u32}], "rtcp": {"cname": "name"}}});
        let live = Section::of_consumer(&consumer).unwrap();
        let ended = Section {
            mid: "4".into(),
            ended: true,
            ..live.clone()
        };
        let transport = Transport::parse(&transport()).unwrap();
        let codecs = Codecs::of_router(&router()).unwrap();
        let sdp = describe(&transport, Role::Offer, &codecs, &[live, ended]).unwrap();
        assert_eq!(sdp.matches("a=ssrc:4000000001 cname:name").count(), 1);
        assert_eq!(
            (sdp.matches("a=sendonly").count(), sdp.matches("a=inactive").count()),
            (1, 1)
        );
        assert!(sdp.contains("a=group:BUNDLE 3 4\r\n") && sdp.contains("sha-256 AB:CD") && sdp.contains("m=video 7"));
        assert!(!sdp.contains("tcpcandidate"));
    }

    #[test]
    fn an_answer_is_passive_and_receives() {
        let transport = Transport::parse(&transport()).unwrap();
        let codecs = Codecs::of_router(&router()).unwrap();
        let section = Section {
            kind: MediaKind::Audio,
            mid: "0".into(),
            source: None,
            ended: false,
        };
        let sdp = describe(&transport, Role::Answer, &codecs, &[section]).unwrap();
        assert!(sdp.contains("a=setup:passive") && sdp.contains("a=recvonly") && !sdp.contains("a=ssrc"));
        assert!(transport.local_address().is_loopback());
    }

    #[test]
    fn a_transport_without_its_parts_is_refused() {
        let mut broken = transport();
        broken["iceParameters"] = json!({});
        assert!(Transport::parse(&broken).is_err());
    }
}
