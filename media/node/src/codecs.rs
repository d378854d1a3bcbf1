//! The codecs of every room, and what of a client's RTP parameters reaches the worker.
//!
//! Parameters come from browsers unread. The worker is C++ and shared by all calls of the node, so what no honest
//! client sends is refused before it gets there.

use crate::refusal::invalid;
use mediasoup::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::num::{NonZeroU8, NonZeroU32};
use tallyroom_media_protocol::Refusal;

const MAX_CODECS: usize = 16;
const MAX_ENCODINGS: usize = 4;
const MAX_HEADER_EXTENSIONS: usize = 32;
const MAX_NAME_BYTES: usize = 256;
const MAX_TEMPORAL_LAYERS: u8 = 3;

/// Opus, H264 (constrained baseline, preferred: every phone decodes it in hardware and recordings are copied, not
/// transcoded) and VP8.
pub(crate) fn router_codecs() -> Vec<RtpCodecCapability> {
    const OPUS_RATE: NonZeroU32 = NonZeroU32::new(48_000).expect("not zero");
    const VIDEO_RATE: NonZeroU32 = NonZeroU32::new(90_000).expect("not zero");
    const STEREO: NonZeroU8 = NonZeroU8::new(2).expect("not zero");
    let video = |mime_type, parameters| RtpCodecCapability::Video {
        mime_type,
        preferred_payload_type: None,
        clock_rate: VIDEO_RATE,
        parameters,
        rtcp_feedback: Vec::new(), // the worker's own list is used
    };
    vec![
        RtpCodecCapability::Audio {
            mime_type: MimeTypeAudio::Opus,
            preferred_payload_type: None,
            clock_rate: OPUS_RATE,
            channels: STEREO,
            parameters: RtpCodecParametersParameters::default(),
            rtcp_feedback: Vec::new(),
        },
        video(
            MimeTypeVideo::H264,
            RtpCodecParametersParameters::from([
                ("packetization-mode", 1_u32.into()),
                ("profile-level-id", "42e01f".into()),
                ("level-asymmetry-allowed", 1_u32.into()),
            ]),
        ),
        video(MimeTypeVideo::Vp8, RtpCodecParametersParameters::default()),
    ]
}

/// Reads one of mediasoup's types from a client's JSON.
pub(crate) fn read<T: DeserializeOwned>(what: &str, json: Value) -> Result<T, Refusal> {
    serde_json::from_value(json).map_err(|error| invalid(format_args!("{what}: {error}")))
}

/// Reads a producer's RTP parameters and refuses what only a hostile client sends.
pub(crate) fn read_rtp(kind: MediaKind, json: Value) -> Result<RtpParameters, Refusal> {
    let rtp: RtpParameters = read("RTP parameters", json)?;
    let names = [&rtp.mid, &rtp.msid, &rtp.rtcp.cname]
        .into_iter()
        .chain(rtp.encodings.iter().map(|e| &e.rid))
        .flatten();
    if rtp.codecs.len() > MAX_CODECS
        || rtp.encodings.len() > MAX_ENCODINGS
        || rtp.header_extensions.len() > MAX_HEADER_EXTENSIONS
        || names.into_iter().any(|name| name.len() > MAX_NAME_BYTES)
    {
        return Err(invalid("RTP parameters: too many or too long"));
    }
    let of_kind = |codec: &RtpCodecParameters| match codec {
        RtpCodecParameters::Audio { .. } => kind == MediaKind::Audio,
        RtpCodecParameters::Video { .. } => kind == MediaKind::Video,
    };
    if rtp.codecs.first().is_none_or(RtpCodecParameters::is_rtx) || !rtp.codecs.iter().all(of_kind) {
        return Err(invalid("RTP parameters: the codecs aren't of the producer's kind"));
    }
    // Opus, H264 and VP8 know no spatial layers inside one stream.
    let plain = |encoding: &RtpEncodingParameters| {
        let mode = &encoding.scalability_mode;
        mode.spatial_layers().get() == 1 && mode.temporal_layers().get() <= MAX_TEMPORAL_LAYERS
    };
    if !rtp.encodings.iter().all(plain) {
        return Err(invalid("RTP parameters: unsupported scalability mode"));
    }
    Ok(rtp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tallyroom_media_protocol::RefusalKind;

    fn opus() -> Value {
        json!({
            "mid": "0",
            "codecs": [{"mimeType": "audio/opus", "payloadType": 111, "clockRate": 48000, "channels": 2,
                        "parameters": {"useinbandfec": 1}, "rtcpFeedback": []}],
            "headerExtensions": [],
            "encodings": [{"ssrc": 1234}],
            "rtcp": {"cname": "c", "reducedSize": true},
        })
    }

    fn refused(kind: MediaKind, rtp: Value) -> bool {
        read_rtp(kind, rtp).is_err_and(|refusal| refusal.kind == RefusalKind::Invalid)
    }

    #[test]
    fn takes_what_a_browser_sends() {
        assert!(read_rtp(MediaKind::Audio, opus()).is_ok());
    }

    #[test]
    fn refuses_what_could_hurt_the_worker() {
        assert!(refused(MediaKind::Video, opus()), "sound announced as picture");
        let change = |path: &str, value: Value| {
            let mut rtp = opus();
            *rtp.pointer_mut(path).expect("path") = value;
            rtp
        };
        assert!(refused(MediaKind::Audio, change("/codecs", json!([]))));
        assert!(refused(MediaKind::Audio, change("/mid", json!("x".repeat(300)))));
        let many: Vec<Value> = (1..=101).map(|ssrc| json!({"ssrc": ssrc})).collect();
        assert!(refused(MediaKind::Audio, change("/encodings", json!(many))));
        let layered = json!([{"ssrc": 1, "scalabilityMode": "L9T1"}]);
        assert!(refused(MediaKind::Audio, change("/encodings", layered)));
        assert!(refused(MediaKind::Audio, json!("nonsense")));
    }
}
