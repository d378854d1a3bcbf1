//! H.264 both ways with `openh264`, and clips that are encoded once to be sent by many.

use crate::picture::{self, Stamp};
use anyhow::{Context, Result};
use bytes::Bytes;
use openh264::{
    OpenH264API,
    decoder::Decoder,
    encoder::{Complexity, Encoder, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, Profile, RateControlMode},
    formats::{YUVBuffer, YUVSource},
};
use std::time::Duration;
use uuid::Uuid;

/// Pictures a second.
pub const FRAME_RATE: u32 = 20;
/// How long one picture stands.
pub const FRAME: Duration = Duration::from_millis(1000 / FRAME_RATE as u64);
/// A key frame comes this often unasked.
const KEY_PERIOD: u32 = 5 * FRAME_RATE;

/// One encoded picture in Annex B form.
#[derive(Clone, Debug)]
pub struct EncodedFrame {
    /// All of its NAL units.
    pub data: Bytes,
    /// Can be decoded without earlier ones.
    pub key: bool,
}

/// Encodes the pictures of one sender.
pub struct PictureEncoder {
    encoder: Encoder,
    started: bool,
}

impl PictureEncoder {
    /// An encoder whose first frame will be a key frame.
    pub fn new() -> Result<Self> {
        let config = EncoderConfig::new()
            .max_frame_rate(FrameRate::from_hz(FRAME_RATE as f32))
            .rate_control_mode(RateControlMode::Off)
            .complexity(Complexity::Low)
            .profile(Profile::Baseline)
            .intra_frame_period(IntraFramePeriod::from_num_frames(KEY_PERIOD))
            .scene_change_detect(false)
            .skip_frames(false)
            .num_threads(1);
        let encoder = Encoder::with_api_config(OpenH264API::from_source(), config).context("H.264 encoder")?;
        Ok(Self {
            encoder,
            started: false,
        })
    }

    /// Encodes the next picture, as a key frame if `key`.
    pub fn encode(&mut self, picture: &impl YUVSource, key: bool) -> Result<EncodedFrame> {
        if key && self.started {
            self.encoder.force_intra_frame();
        }
        self.started = true;
        let stream = self.encoder.encode(picture).context("encoding a picture")?;
        Ok(EncodedFrame {
            key: stream.frame_type() == FrameType::IDR,
            data: stream.to_vec().into(),
        })
    }
}

/// Decodes what comes from one sender.
pub struct PictureDecoder(Decoder);

impl PictureDecoder {
    /// A decoder that waits for a key frame.
    pub fn new() -> Result<Self> {
        Ok(Self(Decoder::new().context("H.264 decoder")?))
    }

    /// Decodes one frame and reads its stamp, if there is one. An error means that a key frame is needed.
    pub fn decode(&mut self, frame: &[u8]) -> Result<Option<Stamp>> {
        let decoded = self
            .0
            .decode(frame)
            .context("decoding a picture")?
            .context("no picture in the frame")?;
        Ok(picture::read(&decoded))
    }
}

/// Frames encoded once, to be sent in a loop by any number of participants at next to no cost.
#[derive(Debug)]
pub struct Clip(Vec<EncodedFrame>);

impl Clip {
    /// Five seconds of the test picture under the nil id.
    pub fn encode() -> Result<Self> {
        Self::of(picture::draw)
    }

    /// The same at twice the size, as a camera gives it: 640 by 480.
    pub fn encode_doubled() -> Result<Self> {
        Self::of(|stamp| picture::doubled(&picture::draw(stamp)))
    }

    fn of(draw: impl Fn(Stamp) -> YUVBuffer) -> Result<Self> {
        let mut encoder = PictureEncoder::new()?;
        let call = Uuid::nil();
        (0..KEY_PERIOD)
            .map(|counter| encoder.encode(&draw(Stamp { call, counter }), false))
            .collect::<Result<_>>()
            .map(Self)
    }

    /// The frame at `position`, counted round and round; position 0 is a key frame.
    pub fn frame(&self, position: usize) -> EncodedFrame {
        self.0[position % self.0.len()].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_loops_and_decodes() {
        let clip = Clip::encode().unwrap();
        let mut decoder = PictureDecoder::new().unwrap();
        for position in 0..KEY_PERIOD as usize + 3 {
            let frame = clip.frame(position);
            let counter = position as u32 % KEY_PERIOD;
            assert_eq!(frame.key, counter == 0);
            assert_eq!(
                decoder.decode(&frame.data).unwrap(),
                Some(Stamp {
                    call: Uuid::nil(),
                    counter
                })
            );
        }
    }

    #[test]
    fn a_stream_without_its_key_frame_is_an_error_until_the_next_one() {
        let clip = Clip::encode().unwrap();
        let mut decoder = PictureDecoder::new().unwrap();
        assert!(decoder.decode(&clip.frame(1).data).is_err());
        assert!(decoder.decode(&clip.frame(0).data).unwrap().is_some());
    }
}
