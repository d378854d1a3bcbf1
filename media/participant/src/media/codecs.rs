//! Which of the router's codecs this participant speaks: Opus and H.264, under the router's own payload types, so that
//! nothing has to be mapped.

use anyhow::{Context, Result};
use rtc::rtp_transceiver::rtp_sender::{RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RtpCodecKind};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tallyroom_media_protocol::MediaKind;
use webrtc::peer_connection::MediaEngine;

/// One codec of the router, as `RtpCapabilities` describe it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Codec {
    /// Sound or picture.
    pub kind: MediaKind,
    mime_type: String,
    #[serde(rename = "preferredPayloadType")]
    pub payload_type: u8,
    pub clock_rate: u32,
    channels: Option<u16>,
    #[serde(default)]
    parameters: Map<String, Value>,
}

impl Codec {
    /// Retransmission and key-frame requests; no congestion control, which has nothing to decide here.
    fn feedback(&self) -> Value {
        match self.kind {
            MediaKind::Audio => json!([]),
            MediaKind::Video => json!([{"type": "nack", "parameter": ""}, {"type": "nack", "parameter": "pli"}]),
        }
    }

    fn is_spoken(&self) -> bool {
        match self.mime_type.to_ascii_lowercase().as_str() {
            "audio/opus" => true,
            "video/h264" => self.parameters.get("packetization-mode").and_then(Value::as_u64) == Some(1),
            _ => false,
        }
    }

    /// The entry of our own `RtpCapabilities`.
    fn capability(&self) -> Value {
        let mut entry = json!({
            "kind": self.kind, "mimeType": self.mime_type, "preferredPayloadType": self.payload_type,
            "clockRate": self.clock_rate, "parameters": self.parameters, "rtcpFeedback": self.feedback(),
        });
        if let Some(channels) = self.channels {
            entry["channels"] = channels.into();
        }
        entry
    }

    /// `RtpParameters` of a producer that sends this codec under `ssrc`.
    pub fn rtp_parameters(&self, ssrc: u32, cname: &str) -> Value {
        let mut codec = self.capability();
        if let Some(entry) = codec.as_object_mut() {
            entry.remove("kind");
            entry.remove("preferredPayloadType");
            entry.insert("payloadType".into(), self.payload_type.into());
        }
        json!({
            "codecs": [codec], "headerExtensions": [], "encodings": [{"ssrc": ssrc}],
            "rtcp": {"cname": cname, "reducedSize": true},
        })
    }

    /// What stands behind the payload type in `a=rtpmap`.
    pub fn rtpmap(&self) -> String {
        let name = self.mime_type.split_once('/').map_or("", |(_, name)| name);
        match self.channels {
            Some(channels) if channels > 1 => format!("{name}/{}/{channels}", self.clock_rate),
            _ => format!("{name}/{}", self.clock_rate),
        }
    }

    /// What stands behind the payload type in `a=fmtp`; empty if nothing has to be said.
    pub fn fmtp(&self) -> String {
        let parameters = self.parameters.iter().map(|(name, value)| match value {
            Value::String(text) => format!("{name}={text}"),
            other => format!("{name}={other}"),
        });
        parameters.collect::<Vec<_>>().join(";")
    }

    /// The codec as the `webrtc` crate wants it.
    pub fn rtc(&self) -> RTCRtpCodec {
        let feedback = match self.kind {
            MediaKind::Audio => vec![],
            MediaKind::Video => ["", "pli"]
                .map(|parameter| RTCPFeedback {
                    typ: "nack".into(),
                    parameter: parameter.into(),
                })
                .into(),
        };
        RTCRtpCodec {
            mime_type: self.mime_type.clone(),
            clock_rate: self.clock_rate,
            channels: self.channels.unwrap_or(0),
            sdp_fmtp_line: self.fmtp(),
            rtcp_feedback: feedback,
        }
    }
}

/// The `webrtc` crate's word for a kind.
pub fn rtc_kind(kind: MediaKind) -> RtpCodecKind {
    match kind {
        MediaKind::Audio => RtpCodecKind::Audio,
        MediaKind::Video => RtpCodecKind::Video,
    }
}

