//! A sheet of paper for the books, as a PDF: texts on the left and on the right, and lines.

use super::Result;
use crate::error::Error;
use actix_web::{HttpResponse, http::header};
use anyhow::{Context as _, anyhow};
use krilla::{
    Document,
    color::rgb,
    geom::{PathBuilder, Point, Rect},
    metadata::Metadata,
    page::PageSettings,
    paint::Fill,
    surface::Surface,
    text::{Font, TextDirection},
};

/// The answer that gives a PDF of that name to keep, once it is written. That takes some milliseconds: fonts are cut down
/// to the letters that are used.
///
/// # Errors
/// It can't be written.
pub(super) async fn file(
    name: &str,
    write: impl FnOnce() -> anyhow::Result<Vec<u8>> + Send + 'static,
) -> Result<HttpResponse> {
    let written = tokio::task::spawn_blocking(write);
    let written = written.await.map_err(Error::internal)?.map_err(Error::internal)?;
    let named = format!("attachment; filename=\"{name}.pdf\"");
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::CONTENT_DISPOSITION, named))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(written))
}

/// A PDF of one sheet that `write` fills.
///
/// # Errors
/// What `write` returns, or the PDF can't be written.
pub(super) fn sheet(
    (title, language): (&str, &str),
    write: impl FnOnce(&mut Paper<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<u8>> {
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(title.to_owned()).language(language.to_owned()));
    let settings = PageSettings::from_wh(PAPER.0, PAPER.1).context("a page without size")?;
    let mut sheet = document.start_page_with(settings);
    let mut paper = Paper {
        surface: sheet.surface(),
        regular: Face::new(dejavu::sans::regular())?,
        bold: Face::new(dejavu::sans::bold())?,
    };
    write(&mut paper)?;
    drop(paper);
    sheet.finish();
    document.finish().map_err(|error| anyhow!("{error:?}"))
}

/// A4, in points.
const PAPER: (f32, f32) = (595.0, 842.0);
/// Left and right, points.
pub(super) const MARGIN: f32 = 60.0;
/// Where the right margin begins.
pub(super) const RIGHT: f32 = PAPER.0 - MARGIN;
/// Where amounts begin at the latest.
pub(super) const AMOUNTS: f32 = RIGHT - 120.0;
/// Height of most letters.
pub(super) const SMALL: f32 = 10.0;
/// Height of a title's letters.
pub(super) const LARGE: f32 = 20.0;
/// From one line to the next, in heights of its letters.
pub(super) const LEADING: f32 = 1.5;

/// Width of a column beside another.
pub(super) const HALF: f32 = (PAPER.0 / 2.0 - MARGIN) - 10.0;

/// A font, to write with and to measure by.
struct Face {
    font: Font,
    measures: ttf_parser::Face<'static>,
}

impl Face {
    fn new(file: &'static [u8]) -> anyhow::Result<Self> {
        Ok(Self {
            font: Font::new(file.into(), 0).context("a font that can't be read")?,
            measures: ttf_parser::Face::parse(file, 0)?,
        })
    }

    /// How wide a text is, in heights of its letters.
    fn width(&self, text: &str) -> f32 {
        let units = |letter| {
            let glyph = self.measures.glyph_index(letter).unwrap_or_default();
            f32::from(self.measures.glyph_hor_advance(glyph).unwrap_or(0))
        };
        text.chars().map(units).sum::<f32>() / f32::from(self.measures.units_per_em())
    }
}

/// Red, green and blue.
pub(super) type Ink = [u8; 3];

/// How a text is set.
#[derive(Clone, Copy)]
pub(super) struct Type {
    size: f32,
    is_bold: bool,
    ink: Ink,
}

impl Type {
    /// As most texts are.
    pub const PLAIN: Self = Self {
        size: SMALL,
        is_bold: false,
        ink: [0x20; 3],
    };
    /// What matters.
    pub const BOLD: Self = Self {
        is_bold: true,
        ..Self::PLAIN
    };
    /// What is beside it.
    pub const FAINT: Self = Self {
        ink: [0x60; 3],
        ..Self::PLAIN
    };

    /// The same with letters of that height.
    pub fn sized(self, size: f32) -> Self {
        Self { size, ..self }
    }

    /// The same in that colour.
    pub fn inked(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }
}

/// One sheet that is written on. Heights are those of the first line's foot; each text gives that of the line below it.
pub(super) struct Paper<'a> {
    surface: Surface<'a>,
    regular: Face,
    bold: Face,
}

