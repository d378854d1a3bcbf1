//! Instants and lengths of time in words.

use jiff::{Zoned, civil::Date};

/// Writes an instant in its zone. Styles:
/// - `clock`: `13:00`; `seconds`: `13:00:05`;
/// - `day`: `24 Nov 2026`;
/// - `weekday`: `Tue 13:00`, where the city stands elsewhere on the page;
/// - `zoned`: `Tue 13:00, New York`;
/// - anything else: `Tue 24 Nov 2026, 13:00, New York`.
///
/// `word` gives `time.weekdays` and `time.months` (space-separated lists) and `time.day` (a pattern of `{day}`,
/// `{month}` and `{year}`).
pub fn instant<'a>(at: &Zoned, style: &str, word: impl Fn(&str) -> &'a str) -> String {
    let clock = format!("{:02}:{:02}", at.hour(), at.minute());
    match style {
        "clock" => clock,
        "seconds" => format!("{clock}:{:02}", at.second()),
        "day" => day(at.date(), &word),
        "weekday" => format!("{} {clock}", weekday(at.date(), &word)),
        "zoned" => format!("{} {clock}, {}", weekday(at.date(), &word), city(at)),
        _ => format!("{}, {clock}, {}", date(at.date(), word), city(at)),
    }
}

/// Writes a date of a calendar: `Tue 24 Nov 2026`. `word` as for [`instant`].
pub fn date<'a>(date: Date, word: impl Fn(&str) -> &'a str) -> String {
    format!("{} {}", weekday(date, &word), day(date, &word))
}

fn day<'a>(date: Date, word: &impl Fn(&str) -> &'a str) -> String {
    word("time.day")
        .replace("{day}", &date.day().to_string())
        .replace("{month}", nth(word("time.months"), date.month() - 1))
        .replace("{year}", &date.year().to_string())
}

fn weekday<'a>(date: Date, word: &impl Fn(&str) -> &'a str) -> &'a str {
    nth(word("time.weekdays"), date.weekday().to_monday_zero_offset())
}

/// A list's word, counted from 0.
fn nth(list: &str, index: i8) -> &str {
    let index = usize::try_from(index).unwrap_or_default();
    list.split(' ').nth(index).unwrap_or_default()
}

/// The zone's city as people say it: `America/Argentina/Buenos_Aires` is `Buenos Aires`.
fn city(at: &Zoned) -> String {
    let name = at.time_zone().iana_name().unwrap_or("UTC");
    name.rsplit('/').next().unwrap_or(name).replace('_', " ")
}

/// Writes a length of time in whole seconds: `45 s`, `12 min 30 s`, `1 h 5 min`. `word` gives `time.hours`,
/// `time.minutes` and `time.seconds` with `{n}`.
pub fn duration<'a>(seconds: i64, word: impl Fn(&str) -> &'a str) -> String {
    let seconds = seconds.max(0);
    let parts = [
        ("time.hours", seconds / 3600),
        ("time.minutes", seconds / 60 % 60),
        // Beyond an hour nobody reads seconds.
        ("time.seconds", if seconds < 3600 { seconds % 60 } else { 0 }),
    ];
    let written: Vec<_> = parts
        .iter()
        .filter(|(key, n)| *n > 0 || (*key == "time.seconds" && seconds == 0))
        .map(|(key, n)| word(key).replace("{n}", &n.to_string()).replace(' ', "\u{a0}"))
        .collect();
    written.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn word(key: &str) -> &'static str {
        match key {
            "time.weekdays" => "Mon Tue Wed Thu Fri Sat Sun",
            "time.months" => "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
            "time.day" => "{day} {month} {year}",
            "time.hours" => "{n} h",
            "time.minutes" => "{n} min",
            "time.seconds" => "{n} s",
            _ => "",
        }
    }

    fn at(text: &str, zone: &str) -> Zoned {
        text.parse::<Timestamp>().unwrap().in_tz(zone).unwrap()
    }

    #[test]
    fn in_the_readers_zone() {
        let here = at("2026-11-24T18:00:05Z", "America/New_York");
        assert_eq!(instant(&here, "weekday", word), "Tue 13:00");
        assert_eq!(instant(&here, "zoned", word), "Tue 13:00, New York");
        assert_eq!(instant(&here, "full", word), "Tue 24 Nov 2026, 13:00, New York");
        assert_eq!(instant(&here, "day", word), "24 Nov 2026");
        assert_eq!(date(Date::MAX, word), "Fri 31 Dec 9999");
        assert_eq!(instant(&here, "seconds", word), "13:00:05");
        let there = at("2026-11-24T23:30:00Z", "Europe/Berlin");
        assert_eq!(instant(&there, "zoned", word), "Wed 00:30, Berlin");
        assert_eq!(
            instant(&at("2026-01-01T00:00:00Z", "UTC"), "zoned", word),
            "Thu 00:00, UTC"
        );
    }

    #[test]
    fn daylight_saving_follows_the_zone() {
        // The hour that Berlin has twice.
        assert_eq!(
            instant(&at("2026-10-25T00:30:00Z", "Europe/Berlin"), "clock", word),
            "02:30"
        );
        assert_eq!(
            instant(&at("2026-10-25T01:30:00Z", "Europe/Berlin"), "clock", word),
            "02:30"
        );
    }

    #[test]
    fn lengths() {
        let cases = [
            (0, "0 s"),
            (45, "45 s"),
            (60, "1 min"),
            (750, "12 min 30 s"),
            (3_600, "1 h"),
            (3_905, "1 h 5 min"),
            (-5, "0 s"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(duration(seconds, word).replace('\u{a0}', " "), expected);
        }
    }
}
