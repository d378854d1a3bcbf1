//! Tables as they are downloaded.

pub(super) use crate::domain::csv::Csv;

use crate::domain::time::Moment;
use actix_web::{HttpResponse, HttpResponseBuilder, http::header};
use jiff::tz::TimeZone;

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
    fn instants_are_told_in_the_places_time() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(instant(Moment(1_800_014_400_000), &zone), "2027-01-15T13:00:00+01:00");
    }
}
