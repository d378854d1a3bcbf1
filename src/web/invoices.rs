//! Invoices of the platform: as a page to print, and as a PDF for the books.

use super::{
    Frame, Result,
    pages::{
        self,
        views::{Amount, InvoicePage},
    },
    theme::{PageContext, Theme},
};
use crate::{app::identity::Viewer, error::Error, store::subscriptions::Invoice};
use actix_web::{HttpResponse, http::header};
use anyhow::{Context as _, anyhow};
use krilla::{
    Document,
    color::luma,
    geom::{PathBuilder, Point, Rect},
    metadata::Metadata,
    page::PageSettings,
    paint::Fill,
    surface::Surface,
    text::{Font, TextDirection},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// An invoice as a page.
pub(super) fn invoice_page(invoice: Invoice) -> InvoicePage {
    InvoicePage {
        number: invoice.invoice_no,
        at: invoice.at.timestamp(),
        issuer: invoice.issuer,
        customer: invoice.customer,
        plan: invoice.plan,
        months: invoice.interval_months,
        starts: invoice.starts.timestamp(),
        until: invoice.until.timestamp(),
        amount: Amount::new(invoice.amount_minor, invoice.currency),
    }
}

/// The same as a PDF to keep, in the reader's language.
///
/// # Errors
/// A text is missing, or the PDF can't be written.
pub(super) async fn invoice_file(frame: &Frame, viewer: Option<&Viewer>, invoice: Invoice) -> Result<HttpResponse> {
    let (invoice, theme) = (invoice_page(invoice), Arc::clone(&frame.theme));
    let page = pages::page_for(frame, viewer).into_owned();
    let name = format!("attachment; filename=\"invoice-{}.pdf\"", invoice.number);
    // Fonts are cut down to the letters that are used, which takes some milliseconds.
    let written = tokio::task::spawn_blocking(move || pdf(&theme, &page, &invoice));
    let written = written.await.map_err(Error::internal)?.map_err(Error::internal)?;
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(written))
}

/// A4, in points.
const PAPER: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 60.0;
const RIGHT: f32 = PAPER.0 - MARGIN;
/// Where amounts begin at the latest.
const AMOUNTS: f32 = RIGHT - 120.0;
const SMALL: f32 = 10.0;
const LARGE: f32 = 20.0;
/// From one line to the next, in heights of its letters.
const LEADING: f32 = 1.5;

fn pdf(theme: &Theme, page: &PageContext, invoice: &InvoicePage) -> anyhow::Result<Vec<u8>> {
    let say = |key: &str, params: Value| {
        let params = params.as_object().cloned().unwrap_or_default();
        let said = theme.say(&page.lang, &format!("invoice.{key}"), &params, &page.zone);
        said.with_context(|| format!("no words for invoice.{key}"))
    };
    let title = say("title", json!({"number": invoice.number}))?;
    let amount = theme
        .money(&page.lang, &invoice.amount)
        .context("no language has words")?;
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(title.clone()).language(page.lang.clone()));
    let settings = PageSettings::from_wh(PAPER.0, PAPER.1).context("a page without size")?;
    let mut sheet = document.start_page_with(settings);
    let mut paper = Paper {
        surface: sheet.surface(),
        regular: Face::new(dejavu::sans::regular())?,
        bold: Face::new(dejavu::sans::bold())?,
    };

    let half = (PAPER.0 / 2.0 - MARGIN) - 10.0;
    let head = paper.left(&title, Type::BOLD.sized(LARGE), MARGIN + LARGE, half);
    let issuer = paper.right(&invoice.issuer, Type::PLAIN, MARGIN + LARGE, half);
    let top = head.max(issuer) + 30.0;

    paper.left(&say("to", Value::Null)?, Type::FAINT, top, half);
    let to = paper.left(&invoice.customer, Type::BOLD, top + SMALL * LEADING, half);
    paper.right(&say("paid", Value::Null)?, Type::FAINT, top, half);
    paper.right(
        &say("day", json!({"at": invoice.at}))?,
        Type::BOLD,
        top + SMALL * LEADING,
        half,
    );

    let row = to + 30.0;
    paper.left(&say("for", Value::Null)?, Type::FAINT, row, half);
    paper.right(&say("amount", Value::Null)?, Type::FAINT, row, half);
    paper.line(row + 8.0, 0.5)?;
    let wide = AMOUNTS - MARGIN;
    let what = say("line", json!({"plan": invoice.plan, "count": invoice.months}))?;
    paper.right(&amount, Type::PLAIN, row + 26.0, half);
    let next = paper.left(&what, Type::PLAIN, row + 26.0, wide);
    let span = say("span", json!({"from": invoice.starts, "until": invoice.until}))?;
    let next = paper.left(&span, Type::FAINT, next, wide);
    paper.line(next, 1.0)?;
    paper.left(&say("total", Value::Null)?, Type::BOLD, next + 18.0, wide);
    paper.right(&amount, Type::BOLD, next + 18.0, half);
    paper.left(&say("note", Value::Null)?, Type::FAINT, next + 58.0, RIGHT - MARGIN);

    drop(paper);
    sheet.finish();
    document.finish().map_err(|error| anyhow!("{error:?}"))
}

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

/// How a text is set.
#[derive(Clone, Copy)]
struct Type {
    size: f32,
    is_bold: bool,
    grey: u8,
}

impl Type {
    const PLAIN: Self = Self {
        size: SMALL,
        is_bold: false,
        grey: 0x20,
    };
    const BOLD: Self = Self {
        is_bold: true,
        ..Self::PLAIN
    };
    const FAINT: Self = Self {
        grey: 0x60,
        ..Self::PLAIN
    };

    fn sized(self, size: f32) -> Self {
        Self { size, ..self }
    }
}

/// One sheet that is written on. Heights are those of the first line's foot; each text gives that of the line below it.
struct Paper<'a> {
    surface: Surface<'a>,
    regular: Face,
    bold: Face,
}

impl Paper<'_> {
    fn left(&mut self, text: &str, how: Type, at: f32, width: f32) -> f32 {
        self.write(text, how, at, width, |_| MARGIN)
    }

    fn right(&mut self, text: &str, how: Type, at: f32, width: f32) -> f32 {
        self.write(text, how, at, width, |width| RIGHT - width)
    }

    fn write(&mut self, text: &str, how: Type, mut at: f32, width: f32, begins: impl Fn(f32) -> f32) -> f32 {
        let face = if how.is_bold { &self.bold } else { &self.regular };
        self.surface.set_fill(Some(fill(how.grey)));
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

    fn line(&mut self, at: f32, thick: f32) -> anyhow::Result<()> {
        let mut path = PathBuilder::new();
        path.push_rect(Rect::from_xywh(MARGIN, at, RIGHT - MARGIN, thick).context("a line without size")?);
        self.surface.set_fill(Some(fill(0xb0)));
        self.surface.draw_path(&path.finish().context("an empty line")?);
        Ok(())
    }
}

fn fill(grey: u8) -> Fill {
    Fill {
        paint: luma::Color::new(grey).into(),
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
