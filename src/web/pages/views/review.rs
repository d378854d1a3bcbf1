//! One review: to answer it or to report it.

use super::{Field, Message, Review};
use jiff::Timestamp;
use serde::Serialize;

/// `/reviews/{id}`. The answer's form posts `text` to `/reviews/{id}/reply`, the report's `fault` and `words` to
/// `/reviews/{id}/report`.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewPage {
    /// What was said, with whom it is about.
    pub review: Review,
    /// The staff hid it, for this reason; only its two people see it.
    pub hidden: Option<String>,
    /// The reader's answer, while it can be written or changed.
    pub reply: Option<Field>,
    /// Until when the answer that is there can be changed.
    pub reply_until: Option<Timestamp>,
    /// What the reader can report.
    pub report: ReportForm,
}

/// Reporting something to the staff.
#[derive(Clone, Debug, Serialize)]
pub struct ReportForm {
    /// Where it is sent to, a path.
    pub action: String,
    /// What it is about, such as `review`: its faults' words are below `report.fault`.
    pub kind: &'static str,
    /// What is known of the reader.
    pub state: ReportState,
    /// What may be wrong, by name.
    pub faults: Vec<&'static str>,
    /// The one that was chosen.
    pub fault: Field,
    /// In the reader's words.
    pub text: Field,
    /// The form was sent and came back.
    pub open: bool,
}

impl ReportForm {
    /// The form as it comes back: what was typed, with what is wrong beside its field.
    pub fn refuse(&mut self, field: &str, wrong: Message, fault: String, text: String) {
        (self.fault, self.text, self.open) = (Field::of(fault), Field::of(text), true);
        let field = if field == "text" {
            &mut self.text
        } else {
            &mut self.fault
        };
        field.error = Some(wrong);
    }
}

/// Whether something can be reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    /// It can.
    Ready,
    /// Log in first.
    LogIn,
    /// The reader has done so.
    Done,
    /// It is the reader's own, or hidden.
    Closed,
}