impl Paper<'_> {
    /// A text from the left margin on, no wider than `width`.
    pub fn left(&mut self, text: &str, how: Type, at: f32, width: f32) -> f32 {
        self.write(text, how, at, width, |_| MARGIN)
    }

    /// A text up to the right margin, no wider than `width`.
    pub fn right(&mut self, text: &str, how: Type, at: f32, width: f32) -> f32 {
        self.write(text, how, at, width, |width| RIGHT - width)
    }

    fn write(&mut self, text: &str, how: Type, mut at: f32, width: f32, begins: impl Fn(f32) -> f32) -> f32 {
        let face = if how.is_bold { &self.bold } else { &self.regular };
        self.surface.set_fill(Some(fill(how.ink)));
        for line in text
            .lines()
            .flat_map(|line| wrapped(line, width / how.size, |text| face.width(text)))
        {
            let start = Point::from_xy(begins(face.width(&line) * how.size), at);
            self.surface
                .draw_text(start, face.font.clone(), how.size, &line, false, TextDirection::Auto);
            at += how.size * LEADING;
        }
        at
    }

    /// A line from margin to margin.
    ///
    /// # Errors
    /// It has no size.
    pub fn line(&mut self, at: f32, thick: f32) -> anyhow::Result<()> {
        self.bar(at, thick, [0xb0; 3])
    }

    /// The same in a colour.
    ///
    /// # Errors
    /// It has no size.
    pub fn bar(&mut self, at: f32, thick: f32, ink: Ink) -> anyhow::Result<()> {
        let mut path = PathBuilder::new();
        path.push_rect(Rect::from_xywh(MARGIN, at, RIGHT - MARGIN, thick).context("a line without size")?);
        self.surface.set_fill(Some(fill(ink)));
        self.surface.draw_path(&path.finish().context("an empty line")?);
        Ok(())
    }
}

fn fill([red, green, blue]: Ink) -> Fill {
    Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        ..Fill::default()
    }
}

/// A text in lines that are no wider than they may be: broken between words, and where a word is too long, in it.
fn wrapped(text: &str, most: f32, width: impl Fn(&str) -> f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last().map_or("", String::as_str);
        let together = if last.is_empty() {
            word.to_owned()
        } else {
            format!("{last} {word}")
        };
        if width(&together) <= most {
            lines.pop();
            lines.push(together);
            continue;
        }
        if last.is_empty() {
            lines.pop();
        }
        let mut part = String::new();
        for letter in word.chars() {
            part.push(letter);
            if width(&part) > most && part.chars().count() > 1 {
                part.pop();
                lines.push(std::mem::replace(&mut part, letter.to_string()));
            }
        }
        lines.push(part);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_break_between_words_and_long_words_in_themselves() {
        let by_letters = |text: &str| text.chars().count() as f32;
        let lines = |text| wrapped(text, 6.0, by_letters);
        assert_eq!(lines("one two three"), ["one", "two", "three"]);
        assert_eq!(lines("a b c d"), ["a b c", "d"]);
        assert_eq!(lines("incomprehensible"), ["incomp", "rehens", "ible"]);
        assert_eq!(lines("an incomprehensible"), ["an", "incomp", "rehens", "ible"]);
        assert_eq!(lines(""), [""]);
    }
}
