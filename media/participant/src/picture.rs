//! A test picture that proves where it came from: the call's id and a counter stand in it as black and white blocks.
//!
//! Blocks are whole macroblocks of H.264, so compression leaves them far from mid-grey, and between frames only the
//! counter's low blocks change. Above them a ball moves, so that people see at a glance that the picture is live.

use openh264::formats::{YUVBuffer, YUVSource};
use uuid::Uuid;

/// Width of the picture.
pub const WIDTH: usize = 320;
/// Height of the picture.
pub const HEIGHT: usize = 240;

/// One macroblock.
const BLOCK: usize = 16;
const COLUMNS: usize = WIDTH / BLOCK;
/// Where the blocks begin; the ball moves above.
const STAGE: usize = 96;
const CELLS: usize = COLUMNS * (HEIGHT - STAGE) / BLOCK;
/// Id, counter and checksum; the cells that are left over say white, black, white, black.
const BYTES: usize = 16 + 4 + 2;
const BLACK: u8 = 24;
const WHITE: u8 = 228;
const BALL: i64 = 20;

const _: () = assert!(BYTES * 8 <= CELLS);

/// What a picture says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The call it was made for.
    pub call: Uuid,
    /// Which of its pictures it is.
    pub counter: u32,
}

impl Stamp {
    fn to_bytes(self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        bytes[..16].copy_from_slice(self.call.as_bytes());
        bytes[16..20].copy_from_slice(&self.counter.to_be_bytes());
        let sum = checksum(&bytes[..20]);
        bytes[20..].copy_from_slice(&sum.to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: [u8; BYTES]) -> Option<Self> {
        let (content, sum) = bytes.split_at(20);
        if checksum(content).to_be_bytes() != sum {
            return None;
        }
        let (call, counter) = content.split_at(16);
        Some(Self {
            call: Uuid::from_slice(call).ok()?,
            counter: u32::from_be_bytes(counter.try_into().ok()?),
        })
    }
}

/// CRC-16/CCITT-FALSE.
fn checksum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |sum, byte| {
        (0..8).fold(sum ^ (u16::from(*byte) << 8), |sum, _| {
            if sum & 0x8000 == 0 {
                sum << 1
            } else {
                (sum << 1) ^ 0x1021
            }
        })
    })
}

/// What cell `index` has to show: bits first, then the pattern.
fn cell(bytes: &[u8; BYTES], index: usize) -> bool {
    match bytes.get(index / 8) {
        Some(byte) => byte >> (7 - index % 8) & 1 == 1,
        None => index.is_multiple_of(2),
    }
}

/// Draws the picture that carries `stamp`.
pub fn draw(stamp: Stamp) -> YUVBuffer {
    let mut yuv = vec![128; WIDTH * HEIGHT * 3 / 2];
    draw_stage(&mut yuv[..WIDTH * STAGE], stamp.counter);
    let bytes = stamp.to_bytes();
    for y in STAGE..HEIGHT {
        let row = (y - STAGE) / BLOCK * COLUMNS;
        for column in 0..COLUMNS {
            let shade = if cell(&bytes, row + column) { WHITE } else { BLACK };
            let at = y * WIDTH + column * BLOCK;
            yuv[at..at + BLOCK].fill(shade);
        }
    }
    tint(&mut yuv[WIDTH * HEIGHT..]);
    YUVBuffer::from_vec(yuv, WIDTH, HEIGHT)
}

/// A picture at twice its size.
pub(crate) fn doubled(picture: &YUVBuffer) -> YUVBuffer {
    let planes = [(picture.y(), WIDTH), (picture.u(), WIDTH / 2), (picture.v(), WIDTH / 2)];
    let rows = planes.iter().flat_map(|(plane, width)| plane.chunks_exact(*width));
    let doubled = rows.flat_map(|row| {
        let row: Vec<u8> = row.iter().flat_map(|pixel| [*pixel; 2]).collect();
        row.repeat(2)
    });
    YUVBuffer::from_vec(doubled.collect(), 2 * WIDTH, 2 * HEIGHT)
}

/// A ball that goes to and fro, hopping, in front of a sky that grows lighter downwards. Grain that is new in every
/// picture costs the encoder about as many bits as a camera's picture would.
fn draw_stage(luma: &mut [u8], counter: u32) {
    let (right, floor) = (WIDTH as i64 - 2 * BALL, STAGE as i64 - 2 * BALL);
    let bounce = |position: i64, range: i64| range - (position.rem_euclid(2 * range) - range).abs();
    let step = i64::from(counter);
    let (x, y) = (BALL + bounce(step * 4, right), BALL + floor - bounce(step * 3, floor));
    for (line, row) in luma.chunks_exact_mut(WIDTH).enumerate() {
        let sky = 60 + line as u8 / 2;
        for (pixel, grain) in row.iter_mut().zip(grain(counter, line as u32)) {
            *pixel = sky + grain;
        }
        let height = line as i64 - y;
        let half = (BALL * BALL - height * height).max(0).isqrt();
        if half > 0 {
            row[(x - half) as usize..(x + half) as usize].fill(220);
        }
    }
}

