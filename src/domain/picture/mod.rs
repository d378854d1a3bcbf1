//! Pictures that people send: known by what is in them, never by their name, and made anew before anybody sees them.
//! What was hidden in a file, a place where it was taken or a program for the browser, doesn't come out again.

mod raster;
mod svg;

use super::{attachment, identity_check, snapshot};

/// Most bytes that are taken.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;

/// What a picture is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// In the head of pages and mails.
    Logo,
    /// In browser tabs.
    Favicon,
    /// A seller's face: a square photo.
    Face,
    /// How a picture that somebody sends looks, to be seen before it is saved.
    Preview,
    /// What shows who somebody is: all of it, as large as it is needed to be read.
    Evidence,
    /// A still of a seller in a call.
    Still,
}

impl Purpose {
    /// Longest side of what is kept, in pixels: even noise stays below a megabyte.
    fn pixels(self) -> u32 {
        match self {
            Self::Logo => 480,
            Self::Favicon => 128,
            Self::Face => 480,
            Self::Preview => 1_024,
            Self::Evidence => 1_600,
            Self::Still => 640,
        }
    }

    /// Most bytes that are taken.
    fn most_bytes(self) -> usize {
        match self {
            Self::Preview => attachment::MAX_BYTES,
            Self::Evidence => identity_check::MOST_BYTES,
            Self::Still => snapshot::MAX_BYTES,
            _ => MAX_BYTES,
        }
    }
}

/// A picture made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// PNG, JPEG or SVG.
    pub media_type: &'static str,
    /// The file.
    pub body: Vec<u8>,
}

/// Why a picture can't be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// More than [`MAX_BYTES`].
    #[error("At most 2 MB can be taken. Save the picture in a smaller size.")]
    TooBig,
    /// What is kept of it would be more than [`snapshot::MOST_KEPT`].
    #[error("This picture has too much detail. Take a smaller one.")]
    TooDetailed,
    /// Another format, or none.
    #[error("This is no PNG, JPEG, WebP, GIF or SVG picture.")]
    Unknown,
    /// A drawing where a photo is wanted, or no picture.
    #[error("This is no PNG, JPEG, WebP or GIF picture.")]
    NoPhoto,
    /// The right format, but broken or far too large once it is unpacked.
    #[error("This picture is damaged or has too many pixels; up to 4,096 on a side can be taken.")]
    Unreadable,
    /// An SVG that isn't well-formed or goes too deep.
    #[error("This SVG can't be read: {0}.")]
    Broken(String),
    /// An SVG with something in it that isn't a picture.
    #[error("This SVG can't be taken: line {line}: {what}.")]
    Refused {
        /// Where.
        line: u32,
        /// What was found.
        what: String,
    },
}

/// Where only a photo will do.
fn no_photo(error: PictureError) -> PictureError {
    match error {
        PictureError::Unknown => PictureError::NoPhoto,
        other => other,
    }
}

/// Width and height of a picture of pixels that was made anew.
pub fn size(picture: &[u8]) -> Option<(u32, u32)> {
    raster::size(picture)
}

/// Takes a picture as it was sent and gives it back made anew.
///
/// # Errors
/// It can't be taken.
pub fn remake(sent: &[u8], purpose: Purpose) -> Result<Picture, PictureError> {
    if sent.len() > purpose.most_bytes() {
        return Err(PictureError::TooBig);
    }
    if svg::is_one(sent) && matches!(purpose, Purpose::Logo | Purpose::Favicon) {
        let body = svg::remake(sent)?.into_bytes();
        return Ok(Picture {
            media_type: "image/svg+xml",
            body,
        });
    }
    let (media_type, body) = match purpose {
        // A photo as PNG would be ten times as large.
        Purpose::Face => (
            "image/jpeg",
            raster::square_photo(sent, purpose.pixels()).map_err(no_photo)?,
        ),
        Purpose::Preview | Purpose::Evidence | Purpose::Still => {
            ("image/jpeg", raster::photo(sent, purpose.pixels()).map_err(no_photo)?)
        }
        Purpose::Logo | Purpose::Favicon => ("image/png", raster::remake(sent, purpose.pixels())?),
    };
    if purpose == Purpose::Still && body.len() > snapshot::MOST_KEPT {
        return Err(PictureError::TooDetailed);
    }
    Ok(Picture { media_type, body })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{
        ExtendedColorType, ImageEncoder as _,
        codecs::png::{CompressionType, FilterType, PngEncoder},
    };

    #[test]
    fn a_still_that_grows_too_large_when_it_is_made_anew_is_refused() {
        let mut seed = 1_u32;
        let mut noise = || {
            // Xorshift: each bit is as good as any other.
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            if seed & 0x1_0000 == 0 { 0 } else { 255 }
        };
        let pixels: Vec<u8> = (0..640 * 640).map(|_| noise()).collect();
        let mut sent = Vec::new();
        PngEncoder::new_with_quality(&mut sent, CompressionType::Best, FilterType::NoFilter)
            .write_image(&pixels, 640, 640, ExtendedColorType::L8)
            .unwrap();
        assert!(sent.len() <= snapshot::MAX_BYTES, "{}", sent.len());
        assert_eq!(remake(&sent, Purpose::Still), Err(PictureError::TooDetailed));
    }
}
