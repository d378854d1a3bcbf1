//! Tables for spreadsheets.

use actix_web::{HttpResponse, HttpResponseBuilder, http::header};
use bytes::Bytes;
use jiff::tz::TimeZone;

use crate::domain::time::Moment;

/// Without it some spreadsheets take UTF-8 for something else.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// What makes a spreadsheet take a text for a formula, also in full width, as its first character.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A table, or a piece of one.
#[derive(Default)]
pub(super) struct Csv(String);

impl Csv {
    /// The beginning of a table: its columns' names.
    pub fn with_head(names: &[&str]) -> Self {
        let mut csv = Self(BYTE_ORDER_MARK.to_owned());
        csv.line(names);
        csv
    }

    /// Adds a line. Whatever people typed stays text: it can't end its field, and no spreadsheet computes it.
    pub fn line(&mut self, fields: &[&str]) {
        for (place, field) in fields.iter().enumerate() {
            self.0.push_str(if place == 0 { "\"" } else { ",\"" });
            if field.starts_with(FORMULA) {
                self.0.push('\'');
            }
            self.0.push_str(&field.replace('"', "\"\""));
            self.0.push('"');
        }
        self.0.push_str("\r\n");
    }

    /// As it is sent.
    pub fn bytes(self) -> Bytes {
        self.0.into()
    }
}

/// The answer that a browser keeps as a file of that name.
pub(super) fn download(name: &str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer.content_type("text/csv; charset=utf-8").insert_header((
        header::CONTENT_DISPOSITION,
        format!("attachment; filename=\"{name}.csv\""),
    ));
    answer
}

/// An instant in a zone, with its offset.
pub(super) fn instant(at: Moment, zone: &TimeZone) -> String {
    at.timestamp()
        .to_zoned(zone.clone())
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_typed_is_neither_a_formula_nor_the_end_of_its_field() {
        let mut csv = Csv::default();
        csv.line(&["=1+1", "a \"b\",c", "line\r\nbreak", "＝SUM(A1)", "-", "x=1", ""]);
        let text = String::from_utf8(csv.bytes().to_vec()).unwrap();
        let wanted = "\"'=1+1\",\"a \"\"b\"\",c\",\"line\r\nbreak\",\"'＝SUM(A1)\",\"'-\",\"x=1\",\"\"\r\n";
        assert_eq!(text, wanted);
    }

    #[test]
    fn instants_are_told_in_the_places_time() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(instant(Moment(1_800_014_400_000), &zone), "2027-01-15T13:00:00+01:00");
    }
}