/// Noise for one line, 0 to 15 a pixel.
fn grain(counter: u32, line: u32) -> impl Iterator<Item = u8> {
    let seed = (counter << 8 | line).wrapping_mul(0x9e37_79b9) | 1;
    std::iter::successors(Some(seed), |noise| {
        let noise = noise ^ noise << 13;
        let noise = noise ^ noise >> 17;
        Some(noise ^ noise << 5)
    })
    .map(|noise| (noise >> 28) as u8)
}

/// Colours the stage blue; the blocks stay grey.
fn tint(chroma: &mut [u8]) {
    let plane = chroma.len() / 2;
    let stage = WIDTH * STAGE / 4;
    chroma[..stage].fill(160);
    chroma[plane..plane + stage].fill(108);
}

/// Reads a decoded picture; none if it isn't one of ours or is too damaged to be sure.
pub fn read(picture: &impl YUVSource) -> Option<Stamp> {
    if picture.dimensions() != (WIDTH, HEIGHT) {
        return None;
    }
    let (luma, stride) = (picture.y(), picture.strides().0);
    let mut bytes = [0; BYTES];
    for index in 0..CELLS {
        let is_white = shade(luma, stride, index)? > 127;
        match bytes.get_mut(index / 8) {
            Some(byte) => *byte |= u8::from(is_white) << (7 - index % 8),
            None if is_white != index.is_multiple_of(2) => return None,
            None => {}
        }
    }
    Stamp::from_bytes(bytes)
}

/// Mean brightness of the middle of a cell.
fn shade(luma: &[u8], stride: usize, index: usize) -> Option<u32> {
    const MARGIN: usize = 4;
    const SIDE: usize = BLOCK - 2 * MARGIN;
    let (x, y) = (
        index % COLUMNS * BLOCK + MARGIN,
        STAGE + index / COLUMNS * BLOCK + MARGIN,
    );
    let mut sum = 0;
    for line in y..y + SIDE {
        let start = line * stride + x;
        sum += luma
            .get(start..start + SIDE)?
            .iter()
            .map(|pixel| u32::from(*pixel))
            .sum::<u32>();
    }
    Some(sum / (SIDE * SIDE) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{PictureDecoder, PictureEncoder};
    use proptest::prelude::*;

    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(checksum(b"123456789"), 0x29b1);
    }

    proptest! {
        #[test]
        fn what_is_drawn_is_read(call: u128, counter: u32) {
            let stamp = Stamp { call: Uuid::from_u128(call), counter };
            prop_assert_eq!(read(&draw(stamp)), Some(stamp));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]

        #[test]
        fn what_is_sent_through_h264_is_read(call: u128, start in 0..u32::MAX - 12, key in 1..12u32) {
            let call = Uuid::from_u128(call);
            let mut encoder = PictureEncoder::new().unwrap();
            let mut decoder = PictureDecoder::new().unwrap();
            for step in 0..12 {
                let stamp = Stamp { call, counter: start + step };
                let frame = encoder.encode(&draw(stamp), step == key).unwrap();
                prop_assert_eq!(frame.key, step == 0 || step == key);
                prop_assert_eq!(decoder.decode(&frame.data).unwrap(), Some(stamp));
            }
        }
    }

    #[test]
    fn other_pictures_and_damaged_ones_are_not_read() {
        assert_eq!(read(&YUVBuffer::new(WIDTH, HEIGHT)), None);
        assert_eq!(read(&YUVBuffer::new(640, 480)), None);
        let stamp = Stamp {
            call: Uuid::from_u128(7),
            counter: 9,
        };
        let intact = draw(stamp);
        for index in [0, 100, BYTES * 8, CELLS - 1] {
            let mut yuv = [intact.y(), intact.u(), intact.v()].concat();
            let (x, y) = (index % COLUMNS * BLOCK, STAGE + index / COLUMNS * BLOCK);
            for line in y..y + BLOCK {
                for pixel in &mut yuv[line * WIDTH + x..line * WIDTH + x + BLOCK] {
                    *pixel = 255 - *pixel;
                }
            }
            assert_eq!(read(&YUVBuffer::from_vec(yuv, WIDTH, HEIGHT)), None, "cell {index}");
        }
    }

    #[test]
    fn the_ball_moves() {
        let call = Uuid::nil();
        let stage = |counter| draw(Stamp { call, counter }).y()[..WIDTH * STAGE].to_vec();
        assert_ne!(stage(1), stage(2));
    }
}
