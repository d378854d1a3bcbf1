//! Pictures of pixels: unpacked within bounds, turned upright, made small, packed anew.

use super::PictureError;
use image::{
    DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, Rgba, RgbaImage,
    imageops::{self, FilterType},
};
use std::io::Cursor;

/// Longest side, in pixels.
const MAX_SIDE: u32 = 4_096;
/// Most memory that unpacking may need.
const MAX_MEMORY: u64 = 80 * 1024 * 1024;

pub(super) fn remake(sent: &[u8], side: u32) -> Result<Vec<u8>, PictureError> {
    let picture = open(sent)?;
    let small = if picture.width().max(picture.height()) > side {
        picture.resize(side, side, FilterType::Lanczos3)
    } else {
        picture
    };
    // Eight bits a channel: what every browser shows.
    pack(&DynamicImage::ImageRgba8(small.into_rgba8()), ImageFormat::Png)
}

/// The middle of a photo, in a square of at most `side` pixels, as JPEG. What can be seen through becomes white.
pub(super) fn square_photo(sent: &[u8], side: u32) -> Result<Vec<u8>, PictureError> {
    let picture = open(sent)?;
    let shorter = picture.width().min(picture.height());
    let (left, top) = ((picture.width() - shorter) / 2, (picture.height() - shorter) / 2);
    let square = picture.crop_imm(left, top, shorter, shorter);
    let small = if shorter > side {
        square.resize_exact(side, side, FilterType::Lanczos3)
    } else {
        square
    };
    on_white(small)
}

/// A whole photo of at most `side` pixels on its longer side, as JPEG. What can be seen through becomes white.
pub(super) fn photo(sent: &[u8], side: u32) -> Result<Vec<u8>, PictureError> {
    let picture = open(sent)?;
    let small = if picture.width().max(picture.height()) > side {
        picture.resize(side, side, FilterType::Lanczos3)
    } else {
        picture
    };
    on_white(small)
}

pub(super) fn size(picture: &[u8]) -> Option<(u32, u32)> {
    let reader = ImageReader::new(Cursor::new(picture)).with_guessed_format().ok()?;
    reader.into_dimensions().ok()
}

fn on_white(small: DynamicImage) -> Result<Vec<u8>, PictureError> {
    let mut ground = RgbaImage::from_pixel(small.width(), small.height(), Rgba([255; 4]));
    imageops::overlay(&mut ground, &small.into_rgba8(), 0, 0);
    pack(
        &DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(ground).into_rgb8()),
        ImageFormat::Jpeg,
    )
}

fn pack(picture: &DynamicImage, format: ImageFormat) -> Result<Vec<u8>, PictureError> {
    let mut body = Cursor::new(Vec::new());
    picture
        .write_to(&mut body, format)
        .map_err(|_| PictureError::Unreadable)?;
    Ok(body.into_inner())
}

fn open(sent: &[u8]) -> Result<DynamicImage, PictureError> {
    let format = image::guess_format(sent).map_err(|_| PictureError::Unknown)?;
    let known = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif];
    if !known.contains(&format) {
        return Err(PictureError::Unknown);
    }
    unpack(sent, format).map_err(|_| PictureError::Unreadable)
}

fn unpack(sent: &[u8], format: ImageFormat) -> image::ImageResult<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(sent), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    // The reader bounds only what a decoder needs besides the picture.
    let mut room = Limits::no_limits();
    room.max_alloc = Some(MAX_MEMORY);
    room.reserve(decoder.total_bytes())?;
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
    fn a_face_is_a_square_of_the_middle_on_white() {
        let mut wide = RgbaImage::from_pixel(900, 600, Rgba([0, 0, 200, 255]));
        imageops::replace(
            &mut wide,
            &RgbaImage::from_pixel(150, 600, Rgba([255, 0, 0, 255])),
            0,
            0,
        );
        let sent = pack(&DynamicImage::ImageRgba8(wide), ImageFormat::Png).unwrap();
        let made = image::load_from_memory_with_format(&square_photo(&sent, 480).unwrap(), ImageFormat::Jpeg).unwrap();
        assert_eq!((made.width(), made.height()), (480, 480));
        let [red, _, blue] = made.to_rgb8().get_pixel(2, 240).0;
        assert!(blue > 150 && red < 60, "the left edge was cut away: {red} {blue}");
        let clear = DynamicImage::ImageRgba8(RgbaImage::from_pixel(30, 20, Rgba([0; 4])));
        let made = square_photo(&pack(&clear, ImageFormat::Png).unwrap(), 480).unwrap();
        let made = image::load_from_memory(&made).unwrap().to_rgb8();
        assert_eq!((made.width(), made.get_pixel(9, 9).0), (20, [255; 3]));
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
