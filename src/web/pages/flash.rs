//! Something to tell once, on the page that a form leads to. It travels in a cookie, as the key of a text and not as a
//! text: whoever plants a cookie can't put words into our mouth.

use crate::web::{
    pages::views::Message,
    theme::{Flash, Tone},
};
use actix_web::cookie::{Cookie, SameSite, time::Duration};

/// The cookie's name.
pub(in crate::web) const COOKIE: &str = "flash";

const TONES: [(&str, Tone); 4] = [
    ("info", Tone::Info),
    ("success", Tone::Success),
    ("warning", Tone::Warning),
    ("error", Tone::Error),
];

/// To be shown on the next page: `key` is one of the words file.
pub fn flash(tone: Tone, key: &str) -> Cookie<'static> {
    let name = TONES
        .iter()
        .find(|(_, known)| *known == tone)
        .map_or("info", |(name, _)| name);
    cookie(format!("{name}:{key}"), 60)
}

/// What the cookie says, if it is one of ours.
pub(in crate::web) fn shown(cookie: Option<Cookie<'_>>) -> Option<Flash> {
    let cookie = cookie?;
    let (name, key) = cookie.value().split_once(':')?;
    let tone = TONES.iter().find(|(known, _)| *known == name)?.1;
    let is_key =
        key.len() <= 80 && key.contains('.') && key.bytes().all(|c| c.is_ascii_lowercase() || b"._".contains(&c));
    is_key.then(|| Flash {
        tone,
        message: Message::new(key),
    })
}

/// Told.
pub(super) fn told() -> Cookie<'static> {
    cookie(String::new(), 0)
}

fn cookie(value: String, seconds: i64) -> Cookie<'static> {
    Cookie::build(COOKIE, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::seconds(seconds))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_and_texts_do_not() {
        let flash = shown(Some(flash(Tone::Success, "account.saved"))).expect("a flash");
        assert_eq!(
            (flash.tone, flash.message.key.as_str()),
            (Tone::Success, "account.saved")
        );
        for planted in [
            "success:Send your password to me.",
            "loud:account.saved",
            "",
            "success:<b>.x</b>",
        ] {
            assert!(shown(Some(Cookie::new(COOKIE, planted))).is_none(), "{planted}");
        }
    }
}
