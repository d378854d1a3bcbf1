//! Pictures of pixels: unpacked within bounds, turned upright, made small, packed as PNG.

use super::PictureError;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, imageops::FilterType};
use std::io::Cursor;

/// Longest side, in pixels.
const MAX_SIDE: u32 = 4_096;
/// Most memory that unpacking may need.
const MAX_MEMORY: u64 = 80 * 1024 * 1024;

pub(super) fn remake(sent: &[u8], side: u32) -> Result<Vec<u8>, PictureError> {
    let format = image::guess_format(sent).map_err(|_| PictureError::Unknown)?;
    let known = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif];
    if !known.contains(&format) {
        return Err(PictureError::Unknown);
    }
    let picture = unpack(sent, format).map_err(|_| PictureError::Unreadable)?;
    let small = if picture.width().max(picture.height()) > side {
        picture.resize(side, side, FilterType::Lanczos3)
    } else {
        picture
    };
    let mut body = Cursor::new(Vec::new());
    // Eight bits a channel: what every browser shows.
    DynamicImage::ImageRgba8(small.into_rgba8())
        .write_to(&mut body, ImageFormat::Png)
        .map_err(|_| PictureError::Unreadable)?;
    Ok(body.into_inner())
}

fn unpack(sent: &[u8], format: ImageFormat) -> image::ImageResult<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(sent), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut body = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height)
            .write_to(&mut body, ImageFormat::Png)
            .unwrap();
        body.into_inner()
    }

    #[test]
    fn large_ones_are_made_small_and_small_ones_stay() {
        for (size, kept) in [((1_000, 500), (512, 256)), ((40, 30), (40, 30)), ((4_096, 1), (512, 1))] {
            let made = image::load_from_memory(&remake(&png(size.0, size.1), 512).unwrap()).unwrap();
            assert_eq!((made.width(), made.height()), kept, "{size:?}");
        }
    }

    #[test]
    fn what_was_hidden_behind_the_picture_is_gone() {
        let mut sent = png(8, 8);
        sent.extend_from_slice(b"<script>alert(1)</script>");
        let made = remake(&sent, 512).unwrap();
        assert!(!made.windows(7).any(|part| part == b"<script"));
    }

    #[test]
    fn bombs_and_broken_files_are_refused() {
        assert_eq!(remake(&png(4_097, 1), 512), Err(PictureError::Unreadable));
        let mut header = png(1, 1);
        // Claims to be 65,536 pixels wide and high.
        header[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
        assert_eq!(remake(&header, 512), Err(PictureError::Unreadable));
        assert_eq!(remake(&png(50, 50)[..60], 512), Err(PictureError::Unreadable));
        for unknown in [&b""[..], b"GIF", b"hello", b"%PDF-1.7", b"MZ\x90\x00"] {
            assert_eq!(remake(unknown, 512), Err(PictureError::Unknown));
        }
    }
}