/// One codec for sound, one for the picture.
#[derive(Clone, Debug)]
pub struct Codecs {
    pub audio: Codec,
    pub video: Codec,
}

impl Codecs {
    /// Picks from the router's `RtpCapabilities`.
    pub fn of_router(caps: &Value) -> Result<Self> {
        let entries = caps["codecs"].as_array().context("router without codecs")?;
        let spoken: Vec<Codec> = entries
            .iter()
            .filter_map(|entry| Codec::deserialize(entry).ok())
            .filter(Codec::is_spoken)
            .collect();
        let first = |kind| spoken.iter().find(|codec| codec.kind == kind).cloned();
        Ok(Self {
            audio: first(MediaKind::Audio).context("router without Opus")?,
            video: first(MediaKind::Video).context("router without H264, packetization mode 1")?,
        })
    }

    /// The codec for a kind.
    pub fn of(&self, kind: MediaKind) -> &Codec {
        match kind {
            MediaKind::Audio => &self.audio,
            MediaKind::Video => &self.video,
        }
    }

    /// Our `RtpCapabilities`.
    pub fn capabilities(&self) -> Value {
        json!({"codecs": [self.audio.capability(), self.video.capability()], "headerExtensions": []})
    }

    /// A media engine that knows these two and nothing else.
    pub fn engine(&self) -> Result<MediaEngine> {
        let mut engine = MediaEngine::default();
        for codec in [&self.audio, &self.video] {
            let parameters = RTCRtpCodecParameters {
                rtp_codec: codec.rtc(),
                payload_type: codec.payload_type,
            };
            engine.register_codec(parameters, rtc_kind(codec.kind))?;
        }
        Ok(engine)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What a mediasoup router says, in the parts that matter.
    pub(crate) fn router() -> Value {
        let feedback = json!([{"type": "nack"}, {"type": "nack", "parameter": "pli"}, {"type": "transport-cc"}]);
        json!({"codecs": [
            {"kind": "audio", "mimeType": "audio/opus", "preferredPayloadType": 100, "clockRate": 48000, "channels": 2,
             "parameters": {}, "rtcpFeedback": []},
            {"kind": "video", "mimeType": "video/H264", "preferredPayloadType": 101, "clockRate": 90000,
             "parameters": {"packetization-mode": 1, "profile-level-id": "42e01f", "level-asymmetry-allowed": 1},
             "rtcpFeedback": feedback},
            {"kind": "video", "mimeType": "video/rtx", "preferredPayloadType": 102, "clockRate": 90000,
             "parameters": {"apt": 101}, "rtcpFeedback": []},
            {"kind": "video", "mimeType": "video/VP8", "preferredPayloadType": 103, "clockRate": 90000,
             "parameters": {}, "rtcpFeedback": feedback},
        ], "headerExtensions": [{"kind": "audio", "uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "preferredId": 1}]})
    }

    #[test]
    fn only_opus_and_h264_are_offered_without_extensions_or_congestion_control() {
        let caps = Codecs::of_router(&router()).unwrap().capabilities();
        let names: Vec<&str> = caps["codecs"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|c| c["mimeType"].as_str())
            .collect();
        assert_eq!(names, ["audio/opus", "video/H264"]);
        assert_eq!(caps["headerExtensions"], json!([]));
        assert!(!caps.to_string().contains("transport-cc"));
    }

    #[test]
    fn lines_of_the_description_name_the_router_s_parameters() {
        let codecs = Codecs::of_router(&router()).unwrap();
        assert_eq!(codecs.audio.rtpmap(), "opus/48000/2");
        assert_eq!(codecs.video.rtpmap(), "H264/90000");
        assert_eq!(
            codecs.video.fmtp(),
            "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
        );
    }

    #[test]
    fn a_router_without_h264_is_refused() {
        let mut caps = router();
        caps["codecs"].as_array_mut().unwrap().remove(1);
        assert!(Codecs::of_router(&caps).is_err());
    }
}
