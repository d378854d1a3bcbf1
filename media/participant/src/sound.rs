//! Speech to send: real Opus frames of 20 ms, read from `assets/speech.opus` (see `assets/README.md`).

use bytes::Bytes;
use rtc::media::io::ogg_reader::OggReader;
use std::{io::Cursor, sync::OnceLock, time::Duration};

/// How much sound one frame carries.
pub const FRAME: Duration = Duration::from_millis(20);

static SPEECH: &[u8] = include_bytes!("../assets/speech.opus");

/// About 15 s of speech with its pauses, to be said over and over.
pub fn speech() -> &'static [Bytes] {
    static FRAMES: OnceLock<Vec<Bytes>> = OnceLock::new();
    FRAMES.get_or_init(|| read(SPEECH))
}

/// The packets of an Ogg file that holds one packet a page, without its two header pages.
fn read(file: &'static [u8]) -> Vec<Bytes> {
    let Ok((mut pages, _)) = OggReader::new(Cursor::new(file), true) else {
        return Vec::new();
    };
    let mut frames = Vec::new();
    while let Ok((payload, header)) = pages.parse_next_page() {
        if header.opus_header_type(&payload).is_none() && !payload.is_empty() {
            frames.push(payload.freeze());
        }
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_is_whole_and_every_frame_lasts_20_ms() {
        let frames = speech();
        assert!((700..900).contains(&frames.len()), "{} frames", frames.len());
        for frame in frames {
            // RFC 6716: the configuration's number tells the duration, the low two bits one frame a packet.
            let config = frame[0] >> 3;
            let is_20_ms = match config {
                0..=11 => config % 4 == 1,
                12..=15 => config % 2 == 1,
                _ => config % 4 == 3,
            };
            assert!(is_20_ms && frame[0] & 3 == 0, "table of contents {:#010b}", frame[0]);
        }
    }

    #[test]
    fn speech_has_loud_and_quiet_parts() {
        let sizes: Vec<usize> = speech().iter().map(Bytes::len).collect();
        assert!(sizes.iter().any(|size| *size > 75) && sizes.iter().any(|size| *size < 40));
    }

    #[test]
    fn a_broken_file_gives_no_frames_and_no_panic() {
        assert!(read(b"OggS but not really").is_empty());
    }
}
