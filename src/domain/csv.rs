//! Tables for spreadsheets.

use bytes::Bytes;

/// Without it some spreadsheets take UTF-8 for something else.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// What makes a spreadsheet take a text for a formula, also in full width, as its first character.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A table, or a piece of one.
#[derive(Default)]
pub struct Csv(String);

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
}
